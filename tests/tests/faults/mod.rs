//! Whatever dies, hangs or fills up in the middle of a job: the ledger is complete, and nothing has run twice.
//!
//! `FAULTS_LONG=1` makes the suite longer: more points at which the master is killed, longer partitions.

mod disks;
mod hosts;
mod kills;
mod storms;

use std::collections::BTreeMap;
use std::fs;

use tests::fleet::Fleet;

/// Whether the long version is wanted.
fn is_long() -> bool {
    std::env::var_os("FAULTS_LONG").is_some()
}

/// So many ids, in the ledger's order.
fn ids(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("fp-{number:02}")).collect()
}

/// A fleet with these agents connected.
fn fleet(ids: &[String]) -> Fleet {
    Fleet::of(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A state that writes down which job it runs in, and takes a moment.
fn work(fleet: &Fleet) {
    fleet.tree(
        "work.sls",
        "work:\n  cmd.run:\n    - name: echo $LANTERN_JID >> {{ grains['root'] }}/runs; sleep 0.2\n",
    );
}

/// The jobs that have run on a host, in their order.
fn runs(fleet: &Fleet, id: &str) -> Vec<String> {
    let text = fs::read_to_string(fleet.root(id, "runs")).unwrap_or_default();
    text.lines().map(Into::into).collect()
}

/// The ledger is complete, and agrees with what has really run: once where it says so, and never twice.
fn check(fleet: &Fleet, jid: &str, ids: &[String]) -> BTreeMap<String, String> {
    let states = fleet.ledger(jid, ids);
    for (id, state) in &states {
        let times = runs(fleet, id).iter().filter(|run| *run == jid).count();
        assert!(times <= 1, "{jid} ran {times} times on {id}");
        assert!(
            state != "succeeded" || times == 1,
            "{jid} has not run on {id}, and the ledger says that it has"
        );
    }
    states
}
