//! What can be seen in the text of a template.

use super::Tree;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::Source;

/// What Python 2's maps have and Python 3's have not, with what to write.
const PYTHON_2: &[(&str, &str)] = &[
    (".iteritems(", ".items()"),
    (".itervalues(", ".values()"),
    (".iterkeys(", ".keys()"),
    (".has_key(", "`in`"),
];

/// Looks at the lines of a file.
pub(super) fn lint(file: &Source, tree: Tree, found: &mut Vec<Diagnostic>) {
    let mut in_comment = false;
    for (number, line) in file.text.lines().enumerate() {
        let place = |at: usize| Place {
            file: file.path.clone(),
            line: u32::try_from(number + 1).unwrap_or(0),
            column: u32::try_from(line[..at].chars().count() + 1).unwrap_or(0),
        };
        let was_in_comment = in_comment;
        in_comment = comment_goes_on(line, in_comment);
        if was_in_comment || line.trim_start().starts_with('#') || line.trim_start().starts_with("{#") {
            continue;
        }
        if line.contains("{{") || line.contains("{%") {
            python_2(line, &place, found);
            if tree == Tree::States {
                pillar_get(line, &place, found);
            }
        }
    }
}

/// Whether a comment of Jinja is still open after a line.
fn comment_goes_on(line: &str, open: bool) -> bool {
    match (line.rfind("{#"), line.rfind("#}")) {
        (Some(begin), Some(end)) => begin > end,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => open,
    }
}

fn python_2(line: &str, place: &dyn Fn(usize) -> Place, found: &mut Vec<Diagnostic>) {
    for (method, instead) in PYTHON_2 {
        for (at, _) in line.match_indices(method) {
            let name = method.trim_matches(['.', '(']);
            found.push(
                Diagnostic::warning("python2-method", format!("`{name}` is a method of Python 2 only"))
                    .at(place(at + 1))
                    .width(name.len())
                    .help(format!("it works here, and in no newer Salt: write {instead}")),
            );
        }
    }
}

/// `salt['pillar.get']('key')` with nothing behind the key.
fn pillar_get(line: &str, place: &dyn Fn(usize) -> Place, found: &mut Vec<Diagnostic>) {
    for (at, name) in line.match_indices("pillar.get") {
        let rest = &line[at + name.len()..];
        let rest = rest.strip_prefix(['\'', '"']).and_then(|rest| rest.strip_prefix(']')).unwrap_or(rest);
        let Some(arguments) = rest.strip_prefix('(') else { continue };
        let Some(quote) = arguments.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
            continue;
        };
        let Some((key, after)) = arguments[1..].split_once(quote) else { continue };
        // A method or filter behind the call, or a test of its truth, shows that its author thought of nothing.
        let Some(after) = after.trim_start().strip_prefix(')') else { continue };
        let handled = after.trim_start().starts_with(['|', '.', '['])
            || [" or ", " is ", " else ", " in "].iter().any(|word| after.contains(word))
            || ["if ", "elif ", "set "].iter().any(|tag| line[..at].contains(tag));
        if handled {
            continue;
        }
        let call = line.len() - after.len() - at;
        found.push(
            Diagnostic::warning(
                "pillar-get-without-default",
                format!("where the pillar has no '{key}', this is empty, and no error"),
            )
            .at(place(at))
            .width(line[at..at + call].chars().count())
            .help(format!(
                "give a default as the second argument, or write `pillar['{}']`, which is an error then",
                key.replace(':', "']['")
            )),
        );
    }
}
