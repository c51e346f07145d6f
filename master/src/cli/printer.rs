//! The one voice: data goes to standard output, talk to standard error.

use std::io::Write as _;

use common::output::{Format, Shown, Style, render_all};
use common::value::Value;

/// Prints data. A reader that has gone away (`| head`) is no error.
pub(super) fn data(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Prints a line for the operator.
pub(super) fn talk(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints named records: as a table for people, else in the format that was asked for.
pub(super) fn records(
    format: Format,
    style: &Style,
    records: &[(String, Value)],
    table: impl FnOnce() -> String,
) {
    if format == Format::Human {
        return data(&table());
    }
    let shown: Vec<_> = records
        .iter()
        .map(|(name, value)| Shown { host: name, value, states: false, failed: false })
        .collect();
    data(&render_all(format, &shown, style));
}

/// A table without lines, its columns as wide as they must be.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header.iter().copied());
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text: Vec<_> = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    text.concat()
}

/// A moment in the operator's time zone.
pub(super) fn moment(milliseconds: i64) -> String {
    match jiff::Timestamp::from_millisecond(milliseconds) {
        Ok(time) if milliseconds > 0 => {
            time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
        }
        _ => "never".into(),
    }
}
