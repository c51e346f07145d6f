//! `file.blockreplace`: what stands between two marker lines.

use common::regex::{Flags, Subject, compile};
use common::value::Value;
use serde::Deserialize;

use super::super::arguments::{Flag, Many, Text, unless_empty};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::edit::{self, Edit};
use super::texts::Texts;
use super::{diff, paths, template};

/// The arguments of `file.blockreplace`.
#[derive(Deserialize)]
pub(super) struct BlockReplace {
    name: Text,
    #[serde(default = "start")]
    marker_start: Text,
    #[serde(default = "end")]
    marker_end: Text,
    #[serde(default)]
    content: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    source: Option<Text>,
    #[serde(default)]
    sources: Many<Text>,
    #[serde(default = "jinja")]
    template: Text,
    #[serde(default, deserialize_with = "unless_empty")]
    context: Option<Value>,
    #[serde(default, deserialize_with = "unless_empty")]
    defaults: Option<Value>,
    #[serde(default)]
    append_if_not_found: Flag,
    #[serde(default)]
    prepend_if_not_found: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    insert_before_match: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    insert_after_match: Option<Text>,
    #[serde(default)]
    append_newline: Option<Flag>,
    #[serde(default = "bak")]
    backup: Value,
    #[serde(default = "yes")]
    show_changes: Flag,
}

impl StateFunction for BlockReplace {
    const NAME: &'static str = "file.blockreplace";
    const DOC: &'static str = "What stands between two marker lines.\n\n\
        marker_start, marker_end, content, source or sources with template (jinja), context and defaults, \
        append_if_not_found, prepend_if_not_found, insert_before_match, insert_after_match, append_newline, backup \
        ('.bak' or False), show_changes";

    type Plan = Edit;

    fn check(&self, call: &Call<'_>) -> Result<Check<Edit>, Failure> {
        let path = edit::existing(&self.name, Self::NAME)?;
        let failed = |error: &str| {
            Failure::new(format!("Encountered error managing block: {error}. See the log for details."))
        };
        let old = String::from_utf8(edit::read(&path)?).map_err(|_| failed("the file is not UTF-8 text"))?;
        let content = self.content(call)?;
        let new = self.replaced(&old, &content).map_err(|error| failed(&error))?;
        let diff = diff::of_bytes(old.as_bytes(), new.as_bytes());
        if diff.is_empty() {
            return Ok(Check::clean("No changes needed to be made"));
        }
        let shown: Value = if self.show_changes.0 { diff.into() } else { true.into() };
        let backup = edit::backup_suffix(Some(&self.backup));
        let plan = Edit { path, bytes: new.into_bytes(), diff: shown.clone(), backup };
        Ok(Check::differs(plan, "Changes would be made", change("diff", shown)))
    }

    fn converge(&self, call: &Call<'_>, plan: Edit) -> Result<Done, Failure> {
        plan.carry_out(call)?;
        Ok(Done::ok("Changes were made", change("diff", plan.diff)))
    }
}

impl BlockReplace {
    fn content(&self, call: &Call<'_>) -> Result<String, Failure> {
        let mut content = self.content.as_deref().unwrap_or_default().to_owned();
        self.add_gathered(call, &mut content)?;
        if self.source.is_none() && self.sources.0.is_empty() {
            return Ok(content);
        }
        let variables = template::given(self.context.as_ref(), self.defaults.as_ref())?;
        let texts = Texts {
            text: None,
            source: self.source.as_deref(),
            sources: &self.sources,
            template: Some(&self.template),
            variables: &variables,
        };
        Ok(content + &texts.load(call)?.concat())
    }

    /// Adds the texts of accumulators (`file.accumulated`), each on a line of its own.
    fn add_gathered(&self, call: &Call<'_>, content: &mut String) -> Result<(), Failure> {
        let gathered = call.context.run.accumulators.of(&paths::expand_user(&self.name));
        for text in gathered.iter().flat_map(|gathered| gathered.texts_for(call.id)) {
            let Some(text) = text.as_str() else {
                return Err(Failure::new(format!(
                    "An exception occurred in this state: text of an accumulator is the {} {}; write it as text",
                    text.type_name(),
                    text.repr()
                )));
            };
            if !content.is_empty() {
                content.push('\n');
            }
            content.push_str(text);
        }
        Ok(())
    }

    fn replaced(&self, old: &str, content: &str) -> Result<String, String> {
        let places = [
            self.append_if_not_found.0,
            self.prepend_if_not_found.0,
            self.insert_before_match.is_some(),
            self.insert_after_match.is_some(),
        ];
        if places.iter().filter(|place| **place).count() > 1 {
            return Err("Only one of append_if_not_found, prepend_if_not_found, insert_before_match, and \
                        insert_after_match is permitted"
                .into());
        }
        let end = if old.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n")) {
            "\r\n"
        } else {
            "\n"
        };
        let (mut new, mut inside, mut found) = (String::new(), false, false);
        for line in old.split_inclusive('\n') {
            if line.contains(&*self.marker_start) {
                inside = true;
                new.push_str(line);
            } else if !inside {
                new.push_str(line);
            } else if let Some(at) = line.find(&*self.marker_end) {
                (inside, found) = (false, true);
                new.push_str(&self.block(content, &line[at..], end));
            }
        }
        if inside {
            return Err("Unterminated marked block. End of file reached before marker_end.".into());
        }
        if found { Ok(new) } else { self.inserted(old, content, end) }
    }

    /// The file with a new block in it.
    fn inserted(&self, old: &str, content: &str, end: &str) -> Result<String, String> {
        let block = format!("{}{end}{}", self.marker_start, self.block(content, &self.marker_end, end));
        if self.prepend_if_not_found.0 {
            return Ok(block + old);
        }
        if self.append_if_not_found.0 {
            let gap = if old.is_empty() || old.ends_with(end) { "" } else { end };
            return Ok(format!("{old}{gap}{block}"));
        }
        let Some(pattern) = self.insert_before_match.as_ref().or(self.insert_after_match.as_ref()) else {
            return Err(NOT_FOUND.into());
        };
        let regex = compile(pattern, Flags::default(), Subject::Text).map_err(|error| error.to_string())?;
        let mut at = 0;
        for line in old.split_inclusive('\n') {
            let after = at + line.len();
            if regex.is_match(line).map_err(|error| error.to_string())? {
                let at = if self.insert_after_match.is_some() { after } else { at };
                return Ok(format!("{}{block}{}", &old[..at], &old[at..]));
            }
            at = after;
        }
        Err(NOT_FOUND.into())
    }

    /// The content and the line that ends it.
    fn block(&self, content: &str, end_line: &str, end: &str) -> String {
        let newline = self.append_newline.map_or(!content.ends_with('\n'), |flag| flag.0);
        let lines = content.replace("\r\n", "\n").replace('\n', end);
        let gap = if newline { end } else { "" };
        format!("{lines}{gap}{}{end}", end_line.trim_end_matches(['\r', '\n']))
    }
}

const NOT_FOUND: &str = "Cannot edit marked block. Markers were not found in file.";

fn start() -> Text {
    Text("#-- start managed zone --".into())
}

fn end() -> Text {
    Text("#-- end managed zone --".into())
}

fn jinja() -> Text {
    Text("jinja".into())
}

fn bak() -> Value {
    ".bak".into()
}

fn yes() -> Flag {
    Flag(true)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    #[test]
    fn a_block_is_made_and_kept() {
        let mut host = Host::new(&[]);
        host.write("a", "one");
        let yaml = |content: &str| {
            format!(
                "{{marker_start: '# S', marker_end: '# E', append_if_not_found: true, content: \"{content}\"}}"
            )
        };
        host.converge("file.blockreplace", "a", &yaml("x\\ny"));
        assert_eq!(host.read("a"), "one\n# S\nx\ny\n# E\n");
        host.converge("file.blockreplace", "a", &yaml("z\\n"));
        assert_eq!(host.read("a"), "one\n# S\nz\n# E\n");
        host.converge("file.blockreplace", "a", "{content: q, insert_before_match: '^# S', backup: false}");
        assert!(
            host.read("a").starts_with("one\n#-- start managed zone --\nq\n#-- end managed zone --\n# S\n")
        );
    }

    #[test]
    fn markers_must_be_there_and_closed() {
        let mut host = Host::new(&[]);
        host.write("a", "one\n");
        assert!(
            host.run("file.blockreplace", "a", "{content: x}").comment.contains("Markers were not found")
        );
        host.write("a", "#-- start managed zone --\n");
        assert!(
            host.run("file.blockreplace", "a", "{content: x}").comment.contains("Unterminated marked block")
        );
    }
}
