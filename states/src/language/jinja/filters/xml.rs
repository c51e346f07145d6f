//! The `xml` filter: a dict as a document, scalars as attributes, dicts and lists as elements.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::values::{items_of, pairs_of};

/// The deepest that elements are nested.
const DEPTH_LIMIT: usize = 100;

pub(super) static FILTERS: &[(&str, Filter)] = &[("xml", |_, arguments| {
    let mut elements = Vec::new();
    let root =
        build(arguments, &entries(arguments, &arguments.required(0, "value")?)?, None, &mut elements, 0)?;
    // What Python says of a document that has no root.
    let root = root.ok_or_else(|| {
        arguments.error_with("'NoneType' object has no attribute 'iter'", ": a document has one root, a dict")
    })?;
    let mut out = String::from("<?xml version=\"1.0\" ?>\n");
    write(&elements, root, 0, &mut out);
    Ok(out.into())
})];

#[derive(Default)]
struct Element {
    tag: String,
    attributes: Vec<(String, String)>,
    text: Option<String>,
    children: Vec<usize>,
}

/// What can become an element: the pairs of a dict, the pairs that a list of texts and others is taken for.
fn entries(arguments: &Arguments<'_>, value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    if let Some(pairs) = pairs_of(value) {
        return Ok(pairs);
    }
    if value.kind() != ValueKind::Seq {
        return Err(arguments.template_error("Value is not a dict or list. Cannot render as XML"));
    }
    let items = items_of(value)?;
    let first = items.first().ok_or_else(|| arguments.error("list index out of range"))?;
    if first.as_str().is_none() {
        return Ok(Vec::new());
    }
    let pair = |item: &Value| {
        let parts = items_of(item)?;
        match <[Value; 2]>::try_from(parts) {
            Ok([tag, value]) => Ok((tag, value)),
            Err(parts) => Err(arguments.error(match parts.len() {
                less @ (0 | 1) => format!("not enough values to unpack (expected 2, got {less})"),
                _ => "too many values to unpack (expected 2)".into(),
            })),
        }
    };
    items.iter().map(pair).collect()
}

/// Makes elements of pairs, within `parent`; returns the last that was made, which is the root at the top.
fn build(
    arguments: &Arguments<'_>,
    pairs: &[(Value, Value)],
    parent: Option<usize>,
    elements: &mut Vec<Element>,
    depth: usize,
) -> Result<Option<usize>, Error> {
    if depth > DEPTH_LIMIT {
        return Err(arguments.error("maximum recursion depth exceeded"));
    }
    let mut last = None;
    for (tag, value) in pairs {
        if value.kind() == ValueKind::Seq && !value.is_tuple() {
            for item in items_of(value)? {
                build(arguments, &[(tag.clone(), item)], parent, elements, depth + 1)?;
            }
        } else {
            let tag = tag_name(arguments, tag)?;
            elements.push(Element { tag, ..Element::default() });
            let made = elements.len() - 1;
            if let Some(parent) = parent {
                elements[parent].children.push(made);
            }
            last = Some(made);
        }
        if matches!(value.kind(), ValueKind::String | ValueKind::Number | ValueKind::Bool) {
            if let Some(made) = last {
                elements[made].text = Some(print::text(value));
            }
            continue;
        }
        let inner = entries(arguments, value)?;
        let is_nested = |value: &Value| {
            value.kind() == ValueKind::Map || value.kind() == ValueKind::Seq && !value.is_tuple()
        };
        if let (ValueKind::Map, Some(made)) = (value.kind(), last) {
            for (name, value) in inner.iter().filter(|(_, value)| !is_nested(value)) {
                elements[made].attributes.push((tag_name(arguments, name)?, print::text(value)));
            }
        }
        let nested: Vec<_> = inner.into_iter().filter(|(_, value)| is_nested(value)).collect();
        for pair in nested {
            build(arguments, &[pair], last, elements, depth + 1)?;
        }
    }
    Ok(last)
}

/// A name that XML allows.
fn tag_name(arguments: &Arguments<'_>, tag: &Value) -> Result<String, Error> {
    let Some(text) = tag.as_str() else {
        let kind = print::type_name(tag);
        return Err(arguments.error(format!("cannot serialize {} (type {kind})", print::repr(tag))));
    };
    let mut letters = text.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_alphabetic() || matches!(letter, '_' | ':'));
    let goes_on = letters.all(|letter| letter.is_alphanumeric() || "_:-.".contains(letter));
    if begins && goes_on {
        return Ok(text.into());
    }
    Err(arguments.error_with("not well-formed (invalid token)", &format!(": {text:?} is no name in XML")))
}

fn write(elements: &[Element], at: usize, indent: usize, out: &mut String) {
    let element = &elements[at];
    let blanks = " ".repeat(indent);
    out.push_str(&format!("{blanks}<{}", element.tag));
    for (name, value) in &element.attributes {
        out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
    }
    match element.text.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => out.push_str(&format!(">{}</{}>\n", escaped(text), element.tag)),
        None if element.children.is_empty() => out.push_str("/>\n"),
        None => {
            out.push_str(">\n");
            for child in &element.children {
                write(elements, *child, indent + 1, out);
            }
            out.push_str(&format!("{blanks}</{}>\n", element.tag));
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('>', "&gt;")
}
