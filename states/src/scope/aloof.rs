//! Compiling for a host without touching the machine that it is compiled on.

use std::sync::Arc;

use common::value::Value;

use super::recorder::Recorder;
use crate::context::Context;
use crate::files::FileSource;
use crate::functions::Arguments;
use crate::process::{Command, Output, ProcessError, Processes};

/// Marks a rendering that may ask neither the machine that it runs on nor the host that it is for.
pub(crate) struct Aloof {
    recorder: Arc<Recorder>,
}

/// Modules whose functions know grains, pillar, configuration and their arguments, and no machine.
const MODULES: &[&str] = &["config", "defaults", "grains", "match", "pillar", "random", "sys"];

/// Functions of other modules likewise.
const FUNCTIONS: &[&str] = &[
    "file.basename",
    "file.dirname",
    "file.join",
    "file.normpath",
    "hashutil.base64_b64decode",
    "hashutil.base64_b64encode",
    "hashutil.base64_decodestring",
    "hashutil.base64_encodestring",
    "hashutil.digest",
    "hashutil.hmac_compute",
    "hashutil.hmac_signature",
    "hashutil.md5_digest",
    "hashutil.sha256_digest",
    "hashutil.sha512_digest",
    "network.calc_net",
    "network.convert_cidr",
    "network.is_loopback",
    "network.is_private",
    "network.reverse_ip",
    "slsutil.banner",
    "slsutil.boolstr",
    "slsutil.deserialize",
    "slsutil.merge",
    "slsutil.merge_all",
    "slsutil.serialize",
    "slsutil.update",
    "test.arg",
    "test.echo",
    "test.false",
    "test.false_",
    "test.ping",
    "test.true",
    "test.true_",
    "test.version",
];

/// Functions that read the tree, as long as they are given an address or a path there, and not one of a machine.
const OF_THE_TREE: &[&str] = &[
    "cp.cache_file",
    "cp.envs",
    "cp.get_file_str",
    "cp.hash_file",
    "cp.is_cached",
    "cp.list_master",
    "cp.list_master_dirs",
    "cp.list_states",
    "slsutil.dir_exists",
    "slsutil.file_exists",
    "slsutil.findup",
    "slsutil.path_exists",
    "slsutil.renderer",
    "state.sls_exists",
];

/// Filters that look at the machine or the network.
const FILTERS: &[&str] = &[
    "dns_check",
    "file_hashsum",
    "get_uid",
    "http_query",
    "is_bin_file",
    "is_empty",
    "is_text_file",
    "list_files",
    "which",
];

impl Aloof {
    pub(super) fn new(recorder: Arc<Recorder>) -> Self {
        Self { recorder }
    }

    /// The answer to a call that would ask a machine; none for a call that may be made.
    pub(crate) fn instead_of_function(&self, name: &str, arguments: &Arguments) -> Option<Value> {
        if name.starts_with("log.") {
            return Some(Value::Bool(true));
        }
        let module = name.split_once('.').map_or(name, |(module, _)| module);
        let of_tree = OF_THE_TREE.contains(&name) && !names_a_machines_file(arguments);
        if MODULES.contains(&module) || FUNCTIONS.contains(&name) || of_tree {
            return None;
        }
        self.recorder.blur();
        Some("".into())
    }

    /// Whether a filter would ask a machine; it yields an empty text then.
    pub(crate) fn forbids_filter(&self, name: &str) -> bool {
        let forbidden = FILTERS.contains(&name);
        if forbidden {
            self.recorder.blur();
        }
        forbidden
    }

    /// Writes files down that a template has seen in a listing: it may go through them.
    pub(crate) fn listed<'p>(&self, saltenv: &str, paths: impl Iterator<Item = &'p str>) {
        for path in paths {
            let _ = self.recorder.lookup(saltenv, path);
        }
    }
}

fn names_a_machines_file(arguments: &Arguments) -> bool {
    let of_machine = |value: &Value| {
        let text = value.as_str().map(str::trim_start);
        text.is_some_and(|text| text.starts_with(['/', '~']) || text.starts_with("file:"))
    };
    arguments.positional.iter().chain(arguments.keyword.values()).any(of_machine)
}

/// Processes that are not run.
pub(super) struct NoProcesses;

impl Processes for NoProcesses {
    fn run(&self, command: &Command) -> Result<Output, ProcessError> {
        let source = std::io::Error::other("nothing is run where it is looked up what a host needs");
        Err(ProcessError::Start { command: command.line(), source })
    }
}

/// The mark of a rendering, if it has it.
pub(crate) fn mark(context: &Context) -> Option<&Aloof> {
    context.run.aloof.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;

    #[test]
    fn what_is_allowed_exists() {
        for name in FUNCTIONS.iter().chain(OF_THE_TREE) {
            assert!(functions::find(name).is_some(), "{name}");
        }
        for module in MODULES {
            let own = |name: &str| name.split('.').next() == Some(module);
            assert!(functions::all().any(|function| own(function.name)), "{module}");
        }
    }
}
