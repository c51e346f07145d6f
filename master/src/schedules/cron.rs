//! Times as cron writes them: minute, hour, day of the month, month, day of the week.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan as _, Zoned};
use serde::{Deserialize, Serialize};

/// Five fields of cron(5): `*`, numbers, names of months and days, lists, ranges and steps; or `@hourly`, `@daily`,
/// `@weekly`, `@monthly`.
///
/// Where both the day of the month and the day of the week are given, either one is enough, as in cron.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cron {
    text: String,
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
    /// Whether the day of the month begins with `*`, and the day of the week likewise.
    any_day: (bool, bool),
}

/// The numbers that a field means, as bits.
type Set = u64;

/// A text that is no time of cron.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no schedule: {problem}. Write five fields as for cron (minute hour day month weekday), such as '0 3 * * *', or @daily"
)]
pub struct CronError {
    text: String,
    problem: String,
}

/// How far ahead a time is looked for: 29 February comes after eight years at most (around 2100).
const YEARS: i64 = 9;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A field: what it is called, its least and greatest number, and the names of its numbers.
struct Field {
    name: &'static str,
    least: u8,
    most: u8,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, names: &[] },
    Field { name: "hour", least: 0, most: 23, names: &[] },
    Field { name: "day of the month", least: 1, most: 31, names: &[] },
    Field { name: "month", least: 1, most: 12, names: &MONTHS },
    // 7 is Sunday too.
    Field { name: "day of the week", least: 0, most: 7, names: &WEEKDAYS },
];

impl Cron {
    /// The first of its times after `after`; none where there is none in years (30 February).
    ///
    /// A time that the clock leaves out when summer time begins is an hour later; one that it shows twice counts once.
    #[must_use]
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        let zone = after.time_zone().clone();
        let last = after.date().checked_add(YEARS.years()).ok()?;
        let mut date = after.date();
        while date <= last {
            for at in self.times(date) {
                let time = at.to_zoned(zone.clone()).ok()?;
                if time.timestamp() > after.timestamp() {
                    return Some(time);
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// Its times on a day.
    fn times(&self, date: Date) -> impl Iterator<Item = DateTime> {
        let hours = if self.has_day(date) { self.hours } else { 0 };
        members(hours)
            .flat_map(move |hour| members(self.minutes).map(move |minute| date.at(hour, minute, 0, 0)))
    }

    fn has_day(&self, date: Date) -> bool {
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        let right = match self.any_day {
            (false, false) => day || weekday,
            _ => day && weekday,
        };
        right && has(self.months, date.month())
    }
}

fn has(set: Set, number: i8) -> bool {
    u32::try_from(number).is_ok_and(|number| set & (1 << number) != 0)
}

fn members(set: Set) -> impl Iterator<Item = i8> {
    (0..60).filter(move |number| has(set, *number))
}

impl FromStr for Cron {
    type Err = CronError;
    fn from_str(text: &str) -> Result<Self, CronError> {
        let text = text.trim();
        let error = |problem: String| CronError { text: text.chars().take(80).collect(), problem };
        let fields = match text {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            fields => fields,
        };
        let words: Vec<_> = fields.split_whitespace().collect();
        if words.len() != FIELDS.len() {
            return Err(error(format!("it has {} fields", words.len())));
        }
        let mut sets = [0; 5];
        for ((set, field), word) in sets.iter_mut().zip(&FIELDS).zip(&words) {
            *set = field.read(word).map_err(error)?;
        }
        let [minutes, hours, days, months, weekdays] = sets;
        let weekdays = weekdays | (weekdays >> 7 & 1);
        let any_day = (words[2].starts_with('*'), words[4].starts_with('*'));
        let cron = Self { text: text.into(), minutes, hours, days, months, weekdays, any_day };
        let begin = jiff::civil::date(2024, 1, 1).to_zoned(jiff::tz::TimeZone::UTC);
        if begin.is_ok_and(|begin| cron.next(&begin).is_none()) {
            return Err(error("there is no such day".into()));
        }
        Ok(cron)
    }
}

impl Field {
    fn read(&self, word: &str) -> Result<Set, String> {
        word.split(',').try_fold(0, |set, part| Ok(set | self.part(part)?))
    }

    /// One part of a list: `*`, `N`, `N-M`, each also with `/STEP`.
    fn part(&self, part: &str) -> Result<Set, String> {
        let wrong = || format!("{part:?} is no {} from {} to {}", self.name, self.least, self.most);
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                let step =
                    step.parse::<u8>().ok().filter(|step| (1..=60).contains(step)).ok_or_else(wrong)?;
                (range, Some(step))
            }
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((from, to)) => (self.number(from).ok_or_else(wrong)?, self.number(to).ok_or_else(wrong)?),
            None => {
                let number = self.number(range).ok_or_else(wrong)?;
                (number, if step.is_some() { self.most } else { number })
            }
        };
        if from > to {
            return Err(format!("{part:?} ends before it begins"));
        }
        Ok((from..=to).step_by(step.unwrap_or(1).into()).fold(0, |set, number| set | 1 << number))
    }

    fn number(&self, text: &str) -> Option<u8> {
        let lower = text.to_ascii_lowercase();
        let named = self.names.iter().position(|name| *name == lower);
        let number = match named {
            Some(index) => u8::try_from(index).ok()? + self.least,
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (self.least..=self.most).contains(&number).then_some(number)
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Cron {
    type Error = CronError;
    fn try_from(text: String) -> Result<Self, CronError> {
        text.parse()
    }
}

impl From<Cron> for String {
    fn from(cron: Cron) -> Self {
        cron.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(cron: &str, time: &str) -> String {
        let time: Zoned = time.parse().unwrap();
        cron.parse::<Cron>().unwrap().next(&time).unwrap().strftime("%F %H:%M %Z").to_string()
    }

    #[test]
    fn the_next_time() {
        // 23 November 2026 is a Monday.
        let now = "2026-11-23T10:30:15[UTC]";
        for (cron, next) in [
            ("* * * * *", "2026-11-23 10:31 UTC"),
            ("30 10 * * *", "2026-11-24 10:30 UTC"),
            ("0 3 * * *", "2026-11-24 03:00 UTC"),
            ("*/20 * * * *", "2026-11-23 10:40 UTC"),
            ("5/20 * * * *", "2026-11-23 10:45 UTC"),
            ("0 0 1 * *", "2026-12-01 00:00 UTC"),
            ("0 9-17/4 * * mon-fri", "2026-11-23 13:00 UTC"),
            ("0 0 * * 7", "2026-11-29 00:00 UTC"),
            ("0 0 13 * Fri", "2026-11-27 00:00 UTC"),
            ("0 0 29 2 *", "2028-02-29 00:00 UTC"),
            ("0 12 * jan,JUL *", "2027-01-01 12:00 UTC"),
            ("@weekly", "2026-11-29 00:00 UTC"),
        ] {
            assert_eq!(after(cron, now), next, "{cron}");
        }
    }

    #[test]
    fn summer_time_leaves_no_day_out_and_doubles_none() {
        // 02:30 does not exist on 28 March 2027 in Berlin, and comes twice on 31 October.
        assert_eq!(after("30 2 * * *", "2027-03-27T12:00[Europe/Berlin]"), "2027-03-28 03:30 CEST");
        assert_eq!(after("30 2 * * *", "2027-03-28T03:30[Europe/Berlin]"), "2027-03-29 02:30 CEST");
        assert_eq!(after("30 2 * * *", "2027-10-31T00:00[Europe/Berlin]"), "2027-10-31 02:30 CEST");
        assert_eq!(after("30 2 * * *", "2027-10-31T02:30+02:00[Europe/Berlin]"), "2027-11-01 02:30 CET");
    }

    #[test]
    fn errors_name_the_field() {
        for (bad, words) in [
            ("", "0 fields"),
            ("* * * *", "4 fields"),
            ("60 * * * *", "\"60\" is no minute from 0 to 59"),
            ("* 24 * * *", "no hour"),
            ("* * 0 * *", "day of the month from 1"),
            ("* * * foo *", "no month"),
            ("* * * * 8", "day of the week"),
            ("*/0 * * * *", "no minute"),
            ("5-1 * * * *", "ends before it begins"),
            ("-1 * * * *", "no minute"),
            ("0 0 30 feb *", "no such day"),
            ("@reboot", "1 fields"),
        ] {
            let error = bad.parse::<Cron>().unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("0 3 * * *"), "{bad}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9*/,@a-z -]{0,30}") {
            let _ = text.parse::<Cron>();
        }

        /// Each next time is later, is one of its times, and nothing lies between.
        #[test]
        fn times_come_in_order(minute in 0_u8..60, step in 1_u8..24, day in 1_u8..29, seconds in 0_i64..40_000_000) {
            let cron: Cron = format!("{minute} */{step} {day} * *").parse().unwrap();
            let begin = jiff::Timestamp::from_second(1_790_000_000 + seconds).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
            let next = cron.next(&begin).unwrap();
            prop_assert!(next > begin);
            prop_assert_eq!(next.minute(), i8::try_from(minute).unwrap());
            prop_assert_eq!(next.hour() % i8::try_from(step).unwrap(), 0);
            prop_assert_eq!(next.day(), i8::try_from(day).unwrap());
            let before = next.checked_sub(1.second()).unwrap();
            prop_assert_eq!(cron.next(&before).unwrap(), next);
        }
    }
}
