//! Targets of top files: matched as Salt matches them, with the kind that `match:` names.

use super::parser::{Manner, parse};
use super::{Facts, Kind, Matcher, Problem, TargetError, nodegroup};
use crate::value::{DEFAULT_DELIMITER, Map};

/// The names that `match:` may have in a top file.
pub const KINDS: &[&str] = &[
    "compound",
    "glob",
    "list",
    "pcre",
    "grain",
    "grain_pcre",
    "pillar",
    "pillar_exact",
    "pillar_pcre",
    "ipcidr",
    "nodegroup",
];

/// Whether a target of a top file, which is compound unless it says otherwise, means the host. What is not a target
/// matches nothing, as in Salt.
#[must_use]
pub fn matches_top(text: &str, host: &dyn Facts, nodegroups: &Map) -> bool {
    parse(text, nodegroups, Manner::Lenient).is_ok_and(|expression| expression.matches(host))
}

/// Whether a target with `match: KIND` means the host.
///
/// # Errors
/// When there is no such kind, or a regular expression is none, which Salt does not survive either.
pub fn matches_kind(kind: &str, text: &str, host: &dyn Facts, nodegroups: &Map) -> Result<bool, TargetError> {
    let fail = |problem| TargetError::new(text, 0, problem);
    let kind = match kind {
        "compound" => return Ok(matches_top(text, host, nodegroups)),
        "nodegroup" => {
            let words = nodegroup::expand(text, nodegroups).map(|words| words.join(" "));
            return Ok(words.is_ok_and(|words| matches_top(&words, host, nodegroups)));
        }
        "glob" => Kind::Glob,
        "list" => Kind::List,
        "pcre" => Kind::Regex,
        "grain" => Kind::Grain,
        "grain_pcre" => Kind::GrainRegex,
        "pillar" => Kind::Pillar,
        "pillar_exact" => Kind::PillarExact,
        "pillar_pcre" => Kind::PillarRegex,
        "ipcidr" => Kind::Address,
        other => return Err(fail(Problem::UnknownKind { kind: other.into() })),
    };
    match Matcher::new(kind, text, DEFAULT_DELIMITER) {
        Ok(matcher) => Ok(matcher.matches(host)),
        Err(problem) if kind == Kind::Regex => Err(fail(problem)),
        Err(_) => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Known;
    use super::*;
    use crate::value::map;

    #[test]
    fn each_kind_looks_at_its_own() {
        let grains = map([("os", "Debian".into()), ("ipv4", vec!["10.1.2.3"].into())]);
        let pillar = map([("role", "proxy".into())]);
        let nodegroups = map([("proxies", "fp-*".into())]);
        let host = Known { id: "fp-1", grains: &grains, pillar: &pillar };
        for (kind, text, expected) in [
            ("glob", "fp-*", true),
            ("glob", "fp-* or x", false),
            ("list", "a,fp-1", true),
            ("pcre", "fp", true),
            ("grain", "os:Debian", true),
            ("grain", "os", false),
            ("grain_pcre", "os:D", true),
            ("pillar", "role:pro*", true),
            ("pillar_exact", "role:pro*", false),
            ("pillar_exact", "role:proxy", true),
            ("pillar_pcre", "role:p.*y", true),
            ("ipcidr", "10.0.0.0/8", true),
            ("ipcidr", "nonsense", false),
            ("nodegroup", "proxies", true),
            ("nodegroup", "nope", false),
            ("compound", "fp-* and G@os:Debian", true),
        ] {
            assert_eq!(matches_kind(kind, text, &host, &nodegroups), Ok(expected), "{kind} {text}");
        }
        assert!(matches_kind("grian", "os:Debian", &host, &nodegroups).is_err());
        assert!(matches_kind("pcre", "(", &host, &nodegroups).is_err());
    }
}
