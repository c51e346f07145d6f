use std::time::Duration;

use common::message::Outcome;
use proptest::prelude::*;

use super::{Action, Event, Resumed, Rollout, Setup};
use crate::jobs::{Batch, HostState, Phase};

const SECOND: Duration = Duration::from_secs(1);

fn setup(prepare: bool, batch: Option<Batch>) -> Setup {
    Setup {
        prepare,
        batch,
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
    let (mut rollout, actions) =
        Rollout::new(setup(true, Some(Batch::Count(2))), Phase::Prepare, &hosts, Duration::ZERO);
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
    let (mut rollout, _) =
        Rollout::new(setup(false, Some(Batch::Count(1))), Phase::Apply, &hosts, Duration::ZERO);
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
    let mut setup = setup(true, Some(Batch::Count(1)));
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
    ]
}

/// What an onlooker of the actions knows.
struct Onlooker {
    states: Vec<HostState>,
    finishes: usize,
    changed_after_a_failed_preparation: bool,
}

impl Onlooker {
    fn see(&mut self, actions: &[Action], rollout: &Rollout) {
        for action in actions {
            match action {
                Action::Record { host, state, .. } => self.states[*host] = *state,
                Action::Finish => self.finishes += 1,
                Action::Send { host, phase: Phase::Apply } if self.states[*host].is_end() => {
                    self.changed_after_a_failed_preparation = true;
                }
                _ => {}
            }
        }
        let busy = |state: &&HostState| matches!(state, HostState::Sent | HostState::Running);
        assert_eq!(self.states.iter().filter(busy).count(), rollout.busy(), "records and machine agree");
        if rollout.phase() == Phase::Apply {
            assert!(rollout.busy() <= rollout.window(), "{} busy", rollout.busy());
        }
    }
}

proptest! {
    #[test]
    fn any_order_of_events_keeps_the_promises(
        connected in proptest::collection::vec(any::<bool>(), 1..8),
        prepare in any::<bool>(),
        count in 1usize..4,
        cancel_at in proptest::option::of(0usize..60),
        events in proptest::collection::vec((event(8), 0u64..90), 0..120),
    ) {
        let hosts: Vec<_> = connected.iter().map(|connected| queued(*connected)).collect();
        let phase = if prepare { Phase::Prepare } else { Phase::Apply };
        let mut now = Duration::ZERO;
        let setup = setup(prepare, Some(Batch::Count(count)));
        let (mut rollout, actions) = Rollout::new(setup, phase, &hosts, now);
        let mut onlooker = Onlooker {
            states: vec![HostState::Queued; hosts.len()],
            finishes: 0,
            changed_after_a_failed_preparation: false,
        };
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
        // From here on nobody says anything more: time alone ends the job.
        let mut ticks = 0;
        while let Some(due) = rollout.due() {
            now = now.max(due);
            let actions = rollout.handle(now, &Event::Tick);
            onlooker.see(&actions, &rollout);
            ticks += 1;
            prop_assert!(ticks < 1000, "it does not end");
        }
        prop_assert!(rollout.finished(), "{rollout:?}");
        prop_assert_eq!(onlooker.finishes, 1);
        prop_assert!(!onlooker.changed_after_a_failed_preparation);
        prop_assert!(onlooker.states.iter().all(|state| state.is_end()), "{:?}", onlooker.states);
    }
}
