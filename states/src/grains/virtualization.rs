//! What kind of machine this is: `virtual` and `virtual_subtype`, in the words that Salt derives from
//! `systemd-detect-virt`.

use super::Grains;
use super::machine::Machine;

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    let (kind, subtype) = container(machine).or_else(|| hypervisor(machine)).unwrap_or(("physical", None));
    grains.put("virtual", kind);
    if let Some(subtype) = subtype {
        grains.put("virtual_subtype", subtype);
    }
}

type Kind = (&'static str, Option<&'static str>);

/// The container this process is in: its manager leaves a mark.
fn container(machine: &Machine) -> Option<Kind> {
    if machine.exists("/proc/vz/veinfo") && !machine.exists("/proc/vz/version") {
        return Some(("openvzve", None));
    }
    let manager = machine
        .value("/run/systemd/container")
        .or_else(|| machine.value("/run/host/container-manager"))
        .or_else(|| first_process_container(machine));
    match manager.as_deref() {
        Some("lxc" | "lxc-libvirt") => return Some(("container", Some("LXC"))),
        Some("podman") => return Some(("container", Some("Podman"))),
        Some("docker") => return Some(("container", Some("Docker"))),
        Some("systemd-nspawn") => return Some(("systemd-nspawn", None)),
        _ => {}
    }
    if machine.exists("/run/.containerenv") {
        return Some(("container", Some("Podman")));
    }
    machine.exists("/.dockerenv").then_some(("container", Some("Docker")))
}

/// The variable `container` in the environment of process 1.
fn first_process_container(machine: &Machine) -> Option<String> {
    let environment = machine.text("/proc/1/environ")?;
    environment.split('\0').find_map(|variable| variable.strip_prefix("container=")).map(Into::into)
}

/// The hypervisor below this machine, by what its firmware and its clock call themselves.
fn hypervisor(machine: &Machine) -> Option<Kind> {
    let field = |name: &str| machine.value(&format!("/sys/class/dmi/id/{name}")).unwrap_or_default();
    let firmware =
        ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"].map(field);
    let has = |text: &str| firmware.iter().any(|field| field.starts_with(text));
    let clocks = machine
        .text("/sys/devices/system/clocksource/clocksource0/available_clocksource")
        .unwrap_or_default();
    if has("Amazon EC2") {
        return Some(("Nitro", Some("Amazon EC2")));
    }
    if has("innotek GmbH") || has("VirtualBox") {
        return Some(("oracle", None));
    }
    if has("VMware") || has("VMW") {
        return Some(("VMware", None));
    }
    if has("Parallels") {
        return Some(("Parallels", None));
    }
    if machine.value("/sys/hypervisor/type").as_deref() == Some("xen") || has("Xen") {
        return Some(("xen", None));
    }
    if clocks.contains("hyperv") || has("Hyper-V") || (has("Microsoft") && has("Virtual Machine")) {
        return Some(("VirtualPC", None));
    }
    if clocks.contains("kvm-clock") || ["KVM", "OpenStack", "KubeVirt", "Google"].into_iter().any(has) {
        return Some(("kvm", None));
    }
    if has("QEMU") {
        return Some(("qemu", None));
    }
    if has("Bochs") {
        return Some(("bochs", None));
    }
    has("BHYVE").then_some(("bhyve", None))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn kind_of(files: &[(&str, &str)]) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let mut grains = Grains::default();
        collect(&Machine::at(folder.path()), &mut grains);
        (grains.text("virtual").into(), grains.text("virtual_subtype").into())
    }

    #[test]
    fn marks_of_containers_and_hypervisors() {
        assert_eq!(kind_of(&[]), ("physical".into(), String::new()));
        assert_eq!(kind_of(&[(".dockerenv", "")]), ("container".into(), "Docker".into()));
        assert_eq!(
            kind_of(&[("proc/1/environ", "PATH=/bin\0container=lxc\0")]),
            ("container".into(), "LXC".into())
        );
        let clock = "sys/devices/system/clocksource/clocksource0/available_clocksource";
        let qemu = ("sys/class/dmi/id/sys_vendor", "QEMU\n");
        assert_eq!(kind_of(&[qemu]).0, "qemu");
        assert_eq!(kind_of(&[qemu, (clock, "kvm-clock tsc\n")]).0, "kvm");
    }
}
