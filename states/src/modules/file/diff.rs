//! What changed between two contents, as Salt prints it: a unified diff, or a sentence for contents that are not text.

use std::hash::Hash;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline, group_diff_ops};

use super::lines::decode;
use super::matching;

/// How many bytes of a content are looked at to tell text from binary.
pub(super) const HEAD: usize = 512;
/// The largest content a diff is made of: 4 MiB.
pub(super) const DIFF_LIMIT: u64 = 4 << 20;
/// The longest diff that is reported: 1 MiB; what is past it is cut off, with a note.
const REPORT_LIMIT: usize = 1 << 20;
/// After this time the rest of a diff is shown as replaced whole.
const DEADLINE: Duration = Duration::from_secs(1);
/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The diff between two texts whose lines end with `\n`; empty when they are equal.
pub(super) fn of_bytes(old: &[u8], new: &[u8]) -> String {
    let lines =
        |bytes: &[u8]| -> Vec<String> { bytes.split_inclusive(|byte| *byte == b'\n').map(decode).collect() };
    bounded(unified(&lines(old), &lines(new)).concat())
}

/// The parts of a unified diff without file names, as Python's `difflib.unified_diff` yields them; none when the lines
/// are equal. Lines are taken as they are, with or without their ends.
pub(super) fn unified<T: AsRef<str> + Eq + Hash + Ord>(old: &[T], new: &[T]) -> Vec<String> {
    let ops = matching::steps(old, new).unwrap_or_else(|| {
        capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(Instant::now() + DEADLINE))
    });
    let mut parts = Vec::new();
    for group in group_diff_ops(ops, CONTEXT) {
        if group.iter().all(|op| op.tag() == DiffTag::Equal) {
            continue;
        }
        if parts.is_empty() {
            parts.extend(["--- \n".into(), "+++ \n".into()]);
        }
        parts.push(hunk_header(&group));
        for op in &group {
            let (tag, old_range, new_range) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                parts.extend(old[old_range].iter().map(|line| format!(" {}", line.as_ref())));
                continue;
            }
            parts.extend(old[old_range].iter().map(|line| format!("-{}", line.as_ref())));
            parts.extend(new[new_range].iter().map(|line| format!("+{}", line.as_ref())));
        }
    }
    parts
}

/// A diff cut to what is reported.
pub(super) fn bounded(mut diff: String) -> String {
    if diff.len() > REPORT_LIMIT {
        let mut end = REPORT_LIMIT;
        while !diff.is_char_boundary(end) {
            end -= 1;
        }
        let whole = diff.len();
        diff.truncate(end);
        diff.push_str(&format!("\n(the diff has {whole} bytes; the rest is not shown)\n"));
    }
    diff
}

/// The sentence for contents of which one is not text; `None` when both are.
pub(super) fn binary_sentence(old_head: &[u8], new_head: &[u8]) -> Option<&'static str> {
    match (is_text(old_head), is_text(new_head)) {
        (true, true) => None,
        (false, false) => Some("Replace binary file"),
        (false, true) => Some("Replace binary file with text file"),
        (true, false) => Some("Replace text file with binary file"),
    }
}

/// Salt's guess from the first [`HEAD`] bytes: binary has a NUL or more than 30 % bytes that text does not use.
pub(super) fn is_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(HEAD)];
    if head.contains(&0) {
        return false;
    }
    // A character cut off at the end of the block still counts as UTF-8.
    let utf8 = std::str::from_utf8(head).err().is_none_or(|error| error.error_len().is_none());
    let strange = head
        .iter()
        .filter(|byte| match byte {
            b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x0c | 0x08 => false,
            0x80..=0xfe => !utf8,
            _ => true,
        })
        .count();
    strange * 10 <= head.len() * 3
}

fn hunk_header(group: &[DiffOp]) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return String::new() };
    let old = range(first.old_range().start, last.old_range().end);
    let new = range(first.new_range().start, last.new_range().end);
    format!("@@ -{old} +{new} @@\n")
}

/// Lines are counted from 1; a range of one line is only its number, an empty one names the line before it.
fn range(start: usize, end: usize) -> String {
    match end - start {
        1 => format!("{}", start + 1),
        0 => format!("{start},0"),
        length => format!("{},{length}", start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_python_prints() {
        assert_eq!(of_bytes(b"a\nb\n", b"a\nc\n"), "--- \n+++ \n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert_eq!(of_bytes(b"", b"x\n"), "--- \n+++ \n@@ -0,0 +1 @@\n+x\n");
        assert_eq!(of_bytes(b"a", b"b"), "--- \n+++ \n@@ -1 +1 @@\n-a+b");
        assert_eq!(of_bytes(b"a\n", b"a\n"), "");
    }

    #[test]
    fn a_line_beside_its_like_is_the_one_that_python_takes() {
        assert_eq!(of_bytes(b"a\nb\n", b"a\na\nb\n"), "--- \n+++ \n@@ -1,2 +1,3 @@\n+a\n a\n b\n");
        assert_eq!(of_bytes(b"t\nt\n", b"n\nt\n"), "--- \n+++ \n@@ -1,2 +1,2 @@\n+n\n t\n-t\n");
    }

    #[test]
    fn distant_changes_are_two_hunks() {
        let old: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let mut new = old.clone();
        new[0] = "x".into();
        new[19] = "y".into();
        let hunks = unified(&old, &new);
        assert_eq!(hunks.iter().filter(|part| part.starts_with("@@")).count(), 2);
        assert_eq!(hunks[2], "@@ -1,4 +1,4 @@\n");
    }

    #[test]
    fn tells_text_from_binary() {
        assert!(is_text("grüße\n".as_bytes()));
        assert!(is_text(b""));
        assert!(!is_text(b"a\0b"));
        assert!(!is_text(b"\x01\x02\x03\xff\xfe"));
        assert_eq!(binary_sentence(b"text", b"\0"), Some("Replace text file with binary file"));
    }

    #[test]
    fn a_huge_diff_is_cut() {
        let cut = bounded("x".repeat(REPORT_LIMIT + 5));
        assert!(cut.ends_with("the rest is not shown)\n") && cut.len() < REPORT_LIMIT + 100);
    }
}
