//! The operating system: `os`, `os_family`, `osrelease` and their kin, from os-release and the kernel.

use std::collections::BTreeMap;

use super::machine::Machine;
use super::{Grains, numbers};

/// `NAME` of os-release in the ten letters by which Salt recognises it, and Salt's name for the system.
const NAMES: &[(&str, &str)] = &[
    ("almalinux", "AlmaLinux"),
    ("alt", "ALT"),
    ("arch", "Arch"),
    ("cloudlinux", "CloudLinux"),
    ("debian", "Debian"),
    ("enterprise", "OEL"),
    ("gentoobase", "Gentoo"),
    ("linuxmint", "Mint"),
    ("manjaro", "Manjaro"),
    ("neon", "KDE neon"),
    ("oracleserv", "OEL"),
    ("photon", "VMware Photon OS"),
    ("pop", "Pop"),
    ("pop!_os", "Pop"),
    ("raspbian", "Raspbian"),
    ("redhatente", "RedHat"),
    ("rocky", "Rocky"),
    ("scientific", "ScientificLinux"),
    ("sles", "SUSE"),
    ("univention", "Univention"),
    ("void", "Void"),
    ("virtuozzo", "Virtuozzo"),
];

/// Which systems belong to the family of another; a system that is not named here is its own family.
const FAMILIES: &[(&str, &[&str])] = &[
    (
        "Debian",
        &[
            "Ubuntu",
            "Mint",
            "Raspbian",
            "Devuan",
            "Kali",
            "Pop",
            "KDE neon",
            "neon",
            "elementary OS",
            "elementary",
            "Linaro",
            "Univention",
            "antiX",
            "Parrot OS",
            "Cumulus",
            "Deepin",
            "TurnKey",
            "Trisquel",
            "OSMC",
            "Mendel",
        ],
    ),
    (
        "RedHat",
        &[
            "Fedora",
            "CentOS",
            "CentOS Stream",
            "Rocky",
            "AlmaLinux",
            "AlmaLinux Kitten",
            "Amazon",
            "OEL",
            "ScientificLinux",
            "Scientific",
            "CloudLinux",
            "Virtuozzo",
            "VMware Photon OS",
            "openEuler",
            "ALT",
            "XCP-ng",
        ],
    ),
    ("Suse", &["SUSE", "SLES", "SLED", "openSUSE", "openSUSE Leap", "openSUSE Tumbleweed"]),
    ("Arch", &["Arch ARM", "Manjaro", "EndeavourOS", "Antergos"]),
    ("Gentoo", &["Funtoo"]),
];

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    kernel(machine, grains);
    let release = release_file(machine);
    let field = |name: &str| release.get(name).map_or("", String::as_str);

    let full = if field("NAME").is_empty() { "Linux" } else { field("NAME") };
    let os = system_name(full);
    let family = family(&os);
    grains.put("os", os.as_str());
    grains.put("os_family", family);
    let codename = codename(&release);
    if !codename.is_empty() {
        grains.put("oscodename", codename.as_str());
    }
    grains.put("osfullname", full);
    grains.put("lsb_distrib_id", full);
    if !codename.is_empty() {
        grains.put("lsb_distrib_codename", codename);
    }
    let version = field("VERSION_ID");
    if !version.is_empty() {
        grains.put("lsb_distrib_release", version);
        grains.put("osrelease", version);
        let parts = numbers(version);
        let major = parts.first().cloned().unwrap_or_default();
        let name = if ["Debian", "Raspbian"].contains(&os.as_str()) { os.as_str() } else { full };
        let finger = match name {
            "Ubuntu" | "Pop" => format!("{name}-{version}"),
            name => format!("{name}-{major}"),
        };
        grains.put("osrelease_info", parts);
        grains.put("osmajorrelease", major);
        grains.put("osfinger", finger);
    }
    let arch = grains.text("cpuarch").to_owned();
    grains.put("osarch", if family == "Debian" { debian_arch(machine, &arch) } else { arch });
}

fn kernel(machine: &Machine, grains: &mut Grains) {
    let setting = |name: &str| machine.value(&format!("/proc/sys/kernel/{name}")).unwrap_or_default();
    grains.put("kernel", "Linux");
    grains.put("nodename", setting("hostname"));
    grains.put("kernelrelease", setting("osrelease"));
    grains.put("kernelversion", setting("version"));
    let arch = match setting("arch") {
        // Kernels before 6.1 do not tell.
        unknown if unknown.is_empty() => match std::env::consts::ARCH {
            "x86" => "i686".into(),
            "arm" => "armv7l".into(),
            "powerpc64" => "ppc64le".into(),
            arch => arch.into(),
        },
        arch => arch,
    };
    grains.put("cpuarch", arch);
}

/// The pairs of os-release.
fn release_file(machine: &Machine) -> BTreeMap<String, String> {
    let text = machine.text("/etc/os-release").or_else(|| machine.text("/usr/lib/os-release"));
    text.unwrap_or_default()
        .lines()
        .filter_map(|line| line.trim().split_once('='))
        .map(|(key, value)| (key.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
        .collect()
}

/// Salt's name of a system from its full name: without the word Linux, and some by a table.
fn system_name(full: &str) -> String {
    let words: Vec<_> =
        full.split_whitespace().filter(|word| !matches!(*word, "Linux" | "GNU/Linux")).collect();
    let name = if words.is_empty() { full.to_owned() } else { words.join(" ") };
    let short: String = name.replace(' ', "").to_lowercase().chars().take(10).collect();
    NAMES.iter().find(|(key, _)| *key == short).map_or(name, |(_, name)| (*name).into())
}

fn family(os: &str) -> &str {
    FAMILIES.iter().find(|(_, members)| members.contains(&os)).map_or(os, |(family, _)| family)
}

/// The code name: its own field, else what stands in parentheses in `VERSION`.
fn codename(release: &BTreeMap<String, String>) -> String {
    let field = |name: &str| release.get(name).filter(|value| !value.is_empty()).cloned();
    let from_version = || {
        let version = release.get("VERSION")?;
        let inner = version.split_once('(')?.1.split_once(')')?.0;
        Some(inner.to_owned())
    };
    field("VERSION_CODENAME").or_else(|| field("UBUNTU_CODENAME")).or_else(from_version).unwrap_or_default()
}

/// dpkg's name of the architecture. Where dpkg was told of foreign architectures, its list begins with its own.
fn debian_arch(machine: &Machine, cpu: &str) -> String {
    if let Some(native) =
        machine.text("/var/lib/dpkg/arch").and_then(|text| text.lines().next().map(Into::into))
    {
        return native;
    }
    match cpu {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "armv6l" => "armhf",
        "i386" | "i486" | "i586" | "i686" => "i386",
        "ppc64le" => "ppc64el",
        other => other,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use common::value::{Value, get};

    use super::*;

    fn grains_of(os_release: &str) -> Grains {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("etc")).unwrap();
        std::fs::write(folder.path().join("etc/os-release"), os_release).unwrap();
        let mut grains = Grains::default();
        collect(&Machine::at(folder.path()), &mut grains);
        grains
    }

    #[test]
    fn debian() {
        let grains = grains_of(
            "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
        );
        for (name, value) in [
            ("os", "Debian"),
            ("os_family", "Debian"),
            ("osfullname", "Debian GNU/Linux"),
            ("oscodename", "bookworm"),
            ("osrelease", "12"),
            ("osfinger", "Debian-12"),
        ] {
            assert_eq!(grains.text(name), value, "{name}");
        }
        assert_eq!(get(&grains.0, "osmajorrelease"), Some(&Value::Int(12)));
        assert_eq!(get(&grains.0, "osrelease_info"), Some(&Value::List(vec![Value::Int(12)])));
    }

    #[test]
    fn ubuntu_keeps_the_whole_release_in_its_finger() {
        let grains = grains_of(
            "NAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nVERSION=\"22.04.3 LTS (Jammy Jellyfish)\"\nVERSION_CODENAME=jammy\n",
        );
        assert_eq!(grains.text("osfinger"), "Ubuntu-22.04");
        assert_eq!(grains.text("os_family"), "Debian");
        assert_eq!(get(&grains.0, "osmajorrelease"), Some(&Value::Int(22)));
    }

    #[test]
    fn relatives() {
        let rocky = grains_of("NAME=\"Rocky Linux\"\nVERSION_ID=\"9.4\"\n");
        assert_eq!((rocky.text("os"), rocky.text("os_family")), ("Rocky", "RedHat"));
        assert_eq!(rocky.text("osfinger"), "Rocky Linux-9");
        let alpine = grains_of("NAME=\"Alpine Linux\"\nVERSION_ID=3.20.1\n");
        assert_eq!((alpine.text("os"), alpine.text("os_family")), ("Alpine", "Alpine"));
    }
}
