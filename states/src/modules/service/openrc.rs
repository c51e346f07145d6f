//! OpenRC.

use super::manager::{Action, Extras, Manager, names, run};
use crate::context::Context;
use crate::modules::Failure;

pub(super) struct OpenRc<'a> {
    pub(super) context: &'a Context,
}

impl OpenRc<'_> {
    fn succeeds(&self, words: &[&str]) -> Result<bool, Failure> {
        Ok(run(self.context, words)?.status == 0)
    }
}

impl Manager for OpenRc<'_> {
    fn available(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.all().iter().any(|script| script == name))
    }

    fn running(&self, name: &str) -> Result<bool, Failure> {
        self.succeeds(&["rc-service", name, "status"])
    }

    fn enabled(&self, name: &str) -> Result<bool, Failure> {
        let levels = self.context.run.host_path("/etc/runlevels");
        Ok(!names(&levels, |_, level| level.join(name).symlink_metadata().is_ok()).is_empty())
    }

    fn act(&self, action: Action, name: &str, _: Extras) -> Result<bool, Failure> {
        self.succeeds(&["rc-service", name, action.word()])
    }

    fn enable(&self, name: &str, enable: bool, _: Extras) -> Result<bool, Failure> {
        if enable {
            return self.succeeds(&["rc-update", "add", name, "default"]);
        }
        self.succeeds(&["rc-update", "--all", "delete", name])
    }

    fn all(&self) -> Vec<String> {
        names(&self.context.run.host_path("/etc/init.d"), |name, _| {
            name != "README" && !name.ends_with(".sh")
        })
    }
}
