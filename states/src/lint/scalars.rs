//! What YAML 1.1 reads as something else than what is written.

use std::sync::Arc;

use common::value::Map;

use super::Tree;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, line_of};
use crate::language::{Role, ScalarType, Source, WrittenScalar, scalars};

/// Looks at the scalars of a file. `variables` are added to what its template sees.
pub(super) fn lint(
    context: &Arc<Context>,
    file: &Source,
    tree: Tree,
    variables: &Map,
    found: &mut Vec<Diagnostic>,
) {
    for scalar in scalars(context, file, variables) {
        // What a pillar template made of a secret is not repeated.
        let is_made = || {
            let line = line_of(&file.text, scalar.place.line).filter(|_| scalar.place.file == file.path);
            line.is_none_or(|line| !line.contains(&scalar.scalar.raw))
        };
        let warning = match tree {
            Tree::Pillar if scalar.from_expression || is_made() => unseen(&scalar),
            _ => look(&scalar, tree),
        };
        found.extend(warning.map(|warning| warning.at(scalar.place.clone())));
    }
}

/// What is said of a value that must not be told.
fn unseen(written: &WrittenScalar) -> Option<Diagnostic> {
    let scalar = &written.scalar;
    read_as(&scalar.raw, scalar.kind).filter(|_| !is_mode(&scalar.role))?;
    let kind = if scalar.kind == ScalarType::Bool { "true or false" } else { "another number" };
    let message = format!("the template gives text here, and YAML reads {kind}");
    Some(Diagnostic::warning("unquoted-jinja", message).help(QUOTES))
}

/// The cure for what a template gives.
const QUOTES: &str = "put quotes around the expression, or write `|yaml_dquote` at its end";

fn look(written: &WrittenScalar, tree: Tree) -> Option<Diagnostic> {
    let scalar = &written.scalar;
    let raw = scalar.raw.as_str();
    let read_as = read_as(raw, scalar.kind);
    if written.from_expression {
        // A boolean or number of Python's is printed otherwise; this was text.
        let what = read_as.filter(|_| !is_mode(&scalar.role))?;
        let message = format!("the template gives {raw}, and YAML reads {what}");
        return Some(Diagnostic::warning("unquoted-jinja", message).help(QUOTES));
    }
    match scalar.kind {
        ScalarType::Int if is_mode(&scalar.role) => Some(
            Diagnostic::warning(
                "octal-mode",
                format!("the mode {raw} has no quotes: YAML reads a decimal number"),
            )
            .help(format!("write '{}'", mode_digits(raw))),
        ),
        ScalarType::Int if raw.contains(':') => Some(
            Diagnostic::warning("sexagesimal", format!("YAML reads {raw} as {}", read_as?))
                .help(format!("put it in quotes: '{raw}'")),
        ),
        // States have numbers such as `minute: 05`, and names of pillar are telephone numbers and postal codes.
        ScalarType::Int if tree == Tree::States => None,
        ScalarType::Float | ScalarType::Int => Some(
            Diagnostic::warning("lost-zero", format!("YAML reads {raw} as {}", read_as?))
                .help(format!("put it in quotes: '{raw}'")),
        ),
        ScalarType::Bool if is_word(raw) && means_text(raw, &scalar.role) => Some(
            Diagnostic::warning("yaml-boolean", format!("YAML reads `{raw}` as {}", read_as?))
                .help(format!("put it in quotes where text is meant: '{raw}'")),
        ),
        _ => None,
    }
}

/// What YAML makes of a text that would not be printed like this: nothing where it is read as it is written.
fn read_as(raw: &str, kind: ScalarType) -> Option<String> {
    match kind {
        ScalarType::Bool if is_word(raw) => {
            let is_true = matches!(raw.to_ascii_lowercase().as_str(), "yes" | "on");
            Some(if is_true { "true".into() } else { "false".into() })
        }
        ScalarType::Int if raw.contains(':') => {
            let (negative, digits) =
                raw.strip_prefix('-').map_or((false, raw.trim_start_matches('+')), |rest| (true, rest));
            let mut parts = digits.split(':').map(|part| part.replace('_', "").parse::<i64>());
            let value = parts.try_fold(0_i64, |sum, part| sum.checked_mul(60)?.checked_add(part.ok()?))?;
            Some(format!("the number {}", if negative { -value } else { value }))
        }
        ScalarType::Int
            if raw.len() > 1 && raw.starts_with('0') && raw.bytes().all(|b| b.is_ascii_digit()) =>
        {
            let number = raw.trim_start_matches('0');
            Some(format!("the number {}", if number.is_empty() { "0" } else { number }))
        }
        ScalarType::Float => {
            let (whole, fraction) = raw.split_once('.')?;
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let plain = !whole.is_empty() && digits(whole) && digits(fraction);
            if !plain || fraction.len() < 2 || !fraction.ends_with('0') {
                return None;
            }
            let kept = fraction.trim_end_matches('0');
            Some(format!("the number {whole}.{}", if kept.is_empty() { "0" } else { kept }))
        }
        _ => None,
    }
}

/// Whether it is one of YAML 1.1's words that are no boolean anywhere else.
fn is_word(raw: &str) -> bool {
    matches!(raw.to_ascii_lowercase().as_str(), "yes" | "no" | "on" | "off")
}

/// Whether a boolean stands where text is meant: as a key, in a list, or `on` and `off` anywhere. `yes` and `no` as a value
/// are how many write a switch.
fn means_text(raw: &str, role: &Role) -> bool {
    match role {
        Role::Key | Role::Item(_) => true,
        Role::Value(_) => matches!(raw.to_ascii_lowercase().as_str(), "on" | "off"),
    }
}

/// Whether it is the value of `mode`, `dir_mode`, `file_mode`, ….
fn is_mode(role: &Role) -> bool {
    matches!(role, Role::Value(key) if key == "mode" || key.ends_with("_mode"))
}

/// The mode as it is best written: four digits.
fn mode_digits(raw: &str) -> String {
    let digits = raw.trim_start_matches("0o").trim_start_matches('0');
    format!("{digits:0>4}")
}
