//! apt's lists of repositories: files of one-line entries (`.list`) and of stanzas (`.sources`).

use std::fs;
use std::path::{Path, PathBuf};

use super::entry::Entry;
use crate::context::Context;
use crate::modules::Failure;

/// A repository and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) entry: Entry,
    pub(super) file: PathBuf,
    /// The line, or the number of the stanza.
    position: usize,
}

/// All repositories that apt knows, disabled ones among them.
pub(super) fn all(context: &Context) -> Vec<Found> {
    let folder = context.run.host_path("/etc/apt/sources.list.d");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.insert(0, context.run.host_path("/etc/apt/sources.list"));
    files.iter().flat_map(|file| in_file(file)).collect()
}

fn in_file(file: &Path) -> Vec<Found> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let found = |position: usize, entry: Entry| Found { entry, file: file.into(), position };
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("list") => text
            .lines()
            .enumerate()
            .filter_map(|(position, line)| Some(found(position, Entry::parse(line)?)))
            .collect(),
        Some("sources") => stanzas(&text)
            .iter()
            .enumerate()
            .flat_map(|(position, stanza)| {
                stanza_entries(stanza).into_iter().map(move |entry| (position, entry))
            })
            .map(|(position, entry)| found(position, entry))
            .collect(),
        _ => Vec::new(),
    }
}

/// The repository that is at the same place as `wanted` and shares a component with it.
pub(super) fn find(context: &Context, wanted: &Entry) -> Option<Found> {
    all(context).into_iter().find(|found| {
        found.entry.same_place(wanted)
            && (wanted.comps.is_empty() || wanted.comps.iter().any(|comp| found.entry.comps.contains(comp)))
    })
}

/// Writes a repository: in the place of `present`, else at the end of `file`.
pub(super) fn put(present: Option<&Found>, file: &Path, entry: &Entry) -> Result<(), Failure> {
    let file = present.map_or(file, |found| found.file.as_path());
    let old = fs::read_to_string(file).unwrap_or_default();
    let is_stanzas = file.extension().is_some_and(|extension| extension == "sources");
    let text = match (present, is_stanzas) {
        (None, false) => {
            let gap = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
            format!("{old}{gap}{entry}\n")
        }
        (Some(found), false) => with_line(&old, found.position, Some(&entry.to_string())),
        (None, true) => {
            let gap = if old.trim().is_empty() { "" } else { "\n" };
            format!("{old}{gap}{}", stanza_of(entry))
        }
        (Some(found), true) => {
            let mut parts = stanzas(&old);
            if let Some(part) = parts.get_mut(found.position) {
                *part = stanza_of(entry);
            }
            parts.join("\n")
        }
    };
    write(file, &text)
}

/// Takes components (or the whole, where none is left) of a repository out of its file. A file of its own that is left
/// without repositories is removed.
pub(super) fn remove(context: &Context, found: &Found, comps: &[String]) -> Result<(), Failure> {
    let mut entry = found.entry.clone();
    entry.comps.retain(|comp| !comps.contains(comp));
    if !entry.comps.is_empty() {
        return put(Some(found), &found.file, &entry);
    }
    let old = fs::read_to_string(&found.file).unwrap_or_default();
    let text = if found.file.extension().is_some_and(|extension| extension == "sources") {
        let mut parts = stanzas(&old);
        if found.position < parts.len() {
            parts.remove(found.position);
        }
        parts.join("\n")
    } else {
        with_line(&old, found.position, None)
    };
    write(&found.file, &text)?;
    let own = found.file.starts_with(context.run.host_path("/etc/apt/sources.list.d"));
    if own && in_file(&found.file).is_empty() {
        fs::remove_file(&found.file).map_err(|error| cannot("remove", &found.file, &error))?;
    }
    Ok(())
}

/// Writes a file whole or not at all.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| cannot("write", file, &error);
    let folder = file.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut draft =
        tempfile::Builder::new().permissions(world_readable()).tempfile_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut draft, text.as_bytes()).map_err(failed)?;
    draft.persist(file).map_err(|error| failed(error.error))?;
    fs::set_permissions(file, world_readable()).map_err(failed)
}

/// apt reads its lists as a user of its own.
fn world_readable() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

fn cannot(verb: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot {verb} {}: {error}", file.display()))
}

/// The text with one line replaced or left out.
fn with_line(text: &str, position: usize, replacement: Option<&str>) -> String {
    let lines = text
        .lines()
        .enumerate()
        .filter_map(|(number, line)| if number == position { replacement } else { Some(line) });
    lines.map(|line| format!("{line}\n")).collect()
}

/// The stanzas of a file, each with its final newline.
fn stanzas(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    for line in text.lines() {
        if line.trim().is_empty() {
            if !part.is_empty() {
                parts.push(std::mem::take(&mut part));
            }
        } else {
            part.push_str(line);
            part.push('\n');
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// A stanza's repositories: one for each type, address and suite.
fn stanza_entries(stanza: &str) -> Vec<Entry> {
    let words =
        |name: &str| -> Vec<String> { field(stanza, name).split_whitespace().map(Into::into).collect() };
    let mut options = Vec::new();
    for (name, option, separator) in
        [("Architectures", "arch", ","), ("Signed-By", "signed-by", " "), ("Trusted", "trusted", " ")]
    {
        let value = words(name).join(separator);
        if !value.is_empty() {
            options.push((option.to_owned(), value));
        }
    }
    let disabled = field(stanza, "Enabled").trim().eq_ignore_ascii_case("no");
    let mut entries = Vec::new();
    for kind in words("Types") {
        for uri in words("URIs") {
            for dist in words("Suites") {
                entries.push(Entry {
                    disabled,
                    kind: kind.clone(),
                    options: options.clone(),
                    uri: uri.clone(),
                    dist,
                    comps: words("Components"),
                    comment: String::new(),
                });
            }
        }
    }
    entries
}

/// The value of a stanza's field, with the lines that continue it.
fn field(stanza: &str, name: &str) -> String {
    let mut value = String::new();
    let mut inside = false;
    for line in stanza.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with([' ', '\t']) {
            if inside {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some((key, rest)) = line.split_once(':') {
            inside = key.eq_ignore_ascii_case(name);
            if inside {
                value = rest.trim().into();
            }
        }
    }
    value
}

fn stanza_of(entry: &Entry) -> String {
    let mut text = format!("Types: {}\nURIs: {}\nSuites: {}\n", entry.kind, entry.uri, entry.dist);
    if !entry.comps.is_empty() {
        text.push_str(&format!("Components: {}\n", entry.comps.join(" ")));
    }
    for (option, name) in [("arch", "Architectures"), ("signed-by", "Signed-By"), ("trusted", "Trusted")] {
        if let Some(value) = entry.option(option) {
            text.push_str(&format!(
                "{name}: {}\n",
                if option == "arch" { value.replace(',', " ") } else { value.into() }
            ));
        }
    }
    if entry.disabled {
        text.push_str("Enabled: no\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stanza_is_several_repositories() {
        let stanza = "Types: deb deb-src\nURIs: http://x.net\nSuites: a a-updates\nComponents: main\nSigned-By: /k.gpg\nEnabled: no\n";
        let entries = stanza_entries(stanza);
        assert_eq!(entries.len(), 4);
        assert_eq!(entries[1].to_string(), "# deb [signed-by=/k.gpg] http://x.net a-updates main");
    }

    #[test]
    fn stanzas_survive_being_written() {
        let entry = Entry::parse("deb [arch=a,b signed-by=/k.gpg] http://x.net a main").unwrap();
        assert_eq!(stanza_entries(&stanza_of(&entry)), [entry]);
        assert_eq!(stanzas("# c\nTypes: deb\n\n\nTypes: x\n").len(), 2);
    }
}
