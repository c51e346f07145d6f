//! The packages that dpkg knows on this host, read from its status file rather than asked of a program: a run over many
//! package states costs one reading.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, PoisonError};

use common::value::{Map, Value, get, map};

use super::version::compare;
use crate::context::Context;

/// Versions by name. A package of a foreign architecture is called `name:arch`.
pub(crate) type Versions = BTreeMap<String, Vec<String>>;

/// The packages at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packages {
    /// Those installed.
    pub(crate) installed: Versions,
    /// Those removed whose configuration is left.
    pub(crate) removed: Versions,
    /// Those installed and marked to be purged.
    pub(crate) purge_desired: Versions,
    /// What is to become of each known package: `install`, `hold`, `deinstall`, `purge`.
    pub(crate) selections: BTreeMap<String, String>,
    architecture: String,
}

impl Packages {
    /// The packages of this host, read at most once until [`forget`] is called.
    pub(crate) fn read(context: &Context) -> Arc<Self> {
        let mut kept = context.run.packages.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert_with(|| Arc::new(Self::load(context))).clone()
    }

    fn load(context: &Context) -> Self {
        let folder = context.run.host_path("/var/lib/dpkg");
        let mut texts = vec![fs::read(folder.join("status")).unwrap_or_default()];
        // While it works, dpkg writes changes into numbered files first.
        let mut pending: Vec<_> = fs::read_dir(folder.join("updates"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit))
            })
            .collect();
        pending.sort();
        texts.extend(pending.iter().filter_map(|path| fs::read(path).ok()));
        let architecture = get(&context.grains, "osarch").and_then(Value::as_str).unwrap_or_default();
        let texts: Vec<_> = texts.iter().map(|text| String::from_utf8_lossy(text)).collect();
        Self::parse(texts.iter().map(AsRef::as_ref), architecture)
    }

    /// Reads the packages from status texts; a later paragraph on a package replaces an earlier one.
    pub(crate) fn parse<'a>(texts: impl Iterator<Item = &'a str>, architecture: &str) -> Self {
        let mut entries: BTreeMap<(String, String), Entry> = BTreeMap::new();
        for text in texts {
            let mut entry = Entry::default();
            for line in text.lines().chain([""]) {
                if line.is_empty() {
                    let entry = std::mem::take(&mut entry);
                    if !entry.name.is_empty() {
                        entries.insert((entry.name.clone(), entry.architecture.clone()), entry);
                    }
                } else if let Some(value) = line.strip_prefix("Package:") {
                    entry.name = value.trim().into();
                } else if let Some(value) = line.strip_prefix("Status:") {
                    entry.status = value.trim().into();
                } else if let Some(value) = line.strip_prefix("Version:") {
                    entry.version = value.trim().into();
                } else if let Some(value) = line.strip_prefix("Architecture:") {
                    entry.architecture = value.trim().into();
                }
            }
        }
        let mut packages = Self { architecture: architecture.into(), ..Self::default() };
        for entry in entries.into_values() {
            packages.add(&entry);
        }
        packages
    }

    fn add(&mut self, entry: &Entry) {
        let words: Vec<_> = entry.status.split_whitespace().collect();
        let [want, _, status] = words.as_slice() else { return };
        let foreign = !["all", "any", &self.architecture].contains(&entry.architecture.as_str());
        let name = if foreign && !self.architecture.is_empty() {
            format!("{}:{}", entry.name, entry.architecture)
        } else {
            entry.name.clone()
        };
        self.selections.insert(name.clone(), (*want).into());
        let installed = matches!(*status, "installed" | "triggers-pending" | "triggers-awaited");
        let list = match *want {
            "install" | "hold" if installed => &mut self.installed,
            "deinstall" => &mut self.removed,
            "purge" if installed => &mut self.purge_desired,
            _ => return,
        };
        let versions = list.entry(name).or_default();
        versions.push(entry.version.clone());
        versions.sort_by(|left, right| compare(left, right));
    }

    /// The versions of an installed package, by its name with or without this host's architecture.
    pub(crate) fn versions(&self, name: &str) -> Option<&[String]> {
        let plain = self.normalise(name);
        let found = [name, &plain]
            .into_iter()
            .find_map(|name| self.installed.get(name).or_else(|| self.purge_desired.get(name)));
        found.map(Vec::as_slice)
    }

    /// A name without an architecture that goes without saying.
    pub(crate) fn normalise(&self, name: &str) -> String {
        match name.rsplit_once(':') {
            Some((plain, arch)) if ["all", "any", &self.architecture].contains(&arch) => plain.into(),
            _ => name.into(),
        }
    }

    /// All that count as installed, as `pkg.list_pkgs` lists them: versions joined by commas.
    pub(crate) fn listed(&self) -> BTreeMap<String, String> {
        let all = self.purge_desired.iter().chain(&self.installed);
        all.map(|(name, versions)| (name.clone(), versions.join(","))).collect()
    }

    /// Those removed with configuration left, in the same form.
    pub(crate) fn listed_removed(&self) -> BTreeMap<String, String> {
        self.removed.iter().map(|(name, versions)| (name.clone(), versions.join(","))).collect()
    }

    /// Whether a package is held back from changes.
    pub(crate) fn is_held(&self, name: &str) -> bool {
        self.selections.get(name).is_some_and(|want| want == "hold")
    }
}

/// A paragraph of the status file.
#[derive(Default)]
struct Entry {
    name: String,
    status: String,
    version: String,
    architecture: String,
}

/// Forgets what was read, because something changed the packages.
pub(crate) fn forget(context: &Context) {
    *context.run.packages.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// What changed between two lists: `{name: {old, new}}`.
pub(crate) fn difference(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Map {
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let empty = String::new();
    names
        .into_iter()
        .map(|name| (name, old.get(name).unwrap_or(&empty), new.get(name).unwrap_or(&empty)))
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            (Value::from(name), Value::Map(map([("old", old.into()), ("new", new.into())])))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b7
Description: a shell
 Version: 9 in a text
 .

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9

Package: libc6
Status: hold ok installed
Architecture: i386
Version: 2.36-8

Package: nano
Status: deinstall ok config-files
Architecture: amd64
Version: 7.2-1

Package: vim
Status: install ok half-configured
Architecture: amd64
Version: 9.0
";

    #[test]
    fn the_status_file() {
        let packages = Packages::parse([STATUS].into_iter(), "amd64");
        let names: Vec<_> = packages.installed.keys().collect();
        assert_eq!(names, ["bash", "libc6", "libc6:i386"]);
        assert_eq!(packages.versions("bash:amd64").unwrap(), ["5.2.15-2+b7"]);
        assert!(packages.is_held("libc6:i386") && !packages.is_held("libc6"));
        assert_eq!(packages.listed_removed()["nano"], "7.2-1");
        assert!(packages.versions("vim").is_none());
    }

    #[test]
    fn what_is_pending_replaces_what_was() {
        let update = "Package: vim\nStatus: install ok installed\nArchitecture: amd64\nVersion: 9.0\n";
        let packages = Packages::parse([STATUS, update].into_iter(), "amd64");
        assert_eq!(packages.versions("vim").unwrap(), ["9.0"]);
    }

    #[test]
    fn differences() {
        let list = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, version)| ((*name).into(), (*version).into())).collect()
        };
        let changes = difference(
            &list(&[("a", "1"), ("b", "1"), ("c", "1")]),
            &list(&[("b", "2"), ("c", "1"), ("d", "1")]),
        );
        assert_eq!(
            Value::Map(changes).to_string(),
            "{'a': {'old': '1', 'new': ''}, 'b': {'old': '1', 'new': '2'}, 'd': {'old': '', 'new': '1'}}"
        );
    }
}
