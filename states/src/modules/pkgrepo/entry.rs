//! A repository as a line of sources.list has it: `deb [arch=amd64] http://deb.example.net bookworm main contrib`.

use std::fmt;

use common::value::{Map, Value};

/// A repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) disabled: bool,
    /// `deb` or `deb-src`.
    pub(super) kind: String,
    /// What stands in brackets, such as `signed-by=…`, in its order.
    pub(super) options: Vec<(String, String)>,
    pub(super) uri: String,
    /// The suite, or a folder that ends in `/`.
    pub(super) dist: String,
    pub(super) comps: Vec<String>,
    /// What follows a `#`.
    pub(super) comment: String,
}

impl Entry {
    /// Reads a line; `None` where it is not a repository.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut entry = Self::default();
        let mut line = line.trim();
        if let Some(rest) = line.strip_prefix('#') {
            entry.disabled = true;
            line = rest.trim_start_matches(['#', ' ', '\t']);
        }
        if let Some((before, comment)) = line.split_once('#') {
            entry.comment = comment.trim().into();
            line = before;
        }
        let (kind, rest) = line.trim().split_once(char::is_whitespace)?;
        if kind != "deb" && kind != "deb-src" {
            return None;
        }
        entry.kind = kind.into();
        let mut rest = rest.trim_start();
        if let Some(inner) = rest.strip_prefix('[') {
            let (options, after) = inner.split_once(']')?;
            entry.options = options
                .split_whitespace()
                .filter_map(|option| option.split_once('='))
                .map(|(key, value)| (key.into(), value.into()))
                .collect();
            rest = after;
        }
        let mut words = rest.split_whitespace();
        entry.uri = words.next()?.into();
        entry.dist = words.next()?.into();
        entry.comps = words.map(Into::into).collect();
        // A sentence that begins with "deb" in a comment is no repository.
        (entry.uri.contains(':') && (!entry.comps.is_empty() || entry.dist.ends_with('/'))).then_some(entry)
    }

    /// An option's value.
    pub(super) fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Sets an option.
    pub(super) fn set_option(&mut self, key: &str, value: String) {
        match self.options.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => self.options.push((key.into(), value)),
        }
    }

    /// The architectures it is limited to.
    pub(super) fn architectures(&self) -> Vec<&str> {
        self.option("arch").map(|arch| arch.split(',').collect()).unwrap_or_default()
    }

    /// Whether both name the same repository, however they use it.
    pub(super) fn same_place(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.uri.trim_end_matches('/') == other.uri.trim_end_matches('/')
            && self.dist == other.dist
    }

    /// Whether this (present) entry is as `wanted`: the order of components and architectures does not matter.
    pub(super) fn fulfils(&self, wanted: &Self) -> bool {
        let sorted = |words: &[String]| {
            let mut words = words.to_vec();
            words.sort();
            words
        };
        let options = |entry: &Self| {
            let mut options = entry.options.clone();
            for (_, value) in options.iter_mut().filter(|(key, _)| key == "arch") {
                let mut parts: Vec<_> = value.split(',').collect();
                parts.sort_unstable();
                *value = parts.join(",");
            }
            options.sort();
            options
        };
        self.same_place(wanted)
            && self.disabled == wanted.disabled
            && sorted(&self.comps) == sorted(&wanted.comps)
            && options(self) == options(wanted)
            && (wanted.comment.is_empty() || self.comment == wanted.comment)
    }

    /// The fields by Salt's names.
    pub(super) fn to_map(&self) -> Map {
        common::value::map([
            ("comps", self.comps.clone().into()),
            ("disabled", self.disabled.into()),
            ("dist", (&self.dist).into()),
            ("type", (&self.kind).into()),
            ("uri", (&self.uri).into()),
            ("line", self.to_string().into()),
            ("architectures", self.architectures().into()),
            ("signedby", Value::from(self.option("signed-by").unwrap_or_default())),
        ])
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.disabled {
            f.write_str("# ")?;
        }
        f.write_str(&self.kind)?;
        if !self.options.is_empty() {
            let options: Vec<_> = self.options.iter().map(|(key, value)| format!("{key}={value}")).collect();
            write!(f, " [{}]", options.join(" "))?;
        }
        write!(f, " {} {}", self.uri, self.dist)?;
        for comp in &self.comps {
            write!(f, " {comp}")?;
        }
        if !self.comment.is_empty() {
            write!(f, " #{}", self.comment)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let line = "deb [arch=amd64,i386 signed-by=/k.gpg] http://x.net/debian bookworm main contrib";
        let entry = Entry::parse(line).unwrap();
        assert_eq!(entry.to_string(), line);
        assert_eq!(entry.architectures(), ["amd64", "i386"]);
        let flat = Entry::parse("deb [trusted=yes] file:/srv/repo ./").unwrap();
        assert_eq!((flat.dist.as_str(), flat.comps.len()), ("./", 0));
        assert!(Entry::parse("#  deb-src http://x.net bookworm main").unwrap().disabled);
        assert!(Entry::parse("# deb sources are not used here").is_none());
        assert!(Entry::parse("rpm http://x.net bookworm main").is_none());
        assert!(Entry::parse("").is_none());
    }

    #[test]
    fn order_and_slashes_do_not_matter() {
        let left = Entry::parse("deb [arch=a,b] http://x.net/ s main contrib").unwrap();
        let right = Entry::parse("deb [arch=b,a] http://x.net s contrib main").unwrap();
        assert!(left.fulfils(&right));
        assert!(!left.fulfils(&Entry { disabled: true, ..right }));
    }
}
