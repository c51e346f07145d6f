//! `retry`: running a state again until it has the wanted result.

use std::time::Duration;

use common::value::{Value, get};

/// The settings of a state's `retry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Retry {
    /// The most times the state is run.
    attempts: i64,
    /// The wanted result.
    until: bool,
    /// Seconds between two runs.
    interval: i64,
    /// The most seconds that are added to the interval at random.
    splay: i64,
}

const DEFAULT: Retry = Retry { attempts: 2, until: true, interval: 30, splay: 0 };

impl Retry {
    /// Reads the settings. What is not of the right type is as if it were not given, as in Salt.
    pub(super) fn from_value(value: &Value) -> Self {
        let Some(map) = value.as_map() else {
            let attempts = if value.as_bool() == Some(false) { 0 } else { DEFAULT.attempts };
            return Self { attempts, ..DEFAULT };
        };
        let number = |key: &str, default: i64| match get(map, key) {
            Some(Value::Int(number)) => *number,
            Some(Value::Bool(flag)) => i64::from(*flag),
            _ => default,
        };
        Self {
            attempts: number("attempts", DEFAULT.attempts),
            until: get(map, "until").and_then(Value::as_bool).unwrap_or(DEFAULT.until),
            interval: number("interval", DEFAULT.interval),
            splay: number("splay", DEFAULT.splay),
        }
    }

    /// How long to wait before the next run, after `done` runs of which the last had `result`; `None` when that was the
    /// last.
    pub(super) fn wait(&self, done: i64, result: Option<bool>) -> Option<Duration> {
        (result != Some(self.until) && self.attempts > done).then(|| {
            let splay = if self.splay > 0 { fastrand::i64(0..=self.splay) } else { 0 };
            Duration::from_secs(self.interval.saturating_add(splay).max(0).unsigned_abs())
        })
    }

    /// What a dry run adds to the comment.
    pub(super) fn sentence(&self) -> String {
        let Self { attempts, until, interval, splay } = self;
        format!(
            "The state would be retried every {interval} seconds (with a splay of up to {splay} seconds) a maximum of \
             {attempts} times or until a result of {} is returned",
            Value::Bool(*until)
        )
    }
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    #[test]
    fn ill_typed_settings_fall_back() {
        let given = Value::from(map([("attempts", Value::from("3")), ("interval", Value::from(7))]));
        assert_eq!(Retry::from_value(&given), Retry { interval: 7, ..DEFAULT });
        assert_eq!(Retry::from_value(&Value::Bool(true)), DEFAULT);
        assert_eq!(Retry::from_value(&Value::Bool(false)).wait(1, Some(false)), None);
    }

    #[test]
    fn stops_at_the_wanted_result_and_at_the_last_attempt() {
        let retry = Retry { attempts: 3, interval: 5, ..DEFAULT };
        assert_eq!(retry.wait(1, Some(true)), None);
        assert_eq!(retry.wait(2, Some(false)), Some(Duration::from_secs(5)));
        assert_eq!(retry.wait(3, Some(false)), None);
        let splayed = Retry { splay: 2, ..retry }.wait(1, None).unwrap().as_secs();
        assert!((5..=7).contains(&splayed), "{splayed}");
    }
}
