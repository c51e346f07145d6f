//! The options of salt-call that can't be had here. They are known, so that the error says why.

use clap::Args;

use super::CommandError;

/// Options of salt-call that are refused, or that change nothing.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct SaltCallOptions {
    #[arg(long, hide = true, value_name = "DIR")]
    states_dir: Vec<String>,
    #[arg(long, short, hide = true, value_name = "DIR")]
    module_dirs: Vec<String>,
    #[arg(long = "return", hide = true, value_name = "RETURNER")]
    returner: Option<String>,
    #[arg(long, hide = true, value_name = "MASTER")]
    master: Option<String>,
    #[arg(long, hide = true, value_name = "USER")]
    r#priv: Option<String>,
    #[arg(long, hide = true, value_name = "ID")]
    proxyid: Option<String>,
    #[arg(long, hide = true, value_name = "LIST")]
    module_executors: Option<String>,
    #[arg(long, hide = true, value_name = "DIR")]
    cachedir: Option<String>,
    #[arg(long, short, hide = true)]
    resources: bool,
    #[arg(long, hide = true)]
    args_stdin: bool,

    // There is no cache of grains to refresh, no event to return, no log file, and a crash is always one.
    #[arg(long, hide = true)]
    refresh_grains_cache: bool,
    #[arg(long, hide = true)]
    no_return_event: bool,
    #[arg(long, hide = true)]
    hard_crash: bool,
    #[arg(long, hide = true, value_name = "FILE")]
    log_file: Option<String>,
    #[arg(long, hide = true, value_name = "LEVEL")]
    log_file_level: Option<String>,
    #[arg(long, hide = true, value_name = "FILE")]
    saltfile: Option<String>,
}

impl SaltCallOptions {
    /// Refuses what is given of them.
    pub(super) fn refuse(&self) -> Result<(), CommandError> {
        let refused = [
            (!self.states_dir.is_empty(), "--states-dir", "state modules made of Python are not loaded"),
            (
                !self.module_dirs.is_empty(),
                "--module-dirs",
                "execution modules made of Python are not loaded",
            ),
            (
                self.returner.is_some(),
                "--return",
                "there are no returners; the master keeps what its jobs return",
            ),
            (
                self.master.is_some(),
                "--master",
                "the running agent has a master; say `master` in its configuration",
            ),
            (self.r#priv.is_some(), "--priv", "start the program as that user, with sudo or su"),
            (self.proxyid.is_some(), "--proxyid", "there are no proxy minions"),
            (self.module_executors.is_some(), "--module-executors", "functions are always called directly"),
            (self.cachedir.is_some(), "--cachedir", "say --state-dir"),
            (self.resources, "--resources", "there are no resources"),
            (self.args_stdin, "--args-stdin", "give the arguments on the command line"),
        ];
        match refused.into_iter().find(|(given, ..)| *given) {
            None => Ok(()),
            Some((_, flag, why)) => Err(CommandError::usage(format!("{flag}: {why}"))),
        }
    }
}
