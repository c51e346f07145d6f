//! Processors and memory.

use super::Grains;
use super::machine::Machine;

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    let info = machine.text("/proc/cpuinfo").unwrap_or_default();
    let mut count: usize = 0;
    let (mut model, mut flags) = ("Unknown", Vec::<&str>::new());
    for (key, value) in info.lines().filter_map(|line| line.split_once(':')) {
        match (key.trim(), value.trim()) {
            ("processor", _) => count += 1,
            ("model name" | "vendor_id" | "Processor", value)
                if model == "Unknown" || key.trim() == "model name" =>
            {
                model = value;
            }
            ("flags" | "Features", value) if flags.is_empty() => flags = value.split_whitespace().collect(),
            _ => {}
        }
    }
    grains.put("num_cpus", count);
    grains.put("cpu_model", model);
    grains.put("cpu_flags", flags);

    let memory = machine.text("/proc/meminfo").unwrap_or_default();
    grains.put("mem_total", mebibytes(&memory, "MemTotal"));
    grains.put("swap_total", mebibytes(&memory, "SwapTotal"));
}

/// A line of meminfo (`MemTotal:   24684544 kB`) in MiB.
fn mebibytes(memory: &str, name: &str) -> u64 {
    memory
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kibibytes| kibibytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_in_whole_mebibytes() {
        let text = "MemTotal:       24683900 kB\nMemFree: 1 kB\nSwapTotal:             0 kB\n";
        assert_eq!(mebibytes(text, "MemTotal"), 24105);
        assert_eq!(mebibytes(text, "SwapTotal"), 0);
        assert_eq!(mebibytes(text, "Missing"), 0);
    }

    #[test]
    fn processors_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("proc")).unwrap();
        std::fs::write(
            folder.path().join("proc/cpuinfo"),
            "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme\n\nprocessor\t: 1\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme\n",
        )
        .unwrap();
        let mut grains = Grains::default();
        collect(&Machine::at(folder.path()), &mut grains);
        assert_eq!(common::value::get(&grains.0, "num_cpus"), Some(&2usize.into()));
        assert_eq!(grains.text("cpu_model"), "AMD EPYC");
        assert_eq!(common::value::get(&grains.0, "cpu_flags"), Some(&vec!["fpu", "vme"].into()));
    }
}
