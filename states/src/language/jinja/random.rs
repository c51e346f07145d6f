//! Choices that look random and are the same on every run of one host: else each run would find something to change.

use std::hash::{Hash, Hasher};

use fastrand::Rng;
use minijinja::State;

/// A generator for one call in a template: the host, the template and the call decide its numbers.
pub(super) fn generator(state: &mut State, host: &str, call: &str) -> Rng {
    let template = state.name().to_owned();
    let calls = state.get_or_insert_extension(Calls::default());
    calls.0 += 1;
    let mut hasher = Fnv::default();
    (host, &template, call, calls.0).hash(&mut hasher);
    Rng::with_seed(hasher.finish())
}

/// How many calls one rendering has made.
#[derive(Default)]
struct Calls(u64);

/// FNV-1a: the standard library's hasher may change from one release to the next.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
