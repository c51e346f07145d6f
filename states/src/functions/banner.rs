//! `slsutil.banner`: a box of comment characters for the top of a managed file.

use std::sync::Arc;

use common::value::Value;

use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

/// The widest box.
const WIDTH_LIMIT: i64 = 1 << 12;

pub(super) static FUNCTIONS: &[Function] = &[Function {
    name: "slsutil.banner",
    doc: "A box that says who manages a file.\n\nwidth: 72\ncommentchar: #\nborderchar: #\nblockstart, blockend: lines around \
          it\ntitle: what stands centred\ntext: what stands below\nnewline: whether a line break follows",
    parameters: &["width", "commentchar", "borderchar", "blockstart", "blockend", "title", "text", "newline"],
    run: banner,
}];

fn banner(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let failed =
        |reason: &str| FunctionError::Failed { name: "slsutil.banner".into(), reason: reason.into() };
    let optional = |position, name| {
        arguments.get(position, name).filter(|value| !value.is_null()).map(ToString::to_string)
    };
    let text = |position, name, default: &str| optional(position, name).unwrap_or_else(|| default.into());
    let width = match arguments.get(0, "width") {
        None => 72,
        Some(width) => {
            width.as_int().filter(|width| *width <= WIDTH_LIMIT).ok_or_else(|| failed("width is a number"))?
        }
    };
    let (comment, border) = (text(1, "commentchar", "#"), text(2, "borderchar", "#"));
    let title = text(5, "title", "THIS FILE IS MANAGED BY SALT - DO NOT EDIT");
    let about = text(
        6,
        "text",
        "The contents of this file are managed by Salt. Any changes to this file may be overwritten automatically and \
         without warning.",
    );
    let (left, right) = (comment.trim_end(), comment.trim());
    let count = |text: &str| text.chars().count();
    let width = usize::try_from(width).unwrap_or(0);
    let inner = width.saturating_sub(count(left) + count(right) + 2);
    if inner == 0 {
        return Err(failed("Width is too small to render banner"));
    }
    let first = border.chars().next().map(String::from).unwrap_or_default();
    let edge = format!("{comment}{}{right}", first.repeat(width - count(left) - count(right)));
    let empty = format!("{comment}{}{comment}", " ".repeat(width.saturating_sub(2 * count(&comment))));
    let mut lines: Vec<String> = optional(3, "blockstart").into_iter().collect();
    lines.extend([edge.clone(), empty.clone()]);
    lines.extend(wrap(&title, inner).iter().map(|line| format!("{left} {} {right}", centred(line, inner))));
    lines.push(empty);
    lines.extend(
        wrap(&about, inner)
            .iter()
            .map(|line| format!("{left} {line}{} {right}", " ".repeat(inner.saturating_sub(count(line))))),
    );
    lines.push(edge);
    lines.extend(optional(4, "blockend"));
    let end = if arguments.get(7, "newline").is_some_and(Value::is_true) { "\n" } else { "" };
    Ok((lines.join("\n") + end).into())
}

/// Python's `str.center`: of an odd number of blanks one more stands before, when the width is odd.
fn centred(line: &str, width: usize) -> String {
    let blanks = width.saturating_sub(line.chars().count());
    let before = blanks / 2 + (blanks & width & 1);
    format!("{}{line}{}", " ".repeat(before), " ".repeat(blanks - before))
}

/// Words in lines of at most `width` characters; a longer word is cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let taken = line.chars().count();
            let room = width.saturating_sub(if taken == 0 { 0 } else { taken + 1 });
            if word.len() <= room {
                break;
            }
            // A word that fits no line begins in what is left of this one.
            let cut = if word.len() > width { room } else { 0 };
            if cut > 0 {
                if taken > 0 {
                    line.push(' ');
                }
                line.extend(word.drain(..cut));
            }
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word);
    }
    lines.extend((!line.is_empty()).then_some(line));
    lines
}
