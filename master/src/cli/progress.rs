//! The bar on the terminal, on standard error: hosts that have ended, and what the busy ones are at.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar, or nothing where there is no terminal.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over so many hosts; hidden where it is not wanted or standard error is no terminal.
    pub(super) fn new(hosts: usize, wanted: bool) -> Self {
        let target =
            if wanted { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(hosts as u64), target);
        let template = "{bar:24} {pos}/{len} hosts  {elapsed}  {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }

    pub(super) fn ended(&self, hosts: usize) {
        self.bar.set_position(hosts as u64);
    }

    pub(super) fn message(&self, message: String) {
        if !self.bar.is_hidden() {
            self.bar.set_message(message);
        }
    }

    /// Prints something without tearing the bar.
    pub(super) fn suspended<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
