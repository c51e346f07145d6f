//! Debian package versions: their order, and conditions on them.

use std::cmp::Ordering;

use common::target::fnmatch;

/// The order of two versions, as `dpkg --compare-versions` has it.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (parts(left), parts(right));
    left.0
        .cmp(&right.0)
        .then_with(|| compare_part(left.1, right.1))
        .then_with(|| compare_part(left.2, right.2))
}

/// Epoch, upstream version and revision.
fn parts(version: &str) -> (u64, &str, &str) {
    let version = version.trim();
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) if epoch.parse::<u64>().is_ok() => (epoch.parse().unwrap_or(0), rest),
        _ => (0, version),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, upstream, revision)
}

/// Compares in turns the longest parts without digits and the longest of digits.
fn compare_part(mut left: &str, mut right: &str) -> Ordering {
    while !left.is_empty() || !right.is_empty() {
        let (left_text, left_rest) = split(left, |c| !c.is_ascii_digit());
        let (right_text, right_rest) = split(right, |c| !c.is_ascii_digit());
        let order = compare_text(left_text, right_text);
        if order.is_ne() {
            return order;
        }
        let (left_digits, left_rest) = split(left_rest, |c| c.is_ascii_digit());
        let (right_digits, right_rest) = split(right_rest, |c| c.is_ascii_digit());
        let order = compare_digits(left_digits, right_digits);
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    Ordering::Equal
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// A tilde sorts before the end, letters before all other signs.
fn compare_text(left: &str, right: &str) -> Ordering {
    let weight = |c: Option<char>| match c {
        None => 0,
        Some('~') => -1,
        Some(c) if c.is_ascii_alphabetic() => i64::from(u32::from(c)),
        Some(c) => i64::from(u32::from(c)) + 0x11_0000,
    };
    let (mut left, mut right) = (left.chars(), right.chars());
    loop {
        let (l, r) = (left.next(), right.next());
        match weight(l).cmp(&weight(r)) {
            Ordering::Equal if l.is_none() && r.is_none() => return Ordering::Equal,
            Ordering::Equal => {}
            order => return order,
        }
    }
}

fn compare_digits(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// Whether a version fulfils all conditions in a text such as `>=1.2,<2`, `1.2*` or `1:1.0-1`.
///
/// Unless told otherwise by `ignore_epoch`, a version without an epoch matches whatever the epoch is.
/// With `allow_updates` a single plain version is met by any later one, too.
pub(crate) fn fulfils(
    version: &str,
    conditions: &str,
    ignore_epoch: Option<bool>,
    allow_updates: bool,
) -> bool {
    let conditions: Vec<_> = conditions.split(',').map(condition).collect();
    let single = conditions.len() == 1;
    conditions.into_iter().all(|(operator, wanted)| {
        let operator = if allow_updates && single && operator == "==" { ">=" } else { operator };
        if operator == "==" && fnmatch(version, wanted) {
            return true;
        }
        let plain = !operator.contains(['<', '>']) && !wanted.contains(':');
        let strip = |text: &str| -> String {
            let without = text.split_once(':').map_or(text, |(_, rest)| rest);
            if ignore_epoch.unwrap_or(plain) { without.into() } else { text.into() }
        };
        let order = compare(&strip(version), &strip(wanted));
        match operator {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            _ => false,
        }
    })
}

/// The operator (`==` when there is none) and the version.
pub(crate) fn condition(text: &str) -> (&str, &str) {
    let text = text.trim();
    for operator in ["<=", ">=", "==", "!=", "<", ">", "="] {
        if let Some(version) = text.strip_prefix(operator) {
            return (if operator == "=" { "==" } else { operator }, version.trim());
        }
    }
    ("==", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_dpkgs() {
        for (left, right) in [
            ("1.0~rc1", "1.0"),
            ("1.0", "1.0a"),
            ("1.0a", "1.0+b"),
            ("1.9", "1.10"),
            ("9", "1:0"),
            ("1.0-1", "1.0-1.1"),
            ("1.0-1~bpo12+1", "1.0-1"),
            ("2.36-9+deb12u3", "2.36-9+deb12u10"),
            ("1.0", "1.0-1"),
            ("", "0a"),
        ] {
            assert_eq!(compare(left, right), Ordering::Less, "{left} < {right}");
            assert_eq!(compare(right, left), Ordering::Greater, "{right} > {left}");
        }
        for (left, right) in [("1.0", "1.0"), ("0:1.0", "1.0"), ("1.00", "1.0"), ("1.0-0", "1.0")] {
            assert_eq!(compare(left, right), Ordering::Equal, "{left} = {right}");
        }
    }

    #[test]
    fn conditions() {
        assert!(fulfils("1.2.3", ">=1.2,<2", None, false));
        assert!(!fulfils("2.0", ">=1.2,<2", None, false));
        assert!(fulfils("1:2.0-1", "2.0-1", None, false));
        assert!(!fulfils("1:2.0-1", "2.0-1", Some(false), false));
        assert!(fulfils("3:3.0.7-1chl1~trusty1", "3:3.0.7*", None, false));
        assert!(fulfils("2.0", "=1.0", None, true));
        assert!(!fulfils("2.0", "=1.0", None, false));
        assert!(fulfils("2.0", "!=1.0", None, false));
    }
}
