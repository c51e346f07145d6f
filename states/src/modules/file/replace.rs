//! `file.replace`: what a regular expression finds in a file is replaced.

use common::regex::{Flags, Replacement, Subject, Template, compile, substitute_bytes};
use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::{Flag, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::edit::{self, Edit};
use super::{diff, lines, paths};

/// The arguments of `file.replace`.
#[derive(Deserialize)]
pub(super) struct Replace {
    name: Text,
    pattern: Text,
    repl: Text,
    #[serde(default)]
    count: usize,
    #[serde(default)]
    flags: Option<Value>,
    #[serde(default, rename = "bufsize")]
    _bufsize: Option<Value>,
    #[serde(default)]
    append_if_not_found: Flag,
    #[serde(default)]
    prepend_if_not_found: Flag,
    #[serde(default)]
    not_found_content: Option<Text>,
    #[serde(default = "bak")]
    backup: Value,
    #[serde(default = "yes")]
    show_changes: Flag,
    #[serde(default)]
    ignore_if_missing: Flag,
    #[serde(default)]
    backslash_literal: Flag,
    #[serde(default)]
    encoding: Option<Text>,
}

impl StateFunction for Replace {
    const NAME: &'static str = "file.replace";
    const DOC: &'static str = "What a regular expression of Python's finds in a file is replaced.\n\n\
        pattern, repl, count (0 is all), flags (8 is MULTILINE; or a list of names), append_if_not_found, \
        prepend_if_not_found, not_found_content, backup ('.bak' or False), show_changes, ignore_if_missing, \
        backslash_literal";

    type Plan = Edit;

    fn check(&self, _: &Call<'_>) -> Result<Check<Edit>, Failure> {
        if let Some(encoding) = self.encoding.as_deref().filter(|encoding| !is_utf8(encoding)) {
            return Err(Failure::new(format!(
                "encoding '{encoding}' is not supported; files are read as UTF-8"
            )));
        }
        let path = paths::target(&self.name, Self::NAME)?;
        if !path.exists() && self.ignore_if_missing.0 {
            return Ok(Check::clean(NOTHING));
        }
        let path = edit::existing(&self.name, Self::NAME).map(|_| path)?;
        let old = edit::read(&path)?;
        let new = self.replaced(&old)?;
        let old_lines: Vec<Vec<u8>> = lines::split_bytes_keeping(&old).into_iter().map(Into::into).collect();
        if new == old_lines {
            return Ok(Check::clean(NOTHING));
        }
        let text =
            |lines: &[Vec<u8>]| -> Vec<String> { lines.iter().map(|line| lines::decode(line)).collect() };
        let shown: Value = if self.show_changes.0 {
            diff::bounded(diff::unified(&text(&old_lines), &text(&new)).concat()).into()
        } else {
            true.into()
        };
        let plan = Edit {
            path,
            bytes: new.concat(),
            diff: shown.clone(),
            backup: edit::backup_suffix(Some(&self.backup)),
        };
        Ok(Check::differs(plan, "Changes would have been made", change("diff", shown)))
    }

    fn converge(&self, call: &Call<'_>, plan: Edit) -> Result<Done, Failure> {
        plan.carry_out(call)?;
        Ok(Done::ok("Changes were made", Map::from_iter([("diff".into(), plan.diff)])))
    }
}

const NOTHING: &str = "No changes needed to be made";

impl Replace {
    /// The lines of the new content. What is appended or prepended is one "line" whatever it holds, as in Salt's diff.
    fn replaced(&self, old: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        if self.append_if_not_found.0 && self.prepend_if_not_found.0 {
            return Err(Failure::new("Only one of append and prepend_if_not_found is permitted"));
        }
        let flags = flags(self.flags.as_ref())?;
        let regex = compile(&self.pattern, flags, Subject::Bytes)?;
        let template;
        let replacement = if self.backslash_literal.0 {
            Replacement::Literal(&self.repl)
        } else {
            template = Template::parse(&self.repl)?;
            Replacement::Template(&template)
        };
        let (new, count) = substitute_bytes(&regex, old, replacement, self.count)?;
        let mut new: Vec<Vec<u8>> = lines::split_bytes_keeping(&new).into_iter().map(Into::into).collect();
        let adds = self.append_if_not_found.0 || self.prepend_if_not_found.0;
        if !adds || count > 0 || self.stands_in(old, flags)? {
            return Ok(new);
        }
        let mut added = self.not_found_content.as_ref().unwrap_or(&self.repl).as_bytes().to_vec();
        added.push(b'\n');
        if self.prepend_if_not_found.0 {
            new.insert(0, added);
            return Ok(new);
        }
        if let Some(last) = new.last_mut().filter(|last| !last.ends_with(b"\n")) {
            last.push(b'\n');
        }
        new.push(added);
        Ok(new)
    }

    /// Whether an earlier run has added the text already.
    fn stands_in(&self, old: &[u8], flags: Flags) -> Result<bool, Failure> {
        let content =
            self.not_found_content.as_ref().filter(|content| !content.is_empty()).unwrap_or(&self.repl);
        let pattern = format!("^{}(?:$|(?=\\r\\n))", escaped(content));
        Ok(compile(&pattern, Flags { verbose: false, ..flags }, Subject::Bytes)?.is_match(old)?)
    }
}

/// `flags`: Python's number, a name, or a list of names; MULTILINE where none are given.
pub(super) fn flags(value: Option<&Value>) -> Result<Flags, Failure> {
    let mut flags = Flags::default();
    let mut add = |value: &Value| match (value, value.as_str()) {
        (Value::Int(bits), _) => {
            let more = Flags::from_bits(*bits);
            flags.ignore_case |= more.ignore_case;
            flags.multi_line |= more.multi_line;
            flags.dot_all |= more.dot_all;
            flags.verbose |= more.verbose;
            Ok(())
        }
        (_, Some(name)) if flags.add_name(name) => Ok(()),
        _ => Err(Failure::new(format!("Invalid re flag given: {value}"))),
    };
    match value {
        None | Some(Value::Null) => add(&Value::Int(8))?,
        Some(Value::List(names)) => names.iter().try_for_each(add)?,
        Some(value) => add(value)?,
    }
    Ok(flags)
}

/// A text as a pattern that matches it alone.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_punctuation() && c != '_' && c != '<' && c != '>' => out.extend(['\\', c]),
            c => out.push(c),
        }
        out
    })
}

fn is_utf8(encoding: &str) -> bool {
    matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8" | "ascii")
}

fn bak() -> Value {
    ".bak".into()
}

fn yes() -> Flag {
    Flag(true)
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::super::testing::Host;

    #[test]
    fn replaces_every_match() {
        let mut host = Host::new(&[]);
        host.write("a", "x = 1\ny = 2\nx = 3\n");
        let (dry, real) = host.converge("file.replace", "a", r"{pattern: '^x = (\d)$', repl: 'z = \1'}");
        assert_eq!(
            (dry.comment.as_str(), real.comment.as_str()),
            ("Changes would have been made", "Changes were made")
        );
        let diff = "--- \n+++ \n@@ -1,3 +1,3 @@\n-x = 1\n+z = 1\n y = 2\n-x = 3\n+z = 3\n";
        assert_eq!(
            (&dry.changes, &real.changes),
            (&map([("diff", diff.into())]), &map([("diff", diff.into())]))
        );
        assert_eq!(host.read("a.bak"), "x = 1\ny = 2\nx = 3\n");
        assert_eq!(
            host.run("file.replace", "a", "{pattern: q, repl: r}").comment,
            "No changes needed to be made"
        );
    }

    #[test]
    fn appends_once_when_nothing_matched() {
        let mut host = Host::new(&[]);
        host.write("a", "one");
        host.converge(
            "file.replace",
            "a",
            "{pattern: '^two.*', repl: 'two = (2)', append_if_not_found: true}",
        );
        assert_eq!(host.read("a"), "one\ntwo = (2)\n");
        host.converge(
            "file.replace",
            "a",
            "{pattern: '^zero$', repl: x, not_found_content: '# <zero>\n', prepend_if_not_found: true, backup: false}",
        );
        assert!(host.read("a").starts_with("# <zero>"));
    }

    #[test]
    fn flags_count_and_literals() {
        let mut host = Host::new(&[]);
        host.write("a", "A\na\na\n");
        host.run(
            "file.replace",
            "a",
            r"{pattern: a, repl: '\1$1', flags: [IGNORECASE], count: 2, backslash_literal: true}",
        );
        assert_eq!(host.read("a"), "\\1$1\n\\1$1\na\n");
        let wrong = host.run("file.replace", "a", "{pattern: a, repl: b, flags: [NOPE]}");
        assert_eq!(wrong.comment, "Invalid re flag given: NOPE");
        assert_eq!(host.run("file.replace", "a", "{pattern: '(', repl: b}").result, Some(false));
    }

    #[test]
    fn a_missing_file_fails_unless_told() {
        let mut host = Host::new(&[]);
        let name = host.path("a").display().to_string();
        assert_eq!(
            host.run("file.replace", "a", "{pattern: a, repl: b}").comment,
            format!("{name}: file not found")
        );
        let fine = host.run("file.replace", "a", "{pattern: a, repl: b, ignore_if_missing: true}");
        assert_eq!((fine.result, fine.comment.as_str()), (Some(true), "No changes needed to be made"));
    }
}
