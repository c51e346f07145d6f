//! System V init scripts, as Debian has them.

use super::manager::{Action, Extras, Manager, names, run, starts};
use crate::context::Context;
use crate::modules::Failure;

pub(super) struct SystemV<'a> {
    pub(super) context: &'a Context,
}

impl SystemV<'_> {
    /// The scripts there are.
    fn scripts(&self) -> Vec<String> {
        names(&self.context.run.host_path("/etc/init.d"), |name, _| {
            name != "README" && !name.starts_with('.')
        })
    }

    fn succeeds(&self, words: &[&str]) -> Result<bool, Failure> {
        Ok(run(self.context, words)?.status == 0)
    }
}

impl Manager for SystemV<'_> {
    fn available(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.scripts().iter().any(|script| script == name))
    }

    fn running(&self, name: &str) -> Result<bool, Failure> {
        self.succeeds(&["service", name, "status"])
    }

    fn enabled(&self, name: &str) -> Result<bool, Failure> {
        Ok(["rcS.d", "rc2.d", "rc3.d", "rc4.d", "rc5.d"].iter().any(|folder| {
            let folder = self.context.run.host_path("/etc").join(folder);
            !names(&folder, |link, _| starts(link, name)).is_empty()
        }))
    }

    fn act(&self, action: Action, name: &str, _: Extras) -> Result<bool, Failure> {
        self.succeeds(&["service", name, action.word()])
    }

    fn enable(&self, name: &str, enable: bool, _: Extras) -> Result<bool, Failure> {
        if !enable {
            return self.succeeds(&["update-rc.d", name, "disable"]);
        }
        // A script without any links gets them; links that were turned off are turned on.
        Ok(self.succeeds(&["update-rc.d", name, "defaults"])?
            && self.succeeds(&["update-rc.d", name, "enable"])?)
    }

    fn all(&self) -> Vec<String> {
        self.scripts()
    }
}
