//! Output and the words of a command line, compared with what real Salt makes of them. See `goldens/README.md`.

use std::path::Path;

use common::output::{Format, Indent, Shown, StateStyle, Style, render};
use common::value::Value;
use serde_json::Value as Json;
use states::functions::words;

fn goldens(name: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'a>(golden: &'a Json, key: &str) -> &'a str {
    golden[key].as_str().unwrap()
}

#[test]
fn output_is_salts() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for golden in goldens("output.json") {
        count += 1;
        let value = match golden.get("yaml").and_then(Json::as_str) {
            Some(yaml) => states::language::value_of(yaml).unwrap(),
            None => Value::from(golden["run"].clone()),
        };
        let opts = Value::from(golden["opts"].clone());
        let opts = opts.as_map().unwrap();
        let style = Style {
            verbose: false,
            colour: golden["colour"].as_bool().unwrap(),
            indent: match golden["opts"].get("output_indent") {
                None => Indent::Usual,
                Some(Json::Number(number)) => Indent::of_number(number.as_i64().unwrap()),
                Some(Json::String(_)) => Indent::Pretty,
                Some(_) => Indent::None,
            },
            states: StateStyle::of(opts),
        };
        let format: Format = text(&golden, "out").parse().unwrap();
        let failed = golden["retcode"] != 0;
        let shown = Shown { host: "local", value: &value, states: golden.get("run").is_some(), failed };
        let ours = render(format, &shown, &style);
        if ours != text(&golden, "text") {
            let what = golden.get("yaml").unwrap_or(&golden["run"]).to_string();
            let what: String = what.chars().take(200).collect();
            wrong.push(format!(
                "{} {} colour {}\n  of {what}\n  Salt: {:?}\n  here: {ours:?}",
                golden["out"],
                golden["opts"],
                golden["colour"],
                text(&golden, "text")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} outputs differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn words_are_read_as_salt_reads_them() {
    let mut wrong = Vec::new();
    for golden in goldens("words.json") {
        let found = words::parse("test.arg", &[text(&golden, "word")]);
        let args: Vec<_> = found.positional.iter().map(Value::repr).collect();
        let kwargs: serde_json::Map<_, _> =
            found.keyword.iter().map(|(key, value)| (key.to_string(), value.repr().into())).collect();
        if (Json::from(args.clone()), Json::Object(kwargs.clone()))
            != (golden["args"].clone(), golden["kwargs"].clone())
        {
            let salt = format!("{} {}", golden["args"], golden["kwargs"]);
            wrong.push(format!("{:?}: Salt {salt}, here {args:?} {kwargs:?}", text(&golden, "word")));
        }
    }
    assert!(wrong.is_empty(), "{} words differ:\n{}", wrong.len(), wrong.join("\n"));
}
