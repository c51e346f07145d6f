//! Reports that are too long for a frame: their longest texts are cut, and those of too many values thrown away.

use common::message::Report;
use common::transport::{FRAME_LIMIT, VALUES_LIMIT};
use common::value::Value;

/// The longest report: a frame less some room for what is around it.
const REPORT_LIMIT: usize = FRAME_LIMIT - (64 << 10);

/// How long texts may be, tried one after the other.
const CUTS: [usize; 4] = [256 << 10, 32 << 10, 4 << 10, 512];

/// The report, cut until it fits.
#[must_use]
pub fn trim(mut report: Report) -> Report {
    let values = count(&report.value);
    if values > VALUES_LIMIT {
        report.value =
            format!("the result of {values} values is more than {VALUES_LIMIT} and was thrown away").into();
        return report;
    }
    for most in CUTS {
        if size(&report) <= REPORT_LIMIT {
            return report;
        }
        cut(&mut report.value, most);
    }
    if size(&report) > REPORT_LIMIT {
        report.value = format!("the result is longer than {REPORT_LIMIT} bytes and was thrown away").into();
    }
    report
}

fn size(report: &Report) -> usize {
    rmp_serde::to_vec_named(report).map_or(usize::MAX, |bytes| bytes.len())
}

/// How many values a report of this one is made of, each key of a map being one.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Map(map) => map.iter().map(|(key, item)| count(key) + count(item)).sum(),
        _ => 0,
    }
}

fn cut(value: &mut Value, most: usize) {
    match value {
        Value::String(text) if text.len() > most => {
            let end = text.floor_char_boundary(most);
            *value = format!("{}\n[cut: {} more bytes]", &text[..end], text.len() - end).into();
        }
        Value::Bytes(bytes) if bytes.len() > most => *value = Value::Bytes(bytes[..most].into()),
        Value::List(items) => items.iter_mut().for_each(|item| cut(item, most)),
        Value::Map(map) => map.values_mut().for_each(|item| cut(item, most)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use common::message::Outcome;
    use common::value::map;

    use super::*;

    fn report(value: Value) -> Report {
        Report {
            jid: "00000000000000000001".parse().unwrap(),
            prepare: false,
            outcome: Outcome::Succeeded,
            value,
            retcode: 0,
            unchanged: 0,
            changed: 0,
            failed: 0,
            started: 0,
            ended: 0,
        }
    }

    #[test]
    fn short_reports_stay_as_they_are() {
        let short = report("x".into());
        assert_eq!(trim(short.clone()), short);
    }

    #[test]
    fn long_texts_are_cut_with_a_note() {
        let long = "é".repeat(FRAME_LIMIT);
        let value = map([("stdout", Value::from(&long)), ("comment", "kept".into())]);
        let trimmed = trim(report(value.into()));
        assert!(size(&trimmed) <= REPORT_LIMIT);
        let map = trimmed.value.as_map().unwrap();
        assert_eq!(common::value::get(map, "comment"), Some(&"kept".into()));
        let stdout = common::value::get(map, "stdout").unwrap().as_str().unwrap();
        assert!(stdout.contains("[cut: "), "{}", &stdout[stdout.len() - 60..]);
    }

    #[test]
    fn what_can_not_be_cut_is_thrown_away() {
        let texts = (0..1_000_000).map(|number| Value::from(format!("{number:020}")));
        let trimmed = trim(report(Value::List(texts.collect())));
        assert!(size(&trimmed) < 1000);
    }

    #[test]
    fn a_report_holds_as_many_values_as_a_frame() {
        let nulls = |number| report(Value::List(vec![Value::Null; number]));
        let most = nulls(VALUES_LIMIT - 1);
        assert_eq!(trim(most.clone()), most);
        let frame = common::transport::frame::encode(&most).unwrap();
        assert_eq!(common::transport::frame::decode::<Report>(&frame[4..]).unwrap(), most);
        assert!(size(&trim(nulls(VALUES_LIMIT))) < 1000);
    }
}
