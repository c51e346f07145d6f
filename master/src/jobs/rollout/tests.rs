use std::time::Duration;

use common::message::Outcome;
use proptest::prelude::*;

use super::{Action, Event, Resumed, Rollout, Setup};
use crate::jobs::{FailureLimit, HostState, Offline, Phase};

const SECOND: Duration = Duration::from_secs(1);

fn setup(prepare: bool, batch: Option<&str>) -> Setup {
    Setup {
        prepare,
        batch: batch.map(|batch| batch.parse().unwrap()),
        canary: None,
        batch_wait: Duration::ZERO,
        hold: Duration::ZERO,
        max_failures: FailureLimit::Unlimited,
        verify: false,
        offline: Offline::Skip,
        expire: Duration::ZERO,
        until: None,
        paused: false,
        stopped: None,
        cancelled: false,
        timeout: Duration::from_secs(600),
        grace: Duration::ZERO,
        patience: Duration::from_secs(120),
    }
}

fn queued(connected: bool) -> Resumed {
    Resumed { state: HostState::Queued, phase: Phase::Prepare, prepared: false, connected }
}

fn sends(actions: &[Action]) -> Vec<(usize, Phase)> {
    let send = |action: &Action| match action {
        Action::Send { host, phase } => Some((*host, *phase)),
        _ => None,
    };
    actions.iter().filter_map(send).collect()
}

fn report(host: usize, prepare: bool, outcome: Outcome) -> Event {
    Event::Report { host, prepare, outcome }
}

fn states(rollout: &Rollout) -> Vec<HostState> {
    (0..).map_while(|host| rollout.state(host)).collect()
}

#[test]
fn prepares_everyone_then_slides_a_window() {
    let hosts = [queued(true); 4];
    let (mut rollout, actions) = Rollout::new(setup(true, Some("2")), Phase::Prepare, &hosts, Duration::ZERO);
    assert_eq!(sends(&actions), (0..4).map(|host| (host, Phase::Prepare)).collect::<Vec<_>>());
    for host in 0..3 {
        let actions = rollout.handle(SECOND, &report(host, true, Outcome::Succeeded));
        assert!(sends(&actions).is_empty());
    }
    let actions = rollout.handle(SECOND, &report(3, true, Outcome::Succeeded));
    assert_eq!(sends(&actions), [(0, Phase::Apply), (1, Phase::Apply)]);
    let actions = rollout.handle(SECOND, &report(1, false, Outcome::Failed));
    assert_eq!(sends(&actions), [(2, Phase::Apply)]);
    for host in [0, 2] {
        rollout.handle(SECOND, &report(host, false, Outcome::Succeeded));
    }
    let actions = rollout.handle(SECOND, &report(3, false, Outcome::Succeeded));
    assert_eq!(actions.last(), Some(&Action::Finish));
    use HostState::{Failed, Succeeded};
    assert_eq!(states(&rollout), [Succeeded, Failed, Succeeded, Succeeded]);
}

/// The master was started again: it sends the task once more, while the agent delivers the report that it has kept.
#[test]
fn what_is_said_of_a_preparation_that_went_well_changes_nothing() {
    let hosts = [queued(true), queued(true)];
    let (mut rollout, _) = Rollout::new(setup(true, None), Phase::Prepare, &hosts, Duration::ZERO);
    rollout.handle(SECOND, &report(0, true, Outcome::Succeeded));
    // "This agent has run the job before, and its report was stored."
    rollout.handle(SECOND, &report(0, true, Outcome::Lost));
    assert_eq!(states(&rollout), [HostState::Queued, HostState::Sent]);
    let actions = rollout.handle(SECOND, &report(1, true, Outcome::Succeeded));
    assert_eq!(sends(&actions), [(0, Phase::Apply), (1, Phase::Apply)]);
}

#[test]
fn a_tree_that_does_not_compile_ends_the_job_before_any_change() {
    let hosts = [queued(true), queued(true), queued(false)];
    let (mut rollout, _) = Rollout::new(setup(true, None), Phase::Prepare, &hosts, Duration::ZERO);
    rollout.handle(SECOND, &report(0, true, Outcome::NotCompiled));
    let actions = rollout.handle(SECOND, &report(1, true, Outcome::Succeeded));
    assert!(sends(&actions).is_empty());
    assert!(rollout.finished());
    assert_eq!(states(&rollout), [HostState::Failed, HostState::Cancelled, HostState::Unreachable]);
}

#[test]
fn a_host_that_drops_is_waited_for_and_then_given_up() {
    let hosts = [queued(true), queued(true)];
    let (mut rollout, _) = Rollout::new(setup(false, None), Phase::Apply, &hosts, Duration::ZERO);
    rollout.handle(SECOND, &Event::Started(0));
    rollout.handle(SECOND, &Event::Disconnected(0));
    rollout.handle(SECOND, &Event::Disconnected(1));
    // One comes back in time: its task is sent again, and the agent attaches to the worker that is still at it.
    let actions = rollout.handle(60 * SECOND, &Event::Connected(0));
    assert_eq!(sends(&actions), [(0, Phase::Apply)]);
    assert_eq!(rollout.due(), Some(121 * SECOND));
    rollout.handle(121 * SECOND, &Event::Tick);
    assert_eq!(states(&rollout), [HostState::Running, HostState::Unreachable]);
    // The other reports late, which counts.
    rollout.handle(130 * SECOND, &report(1, false, Outcome::Succeeded));
    let actions = rollout.handle(131 * SECOND, &report(0, false, Outcome::Succeeded));
    assert_eq!(actions.last(), Some(&Action::Finish));
    assert_eq!(states(&rollout), [HostState::Succeeded, HostState::Succeeded]);
}

#[test]
fn a_host_that_says_nothing_expires() {
    let (mut rollout, _) = Rollout::new(setup(false, None), Phase::Apply, &[queued(true)], Duration::ZERO);
    let due = rollout.due().unwrap();
    assert!(due > Duration::from_secs(600));
    let actions = rollout.handle(due, &Event::Tick);
    assert!(actions.contains(&Action::Kill { host: 0 }));
    assert_eq!(states(&rollout), [HostState::Expired]);
}

#[test]
fn a_host_that_repeats_itself_gets_no_more_time() {
    let start = || Rollout::new(setup(false, None), Phase::Apply, &[queued(true)], Duration::ZERO).0;
    let mut rollout = start();
    rollout.handle(SECOND, &Event::Waiting(0));
    let due = rollout.due();
    assert_eq!(due, Some((24 * 3600 + 1) * SECOND));
    rollout.handle(60 * SECOND, &Event::Waiting(0));
    assert_eq!(rollout.due(), due);
    rollout.handle(90 * SECOND, &Event::Started(0));
    let due = rollout.due();
    assert_eq!(due, Some((90 + 630) * SECOND));
    rollout.handle(600 * SECOND, &Event::Started(0));
    rollout.handle(601 * SECOND, &Event::Waiting(0));
    assert_eq!(rollout.due(), due);

    let mut rollout = start();
    rollout.handle(SECOND, &Event::Cancel);
    rollout.handle(2 * SECOND, &Event::Waiting(0));
    assert_eq!(rollout.due(), Some(31 * SECOND));
}

#[test]
fn cancelling_kills_the_busy_and_drops_the_rest() {
    let hosts = [queued(true), queued(true)];
    let (mut rollout, _) = Rollout::new(setup(false, Some("1")), Phase::Apply, &hosts, Duration::ZERO);
    let actions = rollout.handle(SECOND, &Event::Cancel);
    assert!(actions.contains(&Action::Kill { host: 0 }));
    assert!(!rollout.finished());
    rollout.handle(SECOND, &report(0, false, Outcome::Killed));
    assert_eq!(states(&rollout), [HostState::Cancelled, HostState::Cancelled]);
    assert!(rollout.finished());
}

#[test]
fn a_broken_stream_is_tried_again_but_not_for_ever() {
    let (mut rollout, _) = Rollout::new(setup(false, None), Phase::Apply, &[queued(true)], Duration::ZERO);
    let mut now = Duration::ZERO;
    for _ in 0..5 {
        assert!(sends(&rollout.handle(now, &Event::Broken(0))).is_empty());
        now = rollout.due().unwrap();
        assert_eq!(sends(&rollout.handle(now, &Event::Tick)), [(0, Phase::Apply)]);
    }
    rollout.handle(now, &Event::Broken(0));
    assert_eq!(states(&rollout), [HostState::Failed]);
}

#[test]
fn resumes_where_an_earlier_process_stopped() {
    let host = |state, prepared, connected| Resumed { state, phase: Phase::Apply, prepared, connected };
    let hosts = [
        host(HostState::Succeeded, true, false),
        host(HostState::Running, true, false),
        host(HostState::Queued, true, false),
    ];
    let mut setup = setup(true, Some("1"));
    setup.grace = 30 * SECOND;
    let (mut rollout, actions) = Rollout::new(setup, Phase::Apply, &hosts, Duration::ZERO);
    assert!(sends(&actions).is_empty());
    let actions = rollout.handle(SECOND, &Event::Connected(2));
    assert!(sends(&actions).is_empty(), "the one slot is taken by the host that was running");
    let actions = rollout.handle(SECOND, &Event::Connected(1));
    assert_eq!(sends(&actions), [(1, Phase::Apply)]);
    let actions = rollout.handle(SECOND, &report(1, false, Outcome::Succeeded));
    assert_eq!(sends(&actions), [(2, Phase::Apply)]);
}

fn begun(actions: &[Action]) -> Vec<usize> {
    sends(actions).into_iter().filter(|(_, phase)| *phase == Phase::Apply).map(|(host, _)| host).collect()
}

fn start(setup: Setup, hosts: &[Resumed]) -> (Rollout, Vec<Action>) {
    let phase = if setup.prepare { Phase::Prepare } else { Phase::Apply };
    Rollout::new(setup, phase, hosts, Duration::ZERO)
}

#[test]
fn waves_begin_one_after_the_other() {
    let mut setup = setup(false, Some("1,50%,100%"));
    setup.hold = 60 * SECOND;
    let (mut rollout, actions) = start(setup, &[queued(true); 4]);
    assert_eq!(begun(&actions), [0]);
    assert!(actions.contains(&Action::Wave { number: 1, of: 3, reach: 1 }), "{actions:?}");
    assert!(begun(&rollout.handle(SECOND, &report(0, false, Outcome::Succeeded))).is_empty());
    assert_eq!(rollout.due(), Some(61 * SECOND));
    assert_eq!(begun(&rollout.handle(61 * SECOND, &Event::Tick)), [1]);
    rollout.handle(62 * SECOND, &report(1, false, Outcome::Succeeded));
    assert_eq!(begun(&rollout.handle(122 * SECOND, &Event::Tick)), [2, 3]);
}

#[test]
fn a_failed_canary_ends_the_job() {
    let mut setup = setup(false, Some("10"));
    setup.canary = Some(2);
    let (mut rollout, actions) = start(setup, &[queued(true); 5]);
    assert_eq!(begun(&actions), [0, 1]);
    let actions = rollout.handle(SECOND, &report(0, false, Outcome::Failed));
    let stopped =
        |action: &Action| matches!(action, Action::Stopped { reason } if reason.contains("no canary may"));
    assert!(actions.iter().any(stopped), "{actions:?}");
    // The other canary is at work and is left to end.
    assert!(!rollout.finished());
    rollout.handle(SECOND, &report(1, false, Outcome::Succeeded));
    assert!(rollout.finished());
    use HostState::{Cancelled, Failed, Succeeded};
    assert_eq!(states(&rollout), [Failed, Succeeded, Cancelled, Cancelled, Cancelled]);
}

#[test]
fn one_that_comes_late_does_not_begin_in_a_job_that_has_stopped() {
    let mut setup = setup(true, None);
    setup.canary = Some(1);
    setup.offline = Offline::Wait;
    setup.expire = 3600 * SECOND;
    let (mut rollout, _) = start(setup, &[queued(true), queued(false)]);
    assert_eq!(begun(&rollout.handle(SECOND, &report(0, true, Outcome::Succeeded))), [0]);
    assert_eq!(sends(&rollout.handle(2 * SECOND, &Event::Connected(1))), [(1, Phase::Prepare)]);
    rollout.handle(3 * SECOND, &report(0, false, Outcome::Failed));
    rollout.handle(4 * SECOND, &report(1, true, Outcome::Succeeded));
    assert_eq!(states(&rollout), [HostState::Failed, HostState::Cancelled]);
    assert!(rollout.finished());
}

#[test]
fn a_wave_left_alone_long_enough_waits_for_the_operator_in_peace() {
    let mut setup = setup(false, Some("1"));
    setup.hold = 10 * SECOND;
    let (mut rollout, _) = start(setup, &[queued(true); 2]);
    rollout.handle(SECOND, &report(0, false, Outcome::Succeeded));
    rollout.handle(2 * SECOND, &Event::Pause);
    rollout.handle(11 * SECOND, &Event::Tick);
    assert_eq!(rollout.due(), None, "nothing is due while it is paused");
    assert_eq!(begun(&rollout.handle(60 * SECOND, &Event::Resume)), [1]);
}

#[test]
fn takes_up_a_job_that_was_called_off() {
    let host = |state| Resumed { state, phase: Phase::Apply, prepared: true, connected: false };
    let mut setup = setup(true, None);
    setup.cancelled = true;
    setup.grace = 30 * SECOND;
    let (mut rollout, _) = start(setup, &[host(HostState::Running), host(HostState::Queued)]);
    assert_eq!(states(&rollout), [HostState::Running, HostState::Cancelled]);
    let actions = rollout.handle(SECOND, &Event::Connected(0));
    assert!(actions.contains(&Action::Kill { host: 0 }), "{actions:?}");
    rollout.handle(2 * SECOND, &report(0, false, Outcome::Killed));
    assert!(rollout.finished());
}

#[test]
fn too_many_failures_stop_the_rest() {
    let mut setup = setup(false, Some("1"));
    setup.max_failures = FailureLimit::Count(1);
    let (mut rollout, _) = start(setup, &[queued(true); 5]);
    assert_eq!(begun(&rollout.handle(SECOND, &report(0, false, Outcome::Failed))), [1]);
    let actions = rollout.handle(SECOND, &report(1, false, Outcome::TimedOut));
    let reason = "the rollout stopped: 2 of 2 hosts had failed, and at most 1 may (--max-failures 1)";
    assert!(actions.contains(&Action::Stopped { reason: reason.into() }), "{actions:?}");
    assert!(rollout.finished());
}

#[test]
fn a_failure_among_the_last_hosts_stops_nobody() {
    let mut setup = setup(false, None);
    setup.max_failures = FailureLimit::Count(0);
    let (mut rollout, _) = start(setup, &[queued(true); 2]);
    let actions = rollout.handle(SECOND, &report(0, false, Outcome::Failed));
    assert!(!actions.iter().any(|action| matches!(action, Action::Stopped { .. })));
}

#[test]
fn a_wave_is_good_only_when_it_is_verified() {
    let mut setup = setup(false, Some("2"));
    setup.verify = true;
    setup.max_failures = FailureLimit::Count(0);
    let (mut rollout, actions) = start(setup, &[queued(true); 4]);
    assert_eq!(begun(&actions), [0, 1]);
    rollout.handle(SECOND, &report(0, false, Outcome::Succeeded));
    let actions = rollout.handle(SECOND, &report(1, false, Outcome::Succeeded));
    assert!(actions.contains(&Action::Verify { hosts: vec![0, 1] }), "{actions:?}");
    assert!(begun(&actions).is_empty());
    rollout.handle(SECOND, &Event::Verified { host: 0, fault: None });
    let actions = rollout.handle(SECOND, &Event::Verified { host: 1, fault: Some("port closed".into()) });
    assert!(actions.iter().any(|action| matches!(action, Action::Stopped { .. })));
    use HostState::{Cancelled, Failed, Succeeded};
    assert_eq!(states(&rollout), [Succeeded, Failed, Cancelled, Cancelled]);
}

#[test]
fn a_place_stays_empty_for_a_while() {
    let mut setup = setup(false, Some("1"));
    setup.batch_wait = 10 * SECOND;
    let (mut rollout, _) = start(setup, &[queued(true); 2]);
    assert!(begun(&rollout.handle(SECOND, &report(0, false, Outcome::Succeeded))).is_empty());
    assert_eq!(rollout.due(), Some(11 * SECOND));
    assert_eq!(begun(&rollout.handle(11 * SECOND, &Event::Tick)), [1]);
}

#[test]
fn a_host_that_comes_back_in_time_still_gets_the_job() {
    let mut setup = setup(true, None);
    setup.offline = Offline::Wait;
    setup.expire = 3600 * SECOND;
    let (mut rollout, actions) = start(setup, &[queued(true), queued(false), queued(false)]);
    assert_eq!(sends(&actions), [(0, Phase::Prepare)]);
    // Nobody waits for the two that are away.
    assert_eq!(begun(&rollout.handle(SECOND, &report(0, true, Outcome::Succeeded))), [0]);
    rollout.handle(SECOND, &report(0, false, Outcome::Succeeded));
    assert!(!rollout.finished());
    assert_eq!(sends(&rollout.handle(60 * SECOND, &Event::Connected(1))), [(1, Phase::Prepare)]);
    assert_eq!(begun(&rollout.handle(61 * SECOND, &report(1, true, Outcome::Succeeded))), [1]);
    rollout.handle(62 * SECOND, &report(1, false, Outcome::Succeeded));
    assert_eq!(rollout.due(), Some(3600 * SECOND));
    rollout.handle(3600 * SECOND, &Event::Tick);
    use HostState::{Succeeded, Unreachable};
    assert_eq!(states(&rollout), [Succeeded, Succeeded, Unreachable]);
    assert!(rollout.finished());
}

#[test]
fn nobody_begins_while_one_is_away_where_that_is_wanted() {
    for prepare in [true, false] {
        let mut setup = setup(prepare, None);
        setup.offline = Offline::Fail;
        let (rollout, actions) = start(setup, &[queued(true), queued(false)]);
        assert!(sends(&actions).is_empty());
        assert_eq!(states(&rollout), [HostState::Cancelled, HostState::Unreachable]);
        assert!(rollout.finished());
    }
}

#[test]
fn a_paused_job_begins_nothing_and_goes_on() {
    let (mut rollout, _) = start(setup(false, Some("1")), &[queued(true); 2]);
    rollout.handle(SECOND, &Event::Pause);
    assert!(begun(&rollout.handle(SECOND, &report(0, false, Outcome::Succeeded))).is_empty());
    assert_eq!(rollout.due(), None);
    assert_eq!(begun(&rollout.handle(9 * SECOND, &Event::Resume)), [1]);
}

#[test]
fn the_jobs_time_ends_everything() {
    let mut setup = setup(false, Some("1"));
    setup.until = Some(30 * SECOND);
    let (mut rollout, _) = start(setup, &[queued(true); 2]);
    assert_eq!(rollout.due(), Some(30 * SECOND));
    let actions = rollout.handle(30 * SECOND, &Event::Tick);
    assert!(actions.contains(&Action::Kill { host: 0 }));
    rollout.handle(31 * SECOND, &report(0, false, Outcome::Killed));
    assert_eq!(states(&rollout), [HostState::Expired, HostState::Cancelled]);
    assert!(rollout.finished());
}

#[test]
fn reconnecting_gives_no_more_time() {
    let (mut rollout, _) = start(setup(false, None), &[queued(true)]);
    rollout.handle(SECOND, &Event::Started(0));
    let due = rollout.due();
    for second in 2..50 {
        rollout.handle(second * SECOND, &Event::Disconnected(0));
        rollout.handle(second * SECOND, &Event::Connected(0));
    }
    assert_eq!(rollout.due(), due);
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Succeeded),
        1 => Just(Outcome::Failed),
        1 => Just(Outcome::NotCompiled),
        1 => Just(Outcome::TimedOut),
        1 => Just(Outcome::Killed),
        1 => Just(Outcome::Lost),
    ]
}

fn event(hosts: usize) -> impl Strategy<Value = Event> {
    let host = 0..hosts + 1;
    prop_oneof![
        3 => host.clone().prop_map(Event::Connected),
        2 => host.clone().prop_map(Event::Disconnected),
        1 => host.clone().prop_map(Event::Waiting),
        3 => host.clone().prop_map(Event::Started),
        1 => host.clone().prop_map(Event::Broken),
        8 => (host, any::<bool>(), outcome())
            .prop_map(|(host, prepare, outcome)| Event::Report { host, prepare, outcome }),
        1 => Just(Event::Tick),
        1 => Just(Event::Pause),
        1 => Just(Event::Resume),
        2 => (0..hosts, any::<bool>())
            .prop_map(|(host, good)| Event::Verified { host, fault: (!good).then(|| "bad".into()) }),
    ]
}

/// What an onlooker of the actions knows.
struct Onlooker {
    states: Vec<HostState>,
    begun: Vec<bool>,
    /// Hosts whose verification was asked for.
    asked: Vec<usize>,
    finishes: usize,
    stopped: bool,
    begun_after_stop: usize,
}

impl Onlooker {
    fn of(hosts: usize) -> Self {
        Self {
            states: vec![HostState::Queued; hosts],
            begun: vec![false; hosts],
            asked: Vec::new(),
            finishes: 0,
            stopped: false,
            begun_after_stop: 0,
        }
    }

    fn see(&mut self, actions: &[Action], rollout: &Rollout) {
        for action in actions {
            match action {
                Action::Record { host, state, .. } => self.states[*host] = *state,
                Action::Finish => self.finishes += 1,
                Action::Stopped { .. } => self.stopped = true,
                Action::Verify { hosts } => self.asked.extend(hosts),
                Action::Send { host, phase: Phase::Apply } => {
                    assert!(!self.states[*host].is_end(), "a host that has ended is sent its task");
                    let again = std::mem::replace(&mut self.begun[*host], true);
                    self.begun_after_stop += usize::from(self.stopped && !again);
                }
                _ => {}
            }
        }
        let busy = |state: &&HostState| matches!(state, HostState::Sent | HostState::Running);
        assert_eq!(self.states.iter().filter(busy).count(), rollout.busy(), "records and machine agree");
        assert_eq!(rollout.tally, super::tally::Tally::of(&rollout.hosts), "counts and hosts agree");
        assert_eq!(rollout.agenda, super::agenda::Agenda::of(&rollout.hosts), "moments and hosts agree");
        if rollout.phase() == Phase::Apply {
            // One that comes late prepares beside the wave: that changes nothing.
            let changing =
                rollout.hosts.iter().filter(|host| host.is_busy() && host.phase == Phase::Apply).count();
            assert!(changing <= rollout.window(), "{changing} at work");
        }
    }
}

/// Any setup that a job may have.
fn any_setup() -> impl Strategy<Value = Setup> {
    let batch = prop_oneof![
        Just(None),
        Just(Some("1")),
        Just(Some("2")),
        Just(Some("50%")),
        Just(Some("1,50%,100%"))
    ];
    let limit = prop_oneof![
        Just(FailureLimit::Unlimited),
        Just(FailureLimit::Percent(10)),
        (0usize..3).prop_map(FailureLimit::Count)
    ];
    let offline = prop_oneof![Just(Offline::Skip), Just(Offline::Wait), Just(Offline::Fail)];
    let seconds = || {
        (0u64..100)
            .prop_map(|seconds| if seconds < 50 { Duration::ZERO } else { Duration::from_secs(seconds) })
    };
    let until = proptest::option::of(100u64..5000);
    let canary = proptest::option::of(1usize..4);
    (any::<bool>(), batch, limit, offline, any::<bool>(), seconds(), seconds(), seconds(), until, canary)
        .prop_map(
            |(prepare, batch, max_failures, offline, verify, batch_wait, hold, grace, until, canary)| Setup {
                max_failures,
                offline,
                verify,
                batch_wait,
                hold,
                grace,
                canary,
                expire: 900 * SECOND,
                until: until.map(Duration::from_secs),
                ..setup(prepare, batch)
            },
        )
}

proptest! {
    #[test]
    fn any_order_of_events_keeps_the_promises(
        connected in proptest::collection::vec(any::<bool>(), 1..8),
        setup in any_setup(),
        cancel_at in proptest::option::of(0usize..200),
        events in proptest::collection::vec((event(8), 0u64..90), 0..120),
    ) {
        let hosts: Vec<_> = connected.iter().map(|connected| queued(*connected)).collect();
        let mut now = Duration::ZERO;
        let limit = setup.max_failures;
        let (mut rollout, actions) = start(setup, &hosts);
        let mut onlooker = Onlooker::of(hosts.len());
        onlooker.see(&actions, &rollout);
        for (index, (event, seconds)) in events.iter().enumerate() {
            now += Duration::from_secs(*seconds);
            if cancel_at == Some(index) {
                let actions = rollout.handle(now, &Event::Cancel);
                onlooker.see(&actions, &rollout);
            }
            let actions = rollout.handle(now, event);
            onlooker.see(&actions, &rollout);
        }
        // From here on nobody says anything more, but for what the master itself answers: time alone ends the job.
        let actions = rollout.handle(now, &Event::Resume);
        onlooker.see(&actions, &rollout);
        let mut ticks = 0;
        while !rollout.finished() {
            let event = match (onlooker.asked.pop(), rollout.due()) {
                (Some(host), _) => Event::Verified { host, fault: None },
                (None, Some(due)) => {
                    now = now.max(due);
                    Event::Tick
                }
                (None, None) => break,
            };
            let actions = rollout.handle(now, &event);
            onlooker.see(&actions, &rollout);
            ticks += 1;
            prop_assert!(ticks < 1000, "it does not end");
        }
        prop_assert!(rollout.finished(), "{rollout:?}");
        prop_assert_eq!(onlooker.finishes, 1);
        prop_assert!(onlooker.states.iter().all(|state| state.is_end()), "{:?}", onlooker.states);
        prop_assert!(limit == FailureLimit::Unlimited || onlooker.begun_after_stop == 0);
    }
}
