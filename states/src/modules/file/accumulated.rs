//! `file.accumulated`: texts that several states gather for one file, which a later state writes.

use common::value::Value;
use serde::Deserialize;

use super::super::arguments::Text;
use super::super::{Call, Check, Done, Failure, StateFunction};

/// The arguments of `file.accumulated`.
#[derive(Deserialize)]
pub(super) struct Accumulated {
    name: Text,
    filename: Text,
    text: Value,
    // Whom the engine lets wait for this state. Salt's function also looks for the states that may use the texts.
    #[serde(default)]
    require_in: Value,
    #[serde(default)]
    watch_in: Value,
}

impl StateFunction for Accumulated {
    const NAME: &'static str = "file.accumulated";
    const DOC: &'static str = "Texts that several states gather for one file.\n\n\
        filename (the name of the file.managed or file.blockreplace that uses them), text (one or a list), and \
        require_in or watch_in with a file state; templates of that file see them as accumulator[name]";
    const SWALLOWS: bool = true;

    type Plan = ();

    /// Gathers at once, in a dry run too, so that the state that uses the texts sees them; the host is not touched.
    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        if self.name.is_empty() {
            return Err(Failure::new("Must provide name to file.accumulated"));
        }
        if self.text.is_null() {
            return Err(Failure::new("No text supplied for accumulator"));
        }
        let (required, watched) = (items(&self.require_in)?, items(&self.watch_in)?);
        let users = || required.iter().chain(watched);
        if !users().any(names_a_file) {
            return Err(Failure::new(format!(
                "Orphaned accumulator {} in {}:{}",
                self.name, call.sls, call.id
            )));
        }
        let one = std::slice::from_ref(&self.text);
        let texts = match &self.text {
            Value::List(texts) => texts,
            Value::String(_) | Value::Map(_) => one,
            other => {
                return Err(Failure::new(format!(
                    "An exception occurred in this state: text of file.accumulated is the {} {}; write a text or a \
                     list of texts",
                    other.type_name(),
                    other.repr()
                )));
            }
        };
        let ids = users().flat_map(ids).collect();
        if call.context.run.accumulators.add(&self.filename, &self.name, texts, ids) {
            let (name, file) = (&self.name, &self.filename);
            return Ok(Check::clean(format!("Accumulator {name} for file {file} was charged by text")));
        }
        Ok(Check::clean(""))
    }

    fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
        Ok(Done::default())
    }
}

fn items(value: &Value) -> Result<&[Value], Failure> {
    match value {
        Value::Null => Ok(&[]),
        Value::List(items) => Ok(items),
        other => Err(Failure::new(format!(
            "An exception occurred in this state: require_in and watch_in of file.accumulated must be lists, found {}",
            other.repr()
        ))),
    }
}

/// Whether an item of `require_in` may name a file state. An id alone does by Salt's rule if it contains the word.
fn names_a_file(item: &Value) -> bool {
    match item {
        Value::Map(pairs) => pairs.keys().any(|module| module.as_str() == Some("file")),
        item => item.as_str().is_some_and(|id| id.contains("file")),
    }
}

/// The ids that an item names. An id alone is taken letter by letter in Salt, which counts for ids of one letter.
fn ids(item: &Value) -> Vec<String> {
    match item {
        Value::Map(pairs) => pairs.values().map(ToString::to_string).collect(),
        item => item.to_string().chars().map(String::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    const REQUIRED: &str = "require_in: [{file: state}]";

    #[test]
    fn a_template_sees_what_was_gathered() {
        let mut host = Host::new(&[("a", "{{ accumulator['x'] | join(',') }}\n")]);
        let name = host.path("f").display().to_string();
        let charged = format!("Accumulator x for file {name} was charged by text");
        let gather = |text: &str| format!("{{name: x, filename: DIR/f, text: {text}, {REQUIRED}}}");
        let first = host.test("file.accumulated", "x", &gather("[one, 2]"));
        assert_eq!((first.result, &first.comment), (Some(true), &charged));
        let again = host.run("file.accumulated", "x", &gather("one"));
        assert_eq!((again.result, again.comment.as_str()), (Some(true), ""));
        host.run("file.accumulated", "x", &gather("three"));
        host.converge(
            "file.managed",
            "f",
            "{source: 'salt://a', template: jinja, context: {accumulator: q}}",
        );
        assert_eq!(host.read("f"), "one,2,three\n");
    }

    #[test]
    fn a_block_gets_what_was_gathered_for_its_state() {
        let mut host = Host::new(&[]);
        host.write("f", "# S\n# E\n");
        let gather = |name: &str, text: &str, id: &str| {
            format!("{{name: {name}, filename: DIR/f, text: {text}, watch_in: [{{file: {id}}}]}}")
        };
        host.run("file.accumulated", "", &gather("x", "[one, two]", "state"));
        host.run("file.accumulated", "", &gather("y", "three", "other"));
        let yaml = "{marker_start: '# S', marker_end: '# E', content: own}";
        host.converge("file.blockreplace", "f", yaml);
        assert_eq!(host.read("f"), "# S\nown\none\ntwo\n# E\n");
        host.run("file.accumulated", "", &gather("x", "[5]", "state"));
        assert!(
            host.run("file.blockreplace", "f", yaml).comment.contains("text of an accumulator is the int 5")
        );
    }

    #[test]
    fn somebody_must_use_the_texts() {
        let mut host = Host::new(&[]);
        let mut comment = |yaml: &str| {
            let yaml = format!("{{name: x, filename: /f, text: a, {yaml}}}");
            host.run("file.accumulated", "", &yaml).comment
        };
        let orphaned = "Orphaned accumulator x in test:state";
        assert_eq!(comment(""), orphaned);
        assert_eq!(comment("require_in: [a], watch_in: [{cmd: b}]"), orphaned);
        assert!(comment("require_in: [a_file]").ends_with("was charged by text"));
        assert_eq!(comment("text: ~"), "No text supplied for accumulator");
        assert!(comment("require_in: {file: f}").ends_with("must be lists, found {'file': 'f'}"));
        assert!(comment(&format!("text: 5, {REQUIRED}")).contains("write a text or a list of texts"));
    }
}
