//! What a text names of the tree, read without being rendered.

use std::collections::BTreeSet;
use std::sync::Arc;

use common::target::{fnmatch, has_wildcards};

use crate::files::{FileSource, TreeFile};
use crate::language::{Literal, literals};

/// Why a file is read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// It is rendered on the host only.
    Template,
    /// Rendering it asks the host something.
    Asking,
}

/// What a text names.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files, with their environment where that is another.
    pub(super) files: BTreeSet<(Option<Arc<str>>, Arc<str>)>,
    /// SLS files in an `include` list.
    pub(super) includes: BTreeSet<String>,
}

/// An address in a text: `salt://path?saltenv=name`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address<'t> {
    pub(super) path: &'t str,
    pub(super) saltenv: Option<&'t str>,
    /// Whether a template's expression goes on where the path ends.
    open: bool,
}

/// The files of an environment.
pub(super) struct Listing {
    files: Arc<[TreeFile]>,
}

impl Listing {
    pub(super) fn of(tree: &dyn FileSource, saltenv: &str) -> Self {
        Self { files: tree.list(saltenv).unwrap_or_else(|_| Arc::from([])) }
    }

    fn exact(&self, path: &str) -> Option<Arc<str>> {
        let found = self.files.binary_search_by(|file| file.path.as_ref().cmp(path)).ok()?;
        Some(Arc::clone(&self.files[found].path))
    }

    /// The files whose paths begin so.
    fn beginning(&self, prefix: &str) -> impl Iterator<Item = Arc<str>> {
        let first = self.files.partition_point(|file| file.path.as_ref() < prefix);
        let prefix = prefix.to_owned();
        let rest = self.files[first..].iter();
        rest.take_while(move |file| file.path.starts_with(&prefix)).map(|file| Arc::clone(&file.path))
    }

    /// The file of that path, or all below the folder of that path.
    pub(super) fn at_or_below(&self, path: &str) -> Vec<Arc<str>> {
        let path = path.trim_matches('/');
        if path.is_empty() {
            // `salt://` alone is the whole tree; who means it says `salt://.`
            return Vec::new();
        }
        if path == "." {
            return self.beginning("").collect();
        }
        let mut found: Vec<_> = self.exact(path).into_iter().collect();
        found.extend(self.beginning(&format!("{path}/")));
        found
    }

    /// The names of the SLS files that a pattern stands for.
    fn sls(&self, pattern: &str) -> Vec<String> {
        let name = |file: &TreeFile| {
            let stem = file.path.strip_suffix("/init.sls").or_else(|| file.path.strip_suffix(".sls"))?;
            Some(stem.replace('/', "."))
        };
        let path = pattern.replace('.', "/");
        if !has_wildcards(pattern) {
            let there = [format!("{path}.sls"), format!("{path}/init.sls")];
            return there
                .iter()
                .any(|path| self.exact(path).is_some())
                .then(|| pattern.into())
                .into_iter()
                .collect();
        }
        self.files.iter().filter_map(name).filter(|name| fnmatch(name, pattern)).collect()
    }
}

/// Reads a file of the tree as text.
pub(super) fn read(listing: &Listing, path: &str, text: &str, reading: Reading) -> Found {
    let mut found = Found::default();
    let folder = path.rsplit_once('/').map(|(folder, _)| folder);
    for address in addresses(text) {
        let saltenv = address.saltenv.map(Arc::from);
        let direct = listing.at_or_below(address.path);
        let open = address.open && address.path.contains('/');
        let begun = listing.beginning(address.path).filter(|_| open);
        found.files.extend(direct.into_iter().chain(begun).map(|path| (saltenv.clone(), path)));
    }
    let mut unclear = reading == Reading::Asking;
    for literal in literals(text) {
        match literal {
            Literal::Text(text) => {
                let named = resolve(listing, folder, &text);
                found.files.extend(named.into_iter().map(|path| (None, path)));
            }
            Literal::Import { known } => {
                // A name that is wholly known and not there is missing on the host too.
                unclear |= known.iter().all(|text| resolve(listing, folder, text).is_empty());
            }
        }
    }
    if let Some(folder) = folder.filter(|_| unclear) {
        let within = format!("{folder}/");
        let own = listing.beginning(&within).filter(|path| !path.ends_with(".sls"));
        found.files.extend(own.map(|path| (None, path)));
    }
    if path.ends_with(".sls") && reading == Reading::Asking {
        found.includes.extend(includes(text).flat_map(|name| listing.sls(&absolute(path, name))));
    }
    found
}

/// The file that a text in a template names: from the root of the tree, or from a folder above the template, as in
/// `tpldir ~ '/map.jinja'` and `tplroot ~ '/map.jinja'`.
fn resolve(listing: &Listing, folder: Option<&str>, text: &str) -> Vec<Arc<str>> {
    let text = text.trim_start_matches("./").trim_matches('/');
    if text.is_empty() || !text.contains(['.', '/']) {
        return Vec::new();
    }
    let mut found: Vec<_> = listing.exact(text).into_iter().collect();
    let mut above = folder;
    while let Some(folder) = above {
        found.extend(listing.exact(&format!("{folder}/{text}")));
        above = folder.rsplit_once('/').map(|(above, _)| above);
    }
    found
}

/// The addresses in a text.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Address<'_>> {
    const SCHEME: &str = "salt://";
    let ends =
        |char: char| char.is_whitespace() || matches!(char, '"' | '\'' | ',' | ')' | ']' | '}' | '{' | '`');
    text.match_indices(SCHEME).map(move |(at, _)| {
        let rest = text[at + SCHEME.len()..].trim_start_matches('|');
        let end = rest.find(ends).unwrap_or(rest.len());
        let (path, query) = rest[..end].split_once('?').unwrap_or((&rest[..end], ""));
        let saltenv = query.split('&').find_map(|pair| pair.strip_prefix("saltenv="));
        // In an expression the text may be put together: `'salt://web/' ~ name`.
        let after = rest[end..].trim_start_matches(['"', '\'']).trim_start();
        let open = after.starts_with(['{', '~', '+', '%']) || path.ends_with('/');
        Address { path: path.trim_start_matches('/'), saltenv, open }
    })
}

/// The names in the `include` lists of an SLS file that was not rendered.
fn includes(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter_map(move |line| {
        let bare = line.trim();
        if line.trim_end() == "include:" {
            inside = true;
            return None;
        }
        if bare.is_empty() || bare.starts_with(['#', '{']) {
            return None;
        }
        inside = inside && bare.starts_with("- ");
        let name = bare.strip_prefix("- ").filter(|_| inside)?.trim().trim_matches(['"', '\'']);
        (!name.contains(['{', ' ', ':'])).then_some(name)
    })
}

/// The name of an included SLS, which may begin at the folder of the file: `.tls`, `..common`.
fn absolute(path: &str, name: &str) -> String {
    let rest = name.trim_start_matches('.');
    let dots = name.len() - rest.len();
    if dots == 0 {
        return name.into();
    }
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.truncate(folders.len().saturating_sub(dots));
    folders.push(rest);
    folders.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_the_path_does() {
        let text =
            "a salt://x/y.sh?saltenv=dev, 'salt://web/' ~ name, salt://{{ x }}/y and salt://f/{{ os }}.conf";
        let found: Vec<_> =
            addresses(text).map(|address| (address.path, address.saltenv, address.open)).collect();
        assert_eq!(
            found,
            [("x/y.sh", Some("dev"), false), ("web/", None, true), ("", None, true), ("f/", None, true)]
        );
    }

    #[test]
    fn includes_are_found_between_tags_and_until_the_list_ends() {
        let text =
            "include:\n{% if x %}\n  - web.tls\n{% endif %}\n  - .log\n  - {{ y }}\nother:\n  - no.sls\n";
        assert_eq!(includes(text).collect::<Vec<_>>(), ["web.tls", ".log"]);
        assert_eq!(absolute("web/init.sls", ".log"), "web.log");
        assert_eq!(absolute("web/tls/init.sls", "..log"), "web.log");
        assert_eq!(absolute("web/init.sls", "db"), "db");
    }
}
