//! The mine: what hosts let each other know.

use common::message::{MineAnswer, MineWork};

/// Where the mine is asked: on a host with a master, the master.
pub trait Mine: Send + Sync {
    /// Does what is wanted of the mine.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    fn ask(&self, work: MineWork) -> Result<MineAnswer, String>;
}
