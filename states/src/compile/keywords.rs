//! The words of a state declaration that are not arguments of its function.

/// Requisites, as they stand in a declaration.
pub const REQUISITES: &[&str] = &[
    "require",
    "require_any",
    "watch",
    "watch_any",
    "prereq",
    "onfail",
    "onfail_any",
    "onfail_all",
    "onchanges",
    "onchanges_any",
    "listen",
];

/// Their reversed forms, and the forms that copy arguments.
pub const REQUISITES_IN: &[&str] =
    &["require_in", "watch_in", "prereq_in", "onfail_in", "onchanges_in", "listen_in", "use", "use_in"];

/// What the engine itself reads.
pub const RUNTIME: &[&str] = &[
    "fun",
    "state",
    "name",
    "names",
    "order",
    "name_order",
    "check_cmd",
    "failhard",
    "onlyif",
    "unless",
    "creates",
    "retry",
    "reload_modules",
    "reload_grains",
    "reload_pillar",
    "force_reload_modules",
    "runas",
    "runas_password",
    "fire_event",
    "saltenv",
    "umask",
    "parallel",
    "aggregate",
    "provider",
    "timeout",
    "cmd_opts_exclude",
    "skip_watch",
    "no_log",
    "__env__",
    "__id__",
    "__sls__",
    "__pub_user",
    "__pub_arg",
    "__pub_jid",
    "__pub_fun",
    "__pub_tgt",
    "__pub_ret",
    "__pub_pid",
    "__pub_tgt_type",
    "__prereq__",
    "__prerequired__",
];

/// Whether a key of a declaration is read by the compiler or engine rather than (or as well as) by the function.
#[must_use]
pub fn is_keyword(key: &str) -> bool {
    REQUISITES.contains(&key) || REQUISITES_IN.contains(&key) || RUNTIME.contains(&key)
}
