//! The whole product on disposable Debian hosts. Needs root; where it can't run, `bin/test` says so at its end.

mod lantern;
