//! What the firmware says of the machine, its disks, and the kernel's command line.

use common::value::Value;

use super::Grains;
use super::machine::Machine;

/// Grains and the files of `/sys/class/dmi/id` that hold them. Some are readable by root alone.
const FIRMWARE: &[(&str, &str)] = &[
    ("biosversion", "bios_version"),
    ("biosvendor", "bios_vendor"),
    ("boardname", "board_name"),
    ("productname", "product_name"),
    ("manufacturer", "sys_vendor"),
    ("biosreleasedate", "bios_date"),
    ("uuid", "product_uuid"),
    ("serialnumber", "product_serial"),
];

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    for (grain, file) in FIRMWARE {
        if let Some(value) = machine.text(&format!("/sys/class/dmi/id/{file}")) {
            let value = value.trim();
            grains.put(grain, if *grain == "uuid" { value.to_lowercase() } else { value.to_owned() });
        }
    }
    let (ssds, disks): (Vec<_>, Vec<_>) =
        block_devices(machine).into_iter().partition(|(_, rotates)| !rotates);
    let names = |devices: Vec<(String, bool)>| devices.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    grains.put("disks", names(disks));
    grains.put("ssds", names(ssds));
    if let Some(line) = machine.text("/proc/cmdline") {
        grains.put("kernelparams", kernel_parameters(&line));
    }
    grains.put("efi", machine.exists("/sys/firmware/efi"));
    grains.put("efi-secure-boot", secure_boot(machine));
}

/// The block devices that have a queue of their own, and whether they rotate. Loop and RAM devices are left out.
fn block_devices(machine: &Machine) -> Vec<(String, bool)> {
    machine
        .names("/sys/block")
        .into_iter()
        .filter(|name| !["loop", "ram", "zram"].iter().any(|kind| name.starts_with(kind)))
        .filter_map(|name| {
            let rotates = machine.value(&format!("/sys/block/{name}/queue/rotational"))?;
            Some((name, rotates != "0"))
        })
        .collect()
}

/// Pairs of a parameter and its value (or nothing), as Salt splits them.
fn kernel_parameters(line: &str) -> Vec<Value> {
    words(line)
        .iter()
        .map(|word| {
            let parts: Vec<_> = word.split('=').collect();
            let value = match parts.as_slice() {
                [_, value] => Value::from(value.trim_matches('"')),
                _ => Value::Null,
            };
            Value::List(vec![parts.first().copied().unwrap_or_default().into(), value])
        })
        .collect()
}

/// Splits at white space outside double quotes, which are dropped.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => {
                begun = true;
                word.push(c);
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// The last byte of the firmware variable `SecureBoot` is its value.
fn secure_boot(machine: &Machine) -> bool {
    machine
        .names("/sys/firmware/efi/efivars")
        .into_iter()
        .find(|name| name.starts_with("SecureBoot-"))
        .and_then(|name| machine.bytes(&format!("/sys/firmware/efi/efivars/{name}")))
        .is_some_and(|value| value.last() == Some(&1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_parameters_are_pairs() {
        let pair = |key: &str, value: Value| Value::List(vec![key.into(), value]);
        assert_eq!(
            kernel_parameters("console=ttyS0 quiet a=b=c x=\"y z\"\n"),
            [
                pair("console", "ttyS0".into()),
                pair("quiet", Value::Null),
                pair("a", Value::Null),
                pair("x", "y z".into()),
            ]
        );
    }
}
