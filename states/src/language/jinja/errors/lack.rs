//! What is not there, in words: what it was looked for in, and the nearest that is.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::ValueKind;

use super::{Aside, Lack, Located, Origin, Words};
use crate::language::jinja::print::type_name;
use crate::language::jinja::run::{About, Search, Sought};
use crate::language::jinja::{globals, methods};
use crate::nearest::nearest;

/// How many keys of a map are listed.
const SHOWN: usize = 8;

/// The longest expression that is repeated in a sentence, in bytes.
const WRITTEN: usize = 60;

/// How many keys of a map are looked at.
const KEYS: usize = 10_000;

impl Origin<'_> {
    /// The words for what is not there, by the search that did not find it.
    pub(super) fn lacking(&self, lack: &Lack, search: Option<&Search>) -> Words {
        let sentence = format!("Jinja variable {}", lack.message);
        let own = Words { message: lack.message.clone(), sentence: sentence.clone(), help: None };
        let Some(search) = search else { return own };
        let Some(expression) = lack.expression.as_deref().or_else(|| written(&search.about)) else {
            return own;
        };
        let undefined = format!("`{expression}` is undefined");
        let (message, help) = match &search.sought {
            Sought::Name(_) => {
                let called = is_called(&search.about);
                let help = self.name_near(expression, &search.sought).unwrap_or_else(|| match called {
                    true => format!("import it: `{{% from 'FILE' import {expression} %}}`"),
                    false => format!(
                        "set it before: `{{% set {expression} = … %}}`, or give it a value where there is none: \
                         `{expression}|default(…)`"
                    ),
                });
                let called = called.then(|| format!("there is no macro or function named '{expression}'"));
                (called.unwrap_or(undefined), Some(help))
            }
            Sought::Export(_) => {
                let names = search.sought.names();
                let file = lack.message.split('\'').nth(1).unwrap_or("the template");
                let help = match nearest(expression, names.iter().map(|name| &**name)) {
                    Some(near) => format!("{file} has no `{expression}`: did you mean `{near}`?"),
                    None => format!("{file} has no `{expression}`"),
                };
                (undefined, Some(help))
            }
            Sought::Key(of, key) => {
                return Words { sentence, ..key_words(of, key, expression, &search.about, own) };
            }
            Sought::Argument => (
                lack.message.clone(),
                Some(format!(
                    "give the macro one where it is called, or give `{expression}` a default: `{expression}=…`"
                )),
            ),
        };
        Words { message, sentence, help }
    }

    fn name_near(&self, name: &str, sought: &Sought) -> Option<String> {
        let own = sought.names();
        let mut known: Vec<&str> = own.iter().map(|name| &**name).collect();
        known.extend(self.root.names());
        for name in globals::names() {
            known.push(name);
        }
        known.retain(|known| *known != name);
        nearest(name, known).map(|near| format!("did you mean `{near}`?"))
    }
}

/// Says where it was looked for: there, when that is a part of what failed, else beside it.
pub(super) fn locate(search: &Search, about: Option<&About>, located: &mut Located) {
    let Search { about: looked, sought } = search;
    let spot = looked.extent.spot(&looked.unit.parsed.source);
    let same =
        about.is_some_and(|about| about.unit.path == looked.unit.path && about.extent.holds(looked.extent));
    if same {
        located.spot = Some(spot);
        return;
    }
    let what = match sought {
        Sought::Export(_) => "imported here",
        Sought::Argument => "the macro's parameters are here",
        Sought::Name(_) | Sought::Key(..) => "looked up here",
    };
    located.related = Some(Aside::new(what, &looked.unit.path, spot, &looked.unit.parsed.source));
}

/// An expression as it is written, when that fits into a sentence.
fn written(about: &About) -> Option<&str> {
    let text = about.unit.parsed.source.get(about.extent.start()..about.extent.end())?;
    (text.len() <= WRITTEN && !text.contains('\n')).then_some(text)
}

/// Whether what was looked up is called.
fn is_called(about: &About) -> bool {
    about.unit.parsed.source.get(about.extent.end()..).is_some_and(|rest| rest.starts_with('('))
}

fn key_words(of: &Value, key: &Value, expression: &str, about: &About, own: Words) -> Words {
    let Some(name) = key.as_str() else {
        let help = match of.len() {
            Some(length) if of.kind() == ValueKind::Seq => {
                Some(format!("it has {length} items, counted from 0"))
            }
            _ => None,
        };
        return Words { help, ..own };
    };
    let parent = last_step(expression).map_or(expression, |(parent, _)| parent);
    let keys = keys_of(of);
    let message = format!("`{expression}` is undefined");
    let wrong = |message: String, help: String| Words { message, sentence: String::new(), help: Some(help) };
    if parent == "salt" || parent.strip_prefix("salt.").is_some_and(|module| !module.contains(['.', '['])) {
        let function = match parent.strip_prefix("salt.") {
            Some(module) => format!("{module}.{name}"),
            None => name.to_owned(),
        };
        let hint = crate::functions::hint(&function);
        return wrong(
            message,
            hint.unwrap_or_else(|| format!("there is no execution function '{function}'")),
        );
    }
    if let Some(near) = nearest(name, keys.iter().map(|key| &**key)) {
        return wrong(message, format!("did you mean `{parent}['{near}']`?"));
    }
    if is_called(about) || of.kind() != ValueKind::Map {
        let kind = type_name(of);
        let near = nearest(name, methods::names(of).iter().copied());
        let message = match is_called(about) {
            true => format!("'{kind}' has no method '{name}'"),
            false => format!("{message}: `{parent}` is of the type '{kind}', which has no '{name}'"),
        };
        return match near {
            Some(near) => wrong(message, format!("did you mean `.{near}()`?")),
            None if of.is_none() => {
                wrong(message, format!("`{parent}` has no value here: where does it come from?"))
            }
            None => Words { message, help: None, ..own },
        };
    }
    let default = format!("`{parent}.get('{name}', …)` takes a default");
    let help = match parent {
        "pillar" => format!("this host's pillar has no key '{name}'; {default}"),
        "grains" => format!("this host has no grain '{name}'; {default}"),
        _ if keys.is_empty() || keys.len() > SHOWN => default,
        _ => {
            let keys: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
            format!("it has {}; {default}", keys.join(", "))
        }
    };
    wrong(message, help)
}

/// The keys of a map that are text.
fn keys_of(map: &Value) -> Vec<Arc<str>> {
    if map.kind() != ValueKind::Map {
        return Vec::new();
    }
    let keys = map.try_iter().into_iter().flatten().take(KEYS);
    keys.filter_map(|key| key.as_str().map(Arc::from)).collect()
}

/// Splits `a['b']` and `a.b` into the value and its key.
fn last_step(expression: &str) -> Option<(&str, &str)> {
    if let Some(inner) = expression.strip_suffix(']') {
        let (parent, key) = inner.rsplit_once('[')?;
        return Some((parent, key.trim_matches(['\'', '"'])));
    }
    let (parent, key) = expression.rsplit_once('.')?;
    (!parent.is_empty()).then_some((parent, key))
}
