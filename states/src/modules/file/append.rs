//! `file.append` and `file.prepend`: lines at the end or at the beginning of a file, unless they stand in it already.

use std::path::{Path, PathBuf};

use common::regex::{Flags, Subject, compile};
use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::{Flag, Many, Text, unless_empty};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::ownership::Wanted;
use super::texts::Texts;
use super::{atomic, diff, edit, lines, paths, template, words};

/// The arguments of `file.append`.
#[derive(Deserialize)]
pub(super) struct Append {
    name: Text,
    #[serde(default)]
    text: Option<Value>,
    #[serde(default)]
    makedirs: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    source: Option<Text>,
    #[serde(default)]
    sources: Many<Text>,
    #[serde(default, rename = "source_hash")]
    _source_hash: Option<Text>,
    #[serde(default, rename = "source_hashes")]
    _source_hashes: Many<Text>,
    #[serde(default = "jinja")]
    template: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    context: Option<Value>,
    #[serde(default, deserialize_with = "unless_empty")]
    defaults: Option<Value>,
    #[serde(default = "yes")]
    ignore_whitespace: Flag,
    #[serde(default = "yes")]
    show_changes: Flag,
}

/// The arguments of `file.prepend`.
#[derive(Deserialize)]
pub(super) struct Prepend {
    name: Text,
    #[serde(default)]
    text: Option<Value>,
    #[serde(default)]
    makedirs: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    source: Option<Text>,
    #[serde(default)]
    sources: Many<Text>,
    #[serde(default, rename = "source_hash")]
    _source_hash: Option<Text>,
    #[serde(default, rename = "source_hashes")]
    _source_hashes: Many<Text>,
    #[serde(default = "jinja")]
    template: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    context: Option<Value>,
    #[serde(default, deserialize_with = "unless_empty")]
    defaults: Option<Value>,
    #[serde(default)]
    header: Flag,
    #[serde(default = "yes")]
    show_changes: Flag,
}

/// The new content of the file.
pub(super) struct Plan {
    path: PathBuf,
    bytes: Vec<u8>,
    comment: String,
    changes: Map,
}

impl StateFunction for Append {
    const NAME: &'static str = "file.append";
    const DOC: &'static str = "Lines at the end of a file, unless they stand in it already.\n\n\
        text (one or a list), source or sources with template (jinja), context and defaults, makedirs, \
        ignore_whitespace, show_changes";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let target = match Target::find(call, &self.name, Self::NAME, self.makedirs.0)? {
            Ok(target) => target,
            Err(created) => return Ok(created),
        };
        let variables = template::given(self.context.as_ref(), self.defaults.as_ref())?;
        let texts = Texts {
            text: self.text.as_ref(),
            source: self.source.as_deref(),
            sources: &self.sources,
            template: self.template.as_deref(),
            variables: &variables,
        };
        let mut added = Vec::new();
        for chunk in texts.load(call)? {
            if !self.has(&target.old, &chunk)? {
                added.extend(lines::split(&chunk).into_iter().map(str::to_owned));
            }
        }
        let mut bytes = target.old.clone();
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        added.iter().for_each(|line| push_line(&mut bytes, line));
        let (old, new) = (lines::decode(&target.old), lines::decode(&bytes));
        // Salt joins the parts of this diff with newlines, so that its headers are followed by empty lines.
        let diff = diff::unified(&lines::split(&old), &lines::split(&new)).join("\n");
        let comment = format!("Appended {} lines", added.len());
        Ok(target.check(bytes, added.is_empty(), diff, self.show_changes.0, comment))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.carry_out(self.makedirs.0)
    }
}

impl Append {
    fn has(&self, old: &[u8], chunk: &str) -> Result<bool, Failure> {
        if self.ignore_whitespace.0 {
            return Ok(words::stands_in(chunk, old));
        }
        let flags = Flags { multi_line: true, ..Flags::default() };
        Ok(compile(chunk, flags, Subject::Bytes)?.is_match(old)?)
    }
}

impl StateFunction for Prepend {
    const NAME: &'static str = "file.prepend";
    const DOC: &'static str = "Lines at the beginning of a file, unless they stand in it already.\n\n\
        text (one or a list), source or sources with template (jinja), context and defaults, makedirs, header (they \
        must be the first lines), show_changes";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let target = match Target::find(call, &self.name, Self::NAME, self.makedirs.0)? {
            Ok(target) => target,
            Err(created) => return Ok(created),
        };
        let variables = template::given(self.context.as_ref(), self.defaults.as_ref())?;
        let texts = Texts {
            text: self.text.as_ref(),
            source: self.source.as_deref(),
            sources: &self.sources,
            template: self.template.as_deref(),
            variables: &variables,
        };
        let chunks = texts.load(call)?;
        let missing = chunks.iter().filter(|chunk| self.header.0 || !words::stands_in(chunk, &target.old));
        let mut added: Vec<&str> = missing.flat_map(|chunk| lines::split(chunk)).collect();
        let old = lines::decode(&target.old);
        if self.header.0 && lines::split(&old).get(..added.len()) == Some(&added[..]) {
            added.clear();
        }
        let mut bytes = Vec::new();
        added.iter().for_each(|line| push_line(&mut bytes, line));
        bytes.extend_from_slice(&target.old);
        let new = lines::decode(&bytes);
        let diff = diff::unified(&lines::split_keeping(&old), &lines::split_keeping(&new)).concat();
        let comment = format!("Prepended {} lines", added.len());
        Ok(target.check(bytes, added.is_empty(), diff, self.show_changes.0, comment))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.carry_out(self.makedirs.0)
    }
}

/// The file that lines are added to.
struct Target {
    path: PathBuf,
    old: Vec<u8>,
    /// Whether it is still to be made.
    new: bool,
}

impl Target {
    /// Finds the file. In a dry run a file that is missing is all there is to say: the return is in the `Err`.
    fn find(
        call: &Call<'_>,
        name: &str,
        function: &str,
        makedirs: bool,
    ) -> Result<Result<Self, Check<Plan>>, Failure> {
        let path = paths::target(name, function)?;
        if path.exists() {
            let old = edit::read(&path)?;
            return Ok(Ok(Self { path, old, new: false }));
        }
        let name = path.display().to_string();
        if call.context.test {
            let comment = format!("File {name} is set to be created");
            let plan = Plan { path, bytes: Vec::new(), comment: String::new(), changes: Map::new() };
            return Ok(Err(Check::differs(plan, comment, change("new", name))));
        }
        if !makedirs && !path.parent().is_some_and(Path::is_dir) {
            return Err(Failure::new(format!("{name}: file not found")));
        }
        Ok(Ok(Self { path, old: Vec::new(), new: true }))
    }

    fn check(self, bytes: Vec<u8>, nothing: bool, diff: String, show: bool, comment: String) -> Check<Plan> {
        let right = format!("File {} is in correct state", self.path.display());
        if nothing && !self.new {
            return Check::clean(right);
        }
        let dry = format!("File {} is set to be updated", self.path.display());
        let changes = if nothing { Map::new() } else { change("diff", edit::shown(diff, show)) };
        let comment = if nothing { right } else { comment };
        let plan = Plan { path: self.path, bytes, comment, changes: changes.clone() };
        Check::differs(plan, dry, changes)
    }
}

impl Plan {
    fn carry_out(self, makedirs: bool) -> Result<Done, Failure> {
        if makedirs {
            paths::make_parents(&self.path, &Wanted::default())?;
        }
        atomic::rewrite(&self.path, &self.bytes)
            .map_err(|error| paths::failure("Unable to write", &self.path, &error))?;
        Ok(Done::ok(self.comment, self.changes))
    }
}

fn push_line(bytes: &mut Vec<u8>, line: &str) {
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
}

fn yes() -> Flag {
    Flag(true)
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional argument")]
fn jinja() -> Option<Text> {
    Some(Text("jinja".into()))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::super::testing::Host;

    fn name(host: &Host, name: &str) -> String {
        host.path(name).display().to_string()
    }

    #[test]
    fn appends_what_is_missing() {
        let mut host = Host::new(&[]);
        host.write("a", "one\ntwo");
        let (dry, real) = host.converge("file.append", "a", "{text: [one, three, 'fo ur']}");
        assert_eq!(dry.comment, format!("File {} is set to be updated", name(&host, "a")));
        assert_eq!(real.comment, "Appended 2 lines");
        let diff = "--- \n\n+++ \n\n@@ -1,2 +1,4 @@\n\n one\n two\n+three\n+fo ur";
        assert_eq!(real.changes, map([("diff", diff.into())]));
        assert_eq!(host.read("a"), "one\ntwo\nthree\nfo ur\n");
        let again = host.run("file.append", "a", "{text: 'fo  ur'}");
        assert_eq!(again.comment, format!("File {} is in correct state", name(&host, "a")));
    }

    #[test]
    fn a_block_is_appended_whole_or_not_at_all() {
        let mut host = Host::new(&[]);
        host.write("a", "x\n");
        host.converge("file.append", "a", r#"{text: "x\ny\n"}"#);
        assert_eq!(host.read("a"), "x\nx\ny\n");
    }

    #[test]
    fn makes_the_file() {
        let mut host = Host::new(&[]);
        let (dry, real) = host.converge("file.append", "a", "{text: x}");
        assert_eq!(dry.comment, format!("File {} is set to be created", name(&host, "a")));
        assert_eq!(dry.changes, map([("new", name(&host, "a").into())]));
        assert_eq!(real.changes, map([("diff", "--- \n\n+++ \n\n@@ -0,0 +1 @@\n\n+x".into())]));
        let refused = host.run("file.append", "d/a", "{text: x}");
        assert_eq!(refused.comment, format!("{}: file not found", name(&host, "d/a")));
        host.converge("file.append", "d/a", "{text: x, makedirs: true}");
    }

    #[test]
    fn nothing_given_is_pythons_none() {
        let mut host = Host::new(&[]);
        host.converge("file.append", "a", "{}");
        assert_eq!(host.read("a"), "None\n");
    }

    #[test]
    fn prepends_what_is_missing() {
        let mut host = Host::new(&[]);
        host.write("a", "one\n");
        let (_, real) = host.converge("file.prepend", "a", "{text: [zero, one]}");
        assert_eq!(real.comment, "Prepended 1 lines");
        assert_eq!(real.changes, map([("diff", "--- \n+++ \n@@ -1 +1,2 @@\n+zero\n one\n".into())]));
        host.converge("file.prepend", "a", "{text: one, header: true}");
        assert_eq!(host.read("a"), "one\nzero\none\n");
    }

    #[test]
    fn binary_files_are_left_alone() {
        let mut host = Host::new(&[]);
        host.write("a", "\0");
        let refused = host.run("file.append", "a", "{text: x}");
        assert!(refused.comment.starts_with("Cannot perform string replacements on a binary file"));
    }
}
