//! What becomes of a state, given how the states it names in its requisites ended: the table, without any I/O.

/// The kinds of requisites, in the order in which their targets are run before the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Require,
    RequireAny,
    Watch,
    WatchAny,
    Prereq,
    Onfail,
    OnfailAny,
    OnfailAll,
    Onchanges,
    OnchangesAny,
    /// The other side of `prereq`: the state is the target of one, and the states that have it run before.
    Prerequired,
}

impl Kind {
    /// The kind of that name; `None` for what does not order states (`listen`) and for what is no requisite.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "require" => Self::Require,
            "require_any" => Self::RequireAny,
            "watch" => Self::Watch,
            "watch_any" => Self::WatchAny,
            "prereq" => Self::Prereq,
            "onfail" => Self::Onfail,
            "onfail_any" => Self::OnfailAny,
            "onfail_all" => Self::OnfailAll,
            "onchanges" => Self::Onchanges,
            "onchanges_any" => Self::OnchangesAny,
            _ => return None,
        })
    }

    /// For a function without `mod_watch`, a watch is a require.
    pub(super) fn without_watch(self) -> Self {
        match self {
            Self::Watch => Self::Require,
            Self::WatchAny => Self::RequireAny,
            kind => kind,
        }
    }

    /// Whether one good target is enough. Several targets of `onfail` mean any of them, too.
    fn is_any(self) -> bool {
        matches!(
            self,
            Self::RequireAny | Self::WatchAny | Self::Onfail | Self::OnfailAny | Self::OnchangesAny
        )
    }
}

/// How a target ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Its result.
    pub(super) result: Option<bool>,
    /// Whether it changed something (or would, in a dry run).
    pub(super) changed: bool,
    /// Whether it was run at all: `false` when its own `onfail` or `onchanges` was not met.
    pub(super) ran: bool,
}

/// What becomes of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It runs.
    Run,
    /// It runs, and when it changes nothing itself, its `mod_watch` runs.
    RunWatching,
    /// It fails, because a target failed.
    Fail,
    /// It is skipped: no target of its `prereq` would change anything.
    NothingToPrepare,
    /// It is skipped: no target of its `onfail` failed.
    NothingFailed,
    /// It is skipped: no target of its `onchanges` changed anything.
    NothingChanged,
}

/// What one kind of requisite says, from all its targets.
#[derive(Clone, Copy, Default)]
struct Says {
    fail: bool,
    met: bool,
    change: bool,
    /// `prereq`: a target would change.
    prepare: bool,
    /// `prereq`: a target would not.
    nothing_to_prepare: bool,
    /// `onfail`: a target is fine.
    fine: bool,
    /// `onchanges`: a target changed.
    changed: bool,
    /// `onchanges`: a target did not.
    unchanged: bool,
}

/// Decides. `requisites` has each kind at most once, with how each of its targets ended.
pub(super) fn verdict(requisites: &[(Kind, Vec<Ended>)]) -> Verdict {
    let says = requisites.iter().map(|(kind, targets)| weigh(*kind, targets)).fold(Says::default(), Says::or);
    if says.fail {
        Verdict::Fail
    } else if says.nothing_to_prepare && !says.prepare {
        Verdict::NothingToPrepare
    } else if says.nothing_to_prepare {
        Verdict::Run
    } else if says.fine && !says.changed {
        Verdict::NothingFailed
    } else if says.unchanged && !says.changed {
        Verdict::NothingChanged
    } else if says.change {
        Verdict::RunWatching
    } else if says.fine {
        Verdict::NothingFailed
    } else {
        Verdict::Run
    }
}

fn weigh(kind: Kind, targets: &[Ended]) -> Says {
    let mut says = targets.iter().map(|target| one(kind, *target)).fold(Says::default(), Says::or);
    if kind.is_any() {
        if says.met || says.change {
            says.fail = false;
        }
        if says.changed {
            says.unchanged = false;
            says.fail = false;
        }
        if says.met {
            says.fine = false;
        }
    }
    says
}

fn one(kind: Kind, target: Ended) -> Says {
    let none = Says::default();
    let met = Says { met: target.ran, ..none };
    match kind {
        Kind::Onfail | Kind::OnfailAny | Kind::OnfailAll if target.result == Some(true) => {
            Says { fine: true, ..none }
        }
        Kind::Onfail | Kind::OnfailAny | Kind::OnfailAll => met,
        _ if target.result == Some(false) => Says { fail: true, ..none },
        Kind::Onchanges | Kind::OnchangesAny if target.changed => Says { changed: true, ..none },
        Kind::Onchanges | Kind::OnchangesAny => Says { unchanged: true, ..none },
        Kind::Watch | Kind::WatchAny if target.changed => Says { change: true, ..none },
        Kind::Prereq if target.result.is_none() => Says { prepare: true, ..met },
        Kind::Prereq => Says { nothing_to_prepare: true, ..none },
        Kind::Require | Kind::RequireAny | Kind::Watch | Kind::WatchAny | Kind::Prerequired => met,
    }
}

impl Says {
    fn or(self, other: Self) -> Self {
        Self {
            fail: self.fail || other.fail,
            met: self.met || other.met,
            change: self.change || other.change,
            prepare: self.prepare || other.prepare,
            nothing_to_prepare: self.nothing_to_prepare || other.nothing_to_prepare,
            fine: self.fine || other.fine,
            changed: self.changed || other.changed,
            unchanged: self.unchanged || other.unchanged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Fail, NothingChanged, NothingFailed, NothingToPrepare, Run, RunWatching};
    use super::*;

    const CLEAN: Ended = Ended { result: Some(true), changed: false, ran: true };
    const CHANGED: Ended = Ended { result: Some(true), changed: true, ran: true };
    const WOULD: Ended = Ended { result: None, changed: true, ran: true };
    const FAILED: Ended = Ended { result: Some(false), changed: false, ran: true };
    const SKIPPED: Ended = Ended { result: Some(true), changed: false, ran: false };

    fn with(kind: Kind, targets: &[Ended]) -> Verdict {
        verdict(&[(kind, targets.to_vec())])
    }

    #[test]
    fn one_target() {
        let table = [
            (Kind::Require, [Run, Run, Fail, Run]),
            (Kind::RequireAny, [Run, Run, Fail, Run]),
            (Kind::Watch, [Run, RunWatching, Fail, Run]),
            (Kind::WatchAny, [Run, RunWatching, Fail, Run]),
            (Kind::Onchanges, [NothingChanged, Run, Fail, NothingChanged]),
            (Kind::OnchangesAny, [NothingChanged, Run, Fail, NothingChanged]),
            (Kind::Onfail, [NothingFailed, NothingFailed, Run, NothingFailed]),
            (Kind::OnfailAny, [NothingFailed, NothingFailed, Run, NothingFailed]),
            (Kind::OnfailAll, [NothingFailed, NothingFailed, Run, NothingFailed]),
            (Kind::Prerequired, [Run, Run, Fail, Run]),
        ];
        for (kind, expected) in table {
            let found = [CLEAN, CHANGED, FAILED, SKIPPED].map(|target| with(kind, &[target]));
            assert_eq!(found, expected, "{kind:?}");
        }
        assert_eq!(verdict(&[]), Run);
    }

    #[test]
    fn prereq_looks_at_the_dry_run_of_its_target() {
        assert_eq!(with(Kind::Prereq, &[WOULD]), Run);
        assert_eq!(with(Kind::Prereq, &[CLEAN]), NothingToPrepare);
        assert_eq!(with(Kind::Prereq, &[FAILED]), Fail);
        assert_eq!(with(Kind::Prereq, &[CLEAN, WOULD]), Run);
        assert_eq!(with(Kind::Prereq, &[WOULD, FAILED]), Fail);
    }

    #[test]
    fn any_needs_one_good_target_and_all_needs_each() {
        assert_eq!(with(Kind::RequireAny, &[FAILED, CLEAN]), Run);
        assert_eq!(with(Kind::RequireAny, &[FAILED, SKIPPED]), Fail, "a skipped state proves nothing");
        assert_eq!(with(Kind::Require, &[FAILED, CLEAN]), Fail);
        assert_eq!(with(Kind::WatchAny, &[FAILED, CHANGED]), RunWatching);
        assert_eq!(with(Kind::Watch, &[CLEAN, CHANGED]), RunWatching);
        assert_eq!(with(Kind::OnchangesAny, &[FAILED, CHANGED]), Run);
        assert_eq!(with(Kind::Onchanges, &[CLEAN, CHANGED]), Run);
        assert_eq!(with(Kind::Onchanges, &[FAILED, CHANGED]), Fail);
        assert_eq!(with(Kind::Onfail, &[CLEAN, FAILED]), Run);
        assert_eq!(with(Kind::OnfailAll, &[CLEAN, FAILED]), NothingFailed);
        assert_eq!(with(Kind::OnfailAll, &[FAILED, FAILED]), Run);
    }

    #[test]
    fn kinds_together() {
        let both = |left: (Kind, Ended), right: (Kind, Ended)| {
            verdict(&[(left.0, vec![left.1]), (right.0, vec![right.1])])
        };
        assert_eq!(both((Kind::Require, FAILED), (Kind::Onchanges, CLEAN)), Fail, "a failure beats a skip");
        assert_eq!(both((Kind::Watch, CHANGED), (Kind::Onchanges, CLEAN)), NothingChanged);
        assert_eq!(both((Kind::Require, CLEAN), (Kind::Onfail, FAILED)), Run);
        assert_eq!(both((Kind::Onfail, CLEAN), (Kind::Onchanges, CLEAN)), NothingFailed);
        assert_eq!(both((Kind::Watch, CHANGED), (Kind::Prereq, WOULD)), RunWatching);
        assert_eq!(both((Kind::Watch, CHANGED), (Kind::Prereq, CLEAN)), NothingToPrepare);
    }

    #[test]
    fn a_dry_run_counts_predicted_changes() {
        assert_eq!(with(Kind::Require, &[WOULD]), Run);
        assert_eq!(with(Kind::Watch, &[WOULD]), RunWatching);
        assert_eq!(with(Kind::Onchanges, &[WOULD]), Run);
        assert_eq!(with(Kind::Onfail, &[WOULD]), Run);
    }
}
