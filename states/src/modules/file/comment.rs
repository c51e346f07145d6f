//! `file.comment` and `file.uncomment`: lines that a regular expression finds are switched off or on.

use common::regex::{Flags, Subject, compile, match_at_start};
use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::{Flag, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::edit::{self, Edit};
use super::{diff, lines};

/// The arguments of `file.comment`.
#[derive(Deserialize)]
pub(super) struct Comment {
    name: Text,
    regex: Text,
    #[serde(default = "hash")]
    char: Text,
    #[serde(default = "bak")]
    backup: Value,
    #[serde(default)]
    ignore_missing: Flag,
}

/// The arguments of `file.uncomment`.
#[derive(Deserialize)]
pub(super) struct Uncomment {
    name: Text,
    regex: Text,
    #[serde(default = "hash")]
    char: Text,
    #[serde(default = "bak")]
    backup: Value,
}

impl StateFunction for Comment {
    const NAME: &'static str = "file.comment";
    const DOC: &'static str = "Lines that a regular expression finds are commented out.\n\n\
        regex, char (#), backup ('.bak' or False), ignore_missing";

    type Plan = Edit;

    fn check(&self, _: &Call<'_>) -> Result<Check<Edit>, Failure> {
        let path = edit::existing(&self.name, Self::NAME)?;
        let old = edit::read(&path)?;
        let bare = unanchored(&self.regex);
        let char = &*self.char;
        if !finds(&format!(r"^(?!\s*{char})\s*{bare}"), &old)? {
            if finds(&format!("{char}{bare}"), &old)? {
                return Ok(Check::clean("Pattern already commented"));
            }
            if self.ignore_missing.0 {
                return Ok(Check::clean("Pattern not found and ignore_missing set to True"));
            }
            return Err(Failure::new(format!("{bare}: Pattern not found")));
        }
        let start = if self.regex.starts_with('^') { "^" } else { "" };
        let pattern = format!("{start}({}){}", inner(&self.regex), end(&self.regex));
        let new = each_line(&old, &pattern, |line| format!("{char}{line}"))?;
        Ok(planned(path, &old, new, &self.backup))
    }

    fn converge(&self, call: &Call<'_>, plan: Edit) -> Result<Done, Failure> {
        plan.carry_out(call)?;
        let bare = unanchored(&self.regex);
        done(
            plan,
            &format!("{}{bare}", self.char),
            "Commented lines successfully",
            "Expected commented lines not found",
        )
    }
}

impl StateFunction for Uncomment {
    const NAME: &'static str = "file.uncomment";
    const DOC: &'static str = "Lines that are commented out and that a regular expression finds are switched on.\n\n\
        regex, char (#), backup ('.bak' or False)";

    type Plan = Edit;

    fn check(&self, _: &Call<'_>) -> Result<Check<Edit>, Failure> {
        let path = edit::existing(&self.name, Self::NAME)?;
        let old = edit::read(&path)?;
        let (char, bare) = (&*self.char, self.regex.trim_start_matches('^'));
        if !finds(&format!("{char}[ \t]*{bare}"), &old)? {
            if finds(&format!("^[ \t]*{bare}"), &old)? {
                return Ok(Check::clean("Pattern already uncommented"));
            }
            return Err(Failure::new(format!("{}: Pattern not found", self.regex)));
        }
        let pattern = format!(r"^{char}\s*({}){}", inner(&self.regex), end(&self.regex));
        let new = each_line(&old, &pattern, |line| line.trim_start_matches(|c| char.contains(c)).to_owned())?;
        Ok(planned(path, &old, new, &self.backup))
    }

    fn converge(&self, call: &Call<'_>, plan: Edit) -> Result<Done, Failure> {
        plan.carry_out(call)?;
        let pattern = format!("^[ \t]*{}", self.regex.trim_start_matches('^'));
        done(plan, &pattern, "Uncommented lines successfully", "Expected uncommented lines not found")
    }
}

fn planned(path: std::path::PathBuf, old: &[u8], new: String, backup: &Value) -> Check<Edit> {
    let text = lines::decode(old);
    let diff = diff::unified(&lines::split_keeping(&text), &lines::split_keeping(&new)).concat();
    let name = path.display().to_string();
    let comment = format!("File {name} is set to be updated");
    let plan = Edit {
        path,
        bytes: new.into_bytes(),
        diff: if diff.is_empty() { Value::Null } else { diff::bounded(diff).into() },
        backup: edit::backup_suffix(Some(backup)),
    };
    Check::differs(plan, comment, change(&name, "updated"))
}

fn done(plan: Edit, expected: &str, good: &str, bad: &str) -> Result<Done, Failure> {
    let found = finds(expected, &plan.bytes)?;
    let changes = if plan.diff.is_null() { Map::new() } else { change("diff", plan.diff) };
    Ok(if found { Done::ok(good, changes) } else { Done::failed(bad, changes) })
}

fn finds(pattern: &str, bytes: &[u8]) -> Result<bool, Failure> {
    let flags = Flags { multi_line: true, ..Flags::default() };
    Ok(compile(pattern, flags, Subject::Bytes)?.is_match(bytes)?)
}

/// Changes every line that the pattern matches from its start.
fn each_line(old: &[u8], pattern: &str, change: impl Fn(&str) -> String) -> Result<String, Failure> {
    let regex = compile(pattern, Flags::default(), Subject::Text)?;
    let text = String::from_utf8(old.into()).map_err(|_| Failure::new("the file is not UTF-8 text"))?;
    let mut new = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if match_at_start(&regex, line)? {
            new.push_str(&change(line));
        } else {
            new.push_str(line);
        }
    }
    Ok(new)
}

/// A pattern without flags at its head and without anchors.
fn unanchored(pattern: &str) -> &str {
    let flags_end = pattern.strip_prefix("(?").and_then(|rest| rest.find(')').map(|at| (rest, at)));
    let rest = match flags_end {
        Some((rest, 1)) if "iLmsux".contains(&rest[..1]) => &rest[2..],
        _ => pattern,
    };
    let rest = rest.strip_prefix('^').unwrap_or(rest);
    rest.strip_suffix('$').unwrap_or(rest)
}

fn inner(pattern: &str) -> &str {
    pattern.trim_start_matches('^').trim_end_matches('$')
}

fn end(pattern: &str) -> &'static str {
    if pattern.ends_with('$') { "$" } else { "" }
}

fn hash() -> Text {
    Text("#".into())
}

fn bak() -> Value {
    ".bak".into()
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::super::testing::Host;

    #[test]
    fn lines_are_switched_off_and_on() {
        let mut host = Host::new(&[]);
        host.write("a", "one\ntwo\n");
        let name = host.path("a").display().to_string();
        let (dry, real) = host.converge("file.comment", "a", "{regex: ^two$}");
        assert_eq!(dry.changes, map([(name.as_str(), "updated".into())]));
        assert_eq!(real.comment, "Commented lines successfully");
        assert_eq!(real.changes, map([("diff", "--- \n+++ \n@@ -1,2 +1,2 @@\n one\n-two\n+#two\n".into())]));
        assert_eq!(host.run("file.comment", "a", "{regex: ^two$}").comment, "Pattern already commented");
        let (_, real) = host.converge("file.uncomment", "a", "{regex: two}");
        assert_eq!(
            (real.comment.as_str(), host.read("a").as_str()),
            ("Uncommented lines successfully", "one\ntwo\n")
        );
        assert_eq!(host.run("file.uncomment", "a", "{regex: nine}").comment, "nine: Pattern not found");
        assert_eq!(host.run("file.comment", "a", "{regex: ^nine}").comment, "nine: Pattern not found");
    }
}
