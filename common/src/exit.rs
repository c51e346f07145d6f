//! The exit codes of both programs. They are part of the interface: scripts test for them.

/// Everything asked for was done.
pub const SUCCESS: u8 = 0;

/// A state, a function or a command failed, on this host or on some host.
pub const FAILED: u8 = 1;

/// The command line or the configuration is wrong. Nothing was done. (The argument parser itself uses this code.)
pub const USAGE: u8 = 2;

/// There is no such function, where a program stands in for `salt-call`.
pub const SALT_NO_FUNCTION: u8 = 255;

/// Some hosts never answered; those that did had no failure.
pub const NO_ANSWER: u8 = 3;

/// The state tree does not compile. Nothing was changed.
pub const NOT_COMPILED: u8 = 4;

/// The target matches no host. Nothing was done.
pub const NOTHING_MATCHED: u8 = 5;

/// The program itself could not work: no daemon at the socket, a full disk, a port that is taken.
pub const ERROR: u8 = 6;
