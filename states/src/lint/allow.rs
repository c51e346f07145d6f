//! Comments that silence a warning: `# lint: allow octal-mode`.

use crate::compile::Memory;
use crate::diagnostic::{Diagnostic, Place};

/// What stands before the names.
const MARK: &str = "lint: allow ";

/// Whether a comment on the line of the warning, or on the one above, allows it.
pub(super) fn is_allowed(warning: &Diagnostic, memory: &Memory) -> bool {
    let (Some(name), Some(place)) = (&warning.name, &warning.place) else { return false };
    is_allowed_at(name, place, memory)
}

/// Whether a comment on a line, or on the one above, allows the rule of that name.
pub(super) fn is_allowed_at(name: &str, place: &Place, memory: &Memory) -> bool {
    let Some(text) = memory.text(&place.file) else { return false };
    let at = (place.line as usize).saturating_sub(1);
    let own = text.lines().nth(at).is_some_and(|text| allows(text, name));
    let above = at.checked_sub(1).and_then(|above| text.lines().nth(above));
    own || above.is_some_and(|text| is_comment(text) && allows(text, name))
}

/// Whether a line is nothing but a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("{#")
}

/// Whether the comment of a line names the rule.
fn allows(line: &str, name: &str) -> bool {
    let Some((before, names)) = line.split_once(MARK) else { return false };
    let comment = before.contains('#');
    let mut names = names.split(['#', '}']).next().unwrap_or_default().split(',').map(str::trim);
    comment && names.any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn comments_of_yaml_and_of_jinja() {
        assert!(allows("    - mode: 644  # lint: allow octal-mode", "octal-mode"));
        assert!(allows("{# lint: allow lost-zero, octal-mode #}", "octal-mode"));
        assert!(!allows("# lint: allow lost-zero", "octal-mode"));
        assert!(!allows("    - name: 'lint: allow lost-zero'", "lost-zero"));
    }
}
