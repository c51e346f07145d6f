//! Python's versions (PEP 440): their order, and conditions on them.

use std::cmp::Ordering;

/// A version in the parts that order it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    epoch: u64,
    release: Vec<u64>,
    /// Developments of a release come before its pre-releases, those before the release, that before its posts.
    stage: (u8, u64),
    post: i64,
    development: u64,
    local: String,
}

impl Version {
    /// Reads a version; a text that is none sorts below all.
    pub(crate) fn parse(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        let lower = lower.strip_prefix('v').unwrap_or(&lower);
        let (public, local) = lower.split_once('+').unwrap_or((lower, ""));
        let (epoch, public) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().unwrap_or(0), rest),
            None => (0, public),
        };
        let end = public.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(public.len());
        let (release, mut rest) = public.split_at(end);
        let mut release: Vec<u64> = release.split('.').filter_map(|part| part.parse().ok()).collect();
        while release.len() > 1 && release.last() == Some(&0) {
            release.pop();
        }
        let (mut stage, mut post, mut development) = (None, -1, u64::MAX);
        while !rest.is_empty() {
            rest = rest.trim_start_matches(['.', '-', '_']);
            let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let after = after.trim_start_matches(['.', '-', '_']);
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let (digits, after) = after.split_at(end);
            let number: u64 = digits.parse().unwrap_or(0);
            match word {
                "a" | "alpha" => stage = Some((1, number)),
                "b" | "beta" => stage = Some((2, number)),
                "rc" | "c" | "pre" | "preview" => stage = Some((3, number)),
                "post" | "rev" | "r" | "" if !digits.is_empty() => {
                    post = i64::try_from(number).unwrap_or(i64::MAX)
                }
                "post" | "rev" | "r" => post = 0,
                "dev" => development = number,
                // Not a version: leave it at what was understood.
                _ => break,
            }
            rest = after;
        }
        let only_development = stage.is_none() && post < 0 && development != u64::MAX;
        let stage = stage.unwrap_or(if only_development { (0, 0) } else { (4, 0) });
        Self { epoch, release, stage, post, development, local: local.into() }
    }

    /// Whether it is a pre-release.
    pub(crate) fn is_pre_release(&self) -> bool {
        self.stage.0 < 4 || self.development != u64::MAX
    }
}

/// The order of two versions.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    Version::parse(left).cmp(&Version::parse(right))
}

/// Whether a version fulfils a condition: an operator and a version.
pub(super) fn fulfils(version: &str, operator: &str, wanted: &str) -> bool {
    if let Some(prefix) = wanted.strip_suffix(".*") {
        let (version, prefix) = (Version::parse(version), Version::parse(prefix));
        let padded = version.release.iter().copied().chain(std::iter::repeat(0));
        let matches =
            version.epoch == prefix.epoch && padded.zip(&prefix.release).all(|(left, right)| left == *right);
        return matches == (operator != "!=");
    }
    // A local part counts only where it is asked for.
    let public = |text: &str| {
        if wanted.contains('+') { text.to_owned() } else { text.split('+').next().unwrap_or(text).into() }
    };
    let order = compare(&public(version), wanted);
    match operator {
        "==" => order.is_eq(),
        "===" => version == wanted,
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        "~=" => {
            let stem = wanted.rsplit_once('.').map_or(wanted, |(stem, _)| stem);
            order.is_ge() && fulfils(version, "==", &format!("{stem}.*"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_pythons() {
        let sorted = [
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0+local",
            "1.0.post1",
            "1.1",
            "1.10",
            "2!0.1",
        ];
        for pair in sorted.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("1.0", "1.0.0"), Ordering::Equal);
        assert_eq!(compare("v1.0-RC1", "1.0rc1"), Ordering::Equal);
        assert!(Version::parse("1.0rc1").is_pre_release() && !Version::parse("1.0.post1").is_pre_release());
    }

    #[test]
    fn conditions() {
        for (version, operator, wanted, expected) in [
            ("1.2.3", "==", "1.2.*", true),
            ("1.3", "==", "1.2.*", false),
            ("1.3", "!=", "1.2.*", true),
            ("1.4.5", "~=", "1.4.2", true),
            ("1.5", "~=", "1.4.2", false),
            ("2.9", "~=", "2.2", true),
            ("1.0+cpu", "==", "1.0", true),
            ("0.9", ">=", "0.10", false),
        ] {
            assert_eq!(fulfils(version, operator, wanted), expected, "{version} {operator} {wanted}");
        }
    }
}
