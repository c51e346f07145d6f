//! Disposable Debian hosts: the scripts of `tests/harness` for tests.

mod testbed;

pub use testbed::{Flavour, Host, Testbed, left_out};
