//! The text of a file of kernel parameters, such as `/etc/sysctl.conf`.

/// The head of a file that is new.
pub(super) const HEAD: &str = "#\n# Kernel sysctl configuration\n#\n";

/// The value of a parameter, the first where it stands more than once.
pub(super) fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| setting(line).filter(|(key, _)| *key == name).map(|(_, value)| value))
}

/// The text with the parameter set: in its line, else at the end.
pub(super) fn with(text: &str, name: &str, value: &str) -> String {
    let mut new = String::new();
    let mut found = false;
    for line in text.split_inclusive('\n') {
        if setting(line).is_some_and(|(key, _)| key == name) {
            new.push_str(&format!("{name} = {value}\n"));
            found = true;
        } else {
            new.push_str(line);
        }
    }
    if !found {
        if !new.is_empty() && !new.ends_with('\n') {
            new.push('\n');
        }
        new.push_str(&format!("{name} = {value}\n"));
    }
    new
}

/// Whether two values are the same to the kernel, which takes any white space between the parts of one.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.split_whitespace().eq(right.split_whitespace())
}

fn setting(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    (!key.starts_with(['#', ';'])).then_some((key, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_in_its_line() {
        let text = "# a = 0\na=1\nb = 2";
        assert_eq!(value(text, "a"), Some("1"));
        assert_eq!(with(text, "a", "5"), "# a = 0\na = 5\nb = 2");
        assert_eq!(with(text, "c", "3"), "# a = 0\na=1\nb = 2\nc = 3\n");
        let once = with(HEAD, "c", "3");
        assert_eq!(with(&once, "c", "3"), once);
    }

    #[test]
    fn white_space_does_not_count() {
        assert!(same("4096\t87380  6291456", "4096 87380 6291456"));
        assert!(!same("1", "11"));
    }
}
