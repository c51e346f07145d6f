//! Reports as they arrive: what is kept must fit into every frame in which an operator may read it.

use common::message::Report;
use common::transport::{FRAME_LIMIT, frame};
use common::value::Value;

/// How deep a report's value may be. Frames go deeper, and have the job and the host around it.
const DEPTH_LIMIT: usize = 128;

/// How long a report may be, so that the job and the host around it fit into one frame with it.
const SIZE_LIMIT: usize = FRAME_LIMIT - (64 << 10);

/// The report; with a word in the place of its value where it could not be read again, or where `keep` says why so many bytes
/// are too many.
pub(super) fn readable(
    mut report: Box<Report>,
    keep: impl FnOnce(usize) -> Result<(), String>,
) -> Box<Report> {
    let size = || frame::encode(&report).map_or(usize::MAX, |bytes| bytes.len());
    let trouble = if is_deeper(&report.value, DEPTH_LIMIT) {
        format!("it is nested more than {DEPTH_LIMIT} deep")
    } else {
        match size() {
            size if size > SIZE_LIMIT => format!("it has more than {SIZE_LIMIT} bytes"),
            size => match keep(size) {
                Ok(()) => return report,
                Err(trouble) => trouble,
            },
        }
    };
    tracing::warn!(jid = %report.jid, trouble, "a report's value was left out");
    report.value = format!("The host's value was left out by the master: {trouble}.").as_str().into();
    report
}

/// Whether there are more than `levels` lists and maps within each other.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let deeper = |inner: &Value| is_deeper(inner, levels.saturating_sub(1));
    match value {
        Value::List(_) | Value::Map(_) if levels == 0 => true,
        Value::List(items) => items.iter().any(deeper),
        Value::Map(map) => map.iter().any(|(key, value)| deeper(key) || deeper(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use common::message::Outcome;

    use super::*;

    fn kept(value: Value) -> Value {
        let report = Report {
            jid: "20260101000000000000".parse().unwrap(),
            prepare: false,
            outcome: Outcome::Succeeded,
            value,
            retcode: 0,
            unchanged: 0,
            changed: 0,
            failed: 0,
            started: 0,
            ended: 0,
        };
        readable(Box::new(report), |size| if size < usize::MAX { Ok(()) } else { Err(String::new()) }).value
    }

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |inner, _| Value::List(vec![inner]))
    }

    #[test]
    fn what_no_operator_could_read_is_left_out() {
        assert_eq!(kept(nested(128)), nested(128));
        assert!(kept(nested(129)).as_str().unwrap().contains("deep"));
        let long = |length: usize| Value::from("x".repeat(length).as_str());
        assert_eq!(kept(long(1 << 20)), long(1 << 20));
        assert!(kept(long(FRAME_LIMIT - (64 << 10))).as_str().unwrap().contains("bytes"));
    }
}
