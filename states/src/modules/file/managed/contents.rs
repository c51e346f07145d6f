//! The content of `file.managed` when the state itself, the pillar or the grains hold it.

use common::value::{Map, Value};

use super::super::super::{Call, Failure};
use super::super::lines;
use super::super::template;
use super::Managed;

/// The content, if the state gives one that is not a `source`.
pub(super) fn of(state: &Managed, call: &Call<'_>, variables: &Map) -> Result<Option<Vec<u8>>, Failure> {
    let Some(value) = given(state, call)? else { return Ok(None) };
    if !state.allow_empty.0 && !value.is_true() {
        let whence = match (&state.contents_pillar, &state.contents_grains) {
            (Some(path), _) => format!("contents_pillar {path}"),
            (_, Some(path)) => format!("contents_grains {path}"),
            _ => "'contents'".into(),
        };
        return Err(Failure::new(format!(
            "{whence} value would result in empty contents. Set allow_empty to True to allow the managed file to be \
             empty."
        )));
    }
    let Some(text) = as_text(&value, state.contents_newline.0)? else {
        if state.template.is_some() {
            return Err(Failure::new(
                "Contents specified by contents/contents_pillar/contents_grains appears to be binary data, and as \
                 will not be able to be treated as a Jinja template.",
            ));
        }
        return Ok(match value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            _ => None,
        });
    };
    match &state.template {
        None => Ok(Some(text.into_bytes())),
        Some(engine) => {
            let rendered = template::render(call, engine, &state.name, &text, variables);
            rendered.map(|text| Some(text.into_bytes())).map_err(Failure::new)
        }
    }
}

fn given(state: &Managed, call: &Call<'_>) -> Result<Option<Value>, Failure> {
    let delimiter = state.contents_delimiter.as_deref().unwrap_or(common::value::DEFAULT_DELIMITER);
    if let Some(paths) = &state.contents_pillar {
        return looked_up(&call.context.pillar, paths, delimiter, "Pillar").map(Some);
    }
    if let Some(paths) = &state.contents_grains {
        return looked_up(&call.context.grains, paths, delimiter, "Grain").map(Some);
    }
    Ok(state.contents.clone())
}

/// One path, or a list of them whose values are joined by newlines.
fn looked_up(map: &Map, paths: &Value, delimiter: &str, what: &str) -> Result<Value, Failure> {
    let tree = Value::Map(map.clone());
    let get = |path: &Value| {
        let found = tree.traverse(&path.to_string(), delimiter).cloned();
        found.ok_or_else(|| Failure::new(format!("{what} {path} does not exist")))
    };
    match paths {
        Value::List(paths) => {
            let parts = paths.iter().map(|path| get(path).map(|value| value.to_string()));
            Ok(parts.collect::<Result<Vec<_>, _>>()?.join("\n").into())
        }
        path => get(path),
    }
}

/// The text of a value: each item of a list is a line or more, and every line ends with a newline. `None` is for bytes
/// that are not text.
fn as_text(value: &Value, newline: bool) -> Result<Option<String>, Failure> {
    let parts: Vec<String> = match value {
        Value::List(items) if items.is_empty() => {
            return Err(Failure::new(
                "Contents specified by contents/contents_pillar/contents_grains is not a string or list of strings, \
                 and is not binary data. SLS is likely malformed.",
            ));
        }
        Value::List(items) => items.iter().map(ToString::to_string).collect(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => vec![text.to_owned()],
            Err(_) => return Ok(None),
        },
        value => vec![value.to_string()],
    };
    let mut text = String::new();
    for line in parts.iter().flat_map(|part| lines::split(part)) {
        text.push_str(line);
        text.push('\n');
    }
    if !newline {
        text.truncate(text.trim_end_matches('\n').trim_end_matches('\r').len());
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::value;
    use super::*;

    #[test]
    fn every_line_ends() {
        let text = |yaml: &str| as_text(&value(yaml), true).unwrap().unwrap();
        assert_eq!(text("'a'"), "a\n");
        assert_eq!(text("\"a\\r\\nb\\n\\n\""), "a\nb\n\n");
        assert_eq!(text("[a, 1, true, ~]"), "a\n1\nTrue\nNone\n");
        assert_eq!(text("5"), "5\n");
        assert_eq!(text("''"), "");
        assert_eq!(as_text(&value("\"a\\n\\n\""), false).unwrap().unwrap(), "a");
        assert!(as_text(&value("[]"), true).is_err());
    }
}
