//! `file.keyvalue`: the lines of a file that give keys their values.

use std::io::ErrorKind;
use std::path::PathBuf;

use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::{Flag, Text, unless_empty};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::atomic::{self, Attributes};
use super::content::Content;
use super::{edit, paths};

/// The arguments of `file.keyvalue`.
#[derive(Deserialize)]
pub(super) struct KeyValue {
    name: Text,
    #[serde(default)]
    key: Value,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    key_values: Value,
    #[serde(default = "equals")]
    separator: Text,
    #[serde(default)]
    append_if_not_found: Flag,
    #[serde(default)]
    prepend_if_not_found: Flag,
    #[serde(default, rename = "search_only")]
    _search_only: Flag,
    #[serde(default = "yes")]
    show_changes: Flag,
    #[serde(default)]
    ignore_if_missing: Flag,
    #[serde(default = "once")]
    count: i64,
    #[serde(default, deserialize_with = "unless_empty")]
    uncomment: Option<Text>,
    #[serde(default)]
    key_ignore_case: Flag,
    #[serde(default)]
    value_ignore_case: Flag,
    #[serde(default)]
    create_if_missing: Flag,
    #[serde(default)]
    prune: Flag,
}

/// What is to be written.
pub(super) struct Plan {
    path: PathBuf,
    text: String,
    comment: String,
    diff: Option<Value>,
}

impl StateFunction for KeyValue {
    const NAME: &'static str = "file.keyvalue";
    const DOC: &'static str = "Lines of a file that give keys their values.\n\n\
        key and value, or key_values; separator (=), append_if_not_found, prepend_if_not_found, uncomment (characters \
        before a line that is switched off), count (how many lines of a key stay; negative for all), key_ignore_case, \
        value_ignore_case, prune, ignore_if_missing, create_if_missing, show_changes";

    type Plan = Plan;

    fn check(&self, _: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let wanted = self.wanted()?;
        let path = paths::target(&self.name, Self::NAME)?;
        let old = match path.metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound && self.create_if_missing.0 => String::new(),
            Err(_) if self.ignore_if_missing.0 => {
                return Ok(Check::clean(format!("unable to open {}", path.display())));
            }
            Err(_) => return Err(Failure::new(format!("unable to open {}", path.display()))),
            Ok(_) => String::from_utf8_lossy(&edit::read(&path)?).replace("\r\n", "\n").replace('\r', "\n"),
        };
        let lines = self.edited(&wanted, &old, !path.exists());
        if lines.changed == 0 && lines.pruned.is_empty() {
            return Ok(Check::clean(""));
        }
        let deleted = lines.pruned.len();
        let mut diff = lines.diff;
        for line in lines.pruned {
            diff.insert(diff.len().min(1), format!("- {line}"));
        }
        let shown = path.display();
        let mut comment = format!(
            "File {shown} is set to be changed ({} lines modified, {deleted} deleted)",
            lines.changed
        );
        let mut changes = Map::new();
        let text = self.show_changes.0.then(|| edit::shown(diff.concat(), true));
        if let Some(text) = &text {
            comment.push_str(&format!("\nPredicted diff:\n\r\t\t{}", diff.join("\r\t\t")));
            changes = change("diff", text.clone());
        }
        let done = format!("Changed {}, deleted {deleted} lines", lines.changed);
        let plan = Plan { path, text: lines.content.concat(), comment: done, diff: text };
        Ok(Check::differs(plan, comment, changes))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        if plan.path.exists() {
            edit::write(&plan.path, plan.text.as_bytes())?;
        } else {
            let failed = |error: std::io::Error| paths::failure("Unable to write", &plan.path, &error);
            let content = Content::Bytes(plan.text.into_bytes());
            atomic::write(&plan.path, &content, Attributes::new_file()).map_err(failed)?;
        }
        let changes = plan.diff.map(|diff| change("diff", diff)).unwrap_or_default();
        Ok(Done::ok(plan.comment, changes))
    }
}

/// The lines of the file as they shall be, and what changes.
#[derive(Default)]
struct Edited {
    content: Vec<String>,
    diff: Vec<String>,
    changed: usize,
    pruned: Vec<String>,
}

/// A key with the value it shall have, and how many lines may still give it.
struct Wanted {
    key: String,
    value: Value,
    left: i64,
}

impl KeyValue {
    fn wanted(&self) -> Result<Vec<Wanted>, Failure> {
        let of = |key: &Value, value: &Value| Wanted {
            key: key.to_string(),
            value: value.clone(),
            left: self.count,
        };
        if !self.key.is_null() && !self.value.is_null() {
            return Ok(vec![of(&self.key, &self.value)]);
        }
        match self.key_values.as_map().filter(|pairs| !pairs.is_empty()) {
            Some(pairs) => Ok(pairs.iter().map(|(key, value)| of(key, value)).collect()),
            None => {
                let what = if self.key_values.is_true() { "is not a dictionary" } else { "is empty" };
                Err(Failure::new(format!("file.keyvalue key and value not supplied and key_values {what}")))
            }
        }
    }

    fn edited(&self, wanted: &[Wanted], old: &str, is_new: bool) -> Edited {
        let mut left: Vec<i64> = wanted.iter().map(|wanted| wanted.left).collect();
        let mut edited = Edited::default();
        for line in old.split_inclusive('\n') {
            self.line(wanted, &mut left, line, &mut edited);
        }
        let missing = wanted
            .iter()
            .zip(&left)
            .filter(|(_, left)| **left > 0)
            .map(|(wanted, _)| format!("{}{}{}\n", wanted.key, &*self.separator, wanted.value));
        if self.append_if_not_found.0 || is_new {
            let missing: Vec<String> = missing.collect();
            if !missing.is_empty() {
                edited.changed += missing.len();
                edited.diff.push("- <EOF>\n".into());
                edited.diff.extend(missing.iter().map(|line| format!("+ {line}")));
                edited.diff.push("+ <EOF>\n".into());
                edited.content.extend(missing);
            }
        } else if self.prepend_if_not_found.0 {
            for (number, line) in missing.enumerate() {
                if number == 0 {
                    edited.diff.insert(0, "  <SOF>\n".into());
                }
                edited.diff.insert(1, format!("+ {line}"));
                edited.content.insert(0, line);
                edited.changed += 1;
            }
        }
        edited
    }

    /// Looks at one line of the file. What `uncomment` names, or white space, may stand before it.
    fn line(&self, wanted: &[Wanted], left: &mut [i64], line: &str, edited: &mut Edited) {
        let lowered =
            |text: &str, ignore_case: Flag| if ignore_case.0 { text.to_lowercase() } else { text.into() };
        let bare = match &self.uncomment {
            Some(characters) => line.trim_start_matches(|c| characters.contains(c)),
            None => line.trim_start(),
        };
        let was_off = bare.len() < line.len();
        let compared = lowered(bare, self.key_ignore_case);
        if self.prune.0
            && !wanted.iter().any(|wanted| compared.starts_with(&lowered(&wanted.key, self.key_ignore_case)))
        {
            edited.pruned.push(line.into());
            return;
        }
        let mut now = line.to_owned();
        if let Some((key, value)) = bare.split_once(&*self.separator) {
            for (wanted, left) in wanted.iter().zip(left) {
                if lowered(key, self.key_ignore_case) != lowered(&wanted.key, self.key_ignore_case) {
                    continue;
                }
                let value_of = |text: &str| lowered(text.trim(), self.value_ignore_case);
                let is_right = value_of(value) == value_of(&wanted.value.to_string());
                // A line that is switched off is switched on while lines are wanted, and else left alone.
                let changes = if was_off { *left > 0 } else { *left == 0 || !is_right };
                if changes {
                    edited.diff.push(format!("- {now}"));
                    now.clear();
                    if *left != 0 {
                        now = format!("{key}{}{}\n", &*self.separator, wanted.value);
                        edited.diff.push(if wanted.value.as_str().is_some() {
                            format!("+ {now}")
                        } else {
                            format!("+ {} (from {} type)\n", now.trim_end(), wanted.value.type_name())
                        });
                    }
                    edited.changed += 1;
                }
                if *left > 0 {
                    *left -= 1;
                }
            }
        }
        edited.content.push(now);
    }
}

fn equals() -> Text {
    Text("=".into())
}

fn once() -> i64 {
    1
}

fn yes() -> Flag {
    Flag(true)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    #[test]
    fn values_are_set_switched_on_and_appended() {
        let mut host = Host::new(&[]);
        host.write("a", "# PermitRootLogin yes\nPort 22\nPort 23\nKeep x\n");
        let (dry, real) = host.converge(
            "file.keyvalue",
            "a",
            "{key_values: {permitrootlogin: 'no', Port: 2222, New: x}, separator: ' ', uncomment: '# ', \
             key_ignore_case: true, append_if_not_found: true}",
        );
        assert_eq!(real.comment, "Changed 4, deleted 0 lines");
        assert!(dry.comment.contains("(4 lines modified, 0 deleted)\nPredicted diff:"), "{}", dry.comment);
        assert_eq!(host.read("a"), "PermitRootLogin no\nPort 2222\nKeep x\nNew x\n");
        let diff = real.changes.values().next().unwrap().to_string();
        assert!(
            diff.contains("+ Port 2222 (from int type)\n- Port 23\n- <EOF>\n+ New x\n+ <EOF>\n"),
            "{diff}"
        );
        let again = host.run("file.keyvalue", "a", "{key: Port, value: '2222', separator: ' '}");
        assert_eq!((again.result, again.comment.as_str()), (Some(true), ""));
    }

    #[test]
    fn lines_of_no_key_are_pruned_and_new_ones_prepended() {
        let mut host = Host::new(&[]);
        host.write("a", "x=1\ny=2\n");
        host.converge("file.keyvalue", "a", "{key: y, value: 3, prune: true}");
        assert_eq!(host.read("a"), "y=3\n");
        host.converge("file.keyvalue", "a", "{key_values: {z: a, w: b}, prepend_if_not_found: true}");
        assert_eq!(host.read("a"), "w=b\nz=a\ny=3\n");
    }

    #[test]
    fn a_missing_file_and_missing_arguments() {
        let mut host = Host::new(&[]);
        let run = |host: &mut Host, arguments: &str| host.run("file.keyvalue", "a", arguments);
        assert!(run(&mut host, "{key: a, value: b}").comment.starts_with("unable to open"));
        assert_eq!(run(&mut host, "{key: a, value: b, ignore_if_missing: true}").result, Some(true));
        assert!(run(&mut host, "{key: a}").comment.ends_with("key_values is empty"));
        assert!(run(&mut host, "{key_values: [a]}").comment.ends_with("key_values is not a dictionary"));
        host.converge("file.keyvalue", "a", "{key: a, value: b, create_if_missing: true}");
        assert_eq!(host.read("a"), "a=b\n");
    }
}
