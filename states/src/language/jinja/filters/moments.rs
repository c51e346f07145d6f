//! `strftime`: points in time as text.
//!
//! A date is read as PHP's `strtotime` reads it, as far as people write dates into pillars: the clock that is written counts,
//! whatever its zone says.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::defined;

/// The longest text that a format may make.
const LENGTH_LIMIT: usize = 1 << 16;

pub(super) static FILTERS: &[(&str, Filter)] = &[("date_format", date), ("strftime", date)];

fn date(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.optional(0, "date").unwrap_or_else(|| Value::from(()));
    defined(&value)?;
    let format = arguments.optional_text(1, "format")?.unwrap_or_else(|| "%Y-%m-%d".into());
    let now = Zoned::now();
    let time = match value.kind() {
        ValueKind::None => Some(now.datetime()),
        ValueKind::Number | ValueKind::Bool => f64::try_from(value.clone())
            .ok()
            .or_else(|| Some(f64::from(u8::from(value.is_true()))))
            .and_then(since_epoch),
        ValueKind::String => read(value.as_str().unwrap_or_default(), now.datetime()),
        _ => None,
    };
    let time = time.ok_or_else(|| {
        let reason = format!("Unable to parse {}", print::text(&value));
        arguments.error_with(&reason, ": give seconds since 1970, or a date such as 2030-01-31 12:00")
    })?;
    write(&time, &format).map(Value::from).ok_or_else(|| arguments.error("the text is too long"))
}

/// The local clock so many seconds after the beginning of 1970.
fn since_epoch(seconds: f64) -> Option<DateTime> {
    #[expect(clippy::cast_possible_truncation, reason = "a float past the range saturates and is refused")]
    let micros = (seconds * 1e6).round() as i64;
    Some(Timestamp::from_microsecond(micros).ok()?.to_zoned(TimeZone::system()).datetime())
}

/// Python's `strftime` of a time without a zone. What is no directive stays as it is.
fn write(time: &DateTime, format: &str) -> Option<String> {
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if out.len() > LENGTH_LIMIT {
            return None;
        }
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let mut directive = String::from("%");
        for letter in letters.by_ref() {
            directive.push(letter);
            if !matches!(letter, '-' | '_' | '0' | '^' | '#') {
                break;
            }
        }
        let known = match &*directive {
            "%f" => Some(format!("{:06}", time.subsec_nanosecond() / 1000)),
            // A time without a zone has none to show.
            "%Z" | "%z" => Some(String::new()),
            "%c" => print_as(time, "%a %b %e %H:%M:%S %Y"),
            "%x" => print_as(time, "%m/%d/%y"),
            "%X" => print_as(time, "%H:%M:%S"),
            "%r" => print_as(time, "%I:%M:%S %p"),
            "%s" => {
                time.to_zoned(TimeZone::system()).ok().map(|zoned| zoned.timestamp().as_second().to_string())
            }
            // The formatter knows some that the C library does not.
            "%q" | "%Q" | "%E" | "%J" | "%N" | "%i" | "%K" | "%L" | "%o" | "%v" | "%1" | "%:" | "%." => None,
            directive => print_as(time, directive),
        };
        out.push_str(&known.unwrap_or(directive));
    }
    Some(out)
}

fn print_as(time: &DateTime, format: &str) -> Option<String> {
    jiff::fmt::strtime::format(format, *time).ok()
}

/// What the parts of a text have said so far.
struct Reading {
    now: DateTime,
    date: Option<Date>,
    time: Option<Time>,
    offset: Span,
    /// Whether a part named a day without a time, which then is midnight.
    whole_day: bool,
}

/// A date as people write it.
fn read(text: &str, now: DateTime) -> Option<DateTime> {
    let trimmed = text.trim();
    let digits = trimmed.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !matches!(trimmed.len(), 8 | 14) {
        let seconds = trimmed.strip_prefix('@').unwrap_or(trimmed);
        if let Ok(seconds) = seconds.parse::<f64>() {
            return since_epoch(seconds);
        }
    }
    let mut reading = Reading { now, date: None, time: None, offset: Span::new(), whole_day: false };
    let spaced = trimmed.replace(',', " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    while at < words.len() {
        at += reading.part(&words[at..])?;
    }
    reading.finish(!words.is_empty())
}

impl Reading {
    /// Reads what the words begin with; how many of them that were.
    fn part(&mut self, words: &[&str]) -> Option<usize> {
        let first = words[0].to_lowercase();
        let next = words.get(1).map(|word| word.to_lowercase());
        if let Some((day, clock)) = first.split_once('t')
            && let (Some(date), Some(clock)) = (numeric_date(day), clock_of(clock))
        {
            (self.date, self.time) = (Some(date), Some(clock));
            return Some(1);
        }
        if let Some(date) = numeric_date(&first) {
            self.date = Some(date);
            return Some(1);
        }
        if let Some((date, used)) = named_date(words) {
            self.date = Some(date);
            return Some(used);
        }
        if let (Some(clock), Some("am" | "pm")) = (clock_of(&first), next.as_deref()) {
            self.time = Some(half_day(clock, next.as_deref()? == "pm")?);
            return Some(2);
        }
        if let Some(clock) = clock_of(&first) {
            self.time = Some(clock);
            return Some(1);
        }
        self.word(&first, words)
    }

    fn word(&mut self, first: &str, words: &[&str]) -> Option<usize> {
        let zone =
            |word: &str| matches!(word, "utc" | "gmt" | "z" | "est" | "edt" | "cet" | "cest" | "pst" | "pdt");
        let offset = |word: &str| {
            let rest = word.strip_prefix(['+', '-']).unwrap_or_default();
            rest.len() >= 4 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        };
        match first {
            "now" => {}
            "today" | "midnight" => self.whole_day = true,
            "noon" => self.time = Time::new(12, 0, 0, 0).ok(),
            "tomorrow" => self.shift(1, "day")?,
            "yesterday" => self.shift(-1, "day")?,
            day if weekday(day) => {}
            word if zone(word) || offset(word) => {}
            word => return self.relative(word, words),
        }
        self.whole_day |= matches!(first, "tomorrow" | "yesterday");
        Some(1)
    }

    /// `+1 day`, `2 weeks ago`, `next month`.
    fn relative(&mut self, first: &str, words: &[&str]) -> Option<usize> {
        let amount: i64 = match first {
            "next" => 1,
            "last" => -1,
            number => number.parse().ok()?,
        };
        let ago = words.get(2).is_some_and(|word| word.eq_ignore_ascii_case("ago"));
        self.shift(if ago { -amount } else { amount }, &words.get(1)?.to_lowercase())?;
        Some(if ago { 3 } else { 2 })
    }

    fn shift(&mut self, amount: i64, unit: &str) -> Option<()> {
        let (offset, unit) = (self.offset, unit.trim_end_matches('s'));
        self.offset = match unit {
            "year" => offset.try_years(amount),
            "month" => offset.try_months(amount),
            "week" => offset.try_weeks(amount),
            "day" => offset.try_days(amount),
            "hour" => offset.try_hours(amount),
            "minute" | "min" => offset.try_minutes(amount),
            "second" | "sec" => offset.try_seconds(amount),
            _ => return None,
        }
        .ok()?;
        Some(())
    }

    fn finish(self, any: bool) -> Option<DateTime> {
        let date = self.date.unwrap_or_else(|| self.now.date());
        let time = match (self.time, self.date.is_some() || self.whole_day) {
            (Some(time), _) => time,
            (None, true) => Time::midnight(),
            (None, false) => self.now.time(),
        };
        if any { date.to_datetime(time).checked_add(self.offset).ok() } else { None }
    }
}

/// `2030-01-31`, `2030/1/31`, `20300131`, `31.1.2030`, `31-01-2030`, `1/31/2030`, `2030-01`.
fn numeric_date(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return day(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    let separator = text.chars().find(|letter| !letter.is_ascii_digit())?;
    let parts: Vec<&str> = text.split(separator).collect();
    let number = |at: usize| parts.get(at).filter(|part| part.len() <= 4)?.parse::<i16>().ok();
    let long = |at: usize| parts.get(at).is_some_and(|part| part.len() == 4);
    match (separator, parts.len()) {
        ('-' | '/', 3) if long(0) => day(number(0)?, number(1)?, number(2)?),
        ('-', 3) if !long(2) => day(century(number(0)?), number(1)?, number(2)?),
        ('-' | '.', 3) => day(century(number(2)?), number(1)?, number(0)?),
        ('/', 3) => day(century(number(2)?), number(0)?, number(1)?),
        ('-', 2) if long(0) => day(number(0)?, number(1)?, 1),
        _ => None,
    }
}

fn century(year: i16) -> i16 {
    match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        year => year,
    }
}

/// A day; one past the end of its month, up to the 31st, is counted on into the next.
fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
    (1..=31).contains(&day).then(|| first.checked_add(Span::new().days(day - 1)).ok()).flatten()
}

/// `2 Jan 2030`, `Jan 2 2030`, `January 2nd 2030`, `2-Jan-2030`, `Jan 2030`, `Jan 2 03:04:05 2030`.
fn named_date(words: &[&str]) -> Option<(Date, usize)> {
    if let [first, ..] = words
        && let parts = first.split('-').collect::<Vec<_>>()
        && let [number, name, year] = parts[..]
    {
        return Some((day(century(year.parse().ok()?), month(name)?, ordinal(number)?)?, 1));
    }
    let year = |at: usize| words.get(at).filter(|word| word.len() == 4)?.parse::<i16>().ok();
    if let Some(month) = month(words[0]) {
        return match (words.get(1).and_then(|word| ordinal(word)), year(2), year(1)) {
            (Some(number), Some(year), _) => Some((day(year, month, number)?, 3)),
            (_, _, Some(year)) => Some((day(year, month, 1)?, 2)),
            _ => None,
        };
    }
    let number = ordinal(words[0])?;
    Some((day(year(2)?, month(words.get(1)?)?, number)?, 3))
}

fn month(name: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.trim_end_matches('.').to_lowercase();
    let at =
        MONTHS.iter().position(|month| *month == name || (name.len() == 3 && month.starts_with(&name)))?;
    i16::try_from(at + 1).ok()
}

fn weekday(name: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    name.len() == 3 && DAYS.iter().any(|day| day.starts_with(name))
}

/// `2`, `2nd`.
fn ordinal(text: &str) -> Option<i16> {
    let lower = text.to_lowercase();
    let digits =
        ["st", "nd", "rd", "th"].iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower);
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

/// `03:04`, `03:04:05.678`, `3pm`, `030405`, each with a zone that does not count.
fn clock_of(text: &str) -> Option<Time> {
    let text = text.strip_suffix('z').unwrap_or(text);
    let text = text.find(['+', '-']).map_or(text, |at| &text[..at]);
    for (ending, late) in [("am", false), ("pm", true)] {
        if let Some(rest) = text.strip_suffix(ending) {
            let clock = match rest.parse::<i8>() {
                Ok(hour) => Time::new(hour, 0, 0, 0).ok()?,
                Err(_) => clock_of(rest)?,
            };
            return half_day(clock, late);
        }
    }
    if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return clock(&[&text[..2], &text[2..4], &text[4..]]);
    }
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() < 2 { None } else { clock(&parts) }
}

fn clock(parts: &[&str]) -> Option<Time> {
    let number = |part: &str| part.parse::<i8>().ok();
    // A fraction is read and forgotten, as `strtotime` does.
    let second = match parts.get(2) {
        Some(part) => number(part.split('.').next()?)?,
        None => 0,
    };
    if parts.len() > 3 { None } else { Time::new(number(parts[0])?, number(parts[1])?, second, 0).ok() }
}

/// A time of a clock of twelve hours.
fn half_day(time: Time, late: bool) -> Option<Time> {
    let hour = match (time.hour(), late) {
        (12, false) => 0,
        (hour @ 1..=11, true) => hour + 12,
        (hour @ 1..=12, _) => hour,
        _ => return None,
    };
    Time::new(hour, time.minute(), time.second(), 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let now: DateTime = "2026-11-22T21:30:00".parse().unwrap();
        for (text, expected) in [
            ("2020-01-02", "2020-01-02T00:00:00"),
            ("2020-01-02 03:04", "2020-01-02T03:04:00"),
            ("2020-01-02T03:04:05+02:00", "2020-01-02T03:04:05"),
            ("2020-01-02 03:04:05.678", "2020-01-02T03:04:05"),
            ("2020/01/02", "2020-01-02T00:00:00"),
            ("20200102T030405", "2020-01-02T03:04:05"),
            ("1/2/20", "2020-01-02T00:00:00"),
            ("2.1.2020", "2020-01-02T00:00:00"),
            ("02-01-2020", "2020-01-02T00:00:00"),
            ("2-Jan-2020", "2020-01-02T00:00:00"),
            ("January 2nd, 2020", "2020-01-02T00:00:00"),
            ("Jan 2020", "2020-01-01T00:00:00"),
            ("2020-01", "2020-01-01T00:00:00"),
            ("tomorrow", "2026-11-23T00:00:00"),
            ("noon", "2026-11-22T12:00:00"),
            ("10:00", "2026-11-22T10:00:00"),
            ("2020-01-02 3pm", "2020-01-02T15:00:00"),
            ("2020-01-02 3:04 PM", "2020-01-02T15:04:00"),
            ("Thu, 02 Jan 2020 03:04:05 GMT", "2020-01-02T03:04:05"),
            ("+1 day", "2026-11-23T21:30:00"),
            ("1 day ago", "2026-11-21T21:30:00"),
            ("2020-01-02 +1 day", "2020-01-03T00:00:00"),
            ("2020-02-30", "2020-03-01T00:00:00"),
            ("20-1-2", "2020-01-02T00:00:00"),
            ("2020-01-02 EST", "2020-01-02T00:00:00"),
        ] {
            assert_eq!(read(text, now), Some(expected.parse().unwrap()), "{text}");
        }
        for text in ["garbage", "", "2020-13-01", "2020-01-02 24:00", "99999999999999999999", "+ day"] {
            assert_eq!(read(text, now), None, "{text}");
        }
    }
}
