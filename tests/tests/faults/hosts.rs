//! Real hosts whose power, link or disk fails.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use tests::fleet::{Fleet, PATIENCE, agent_program};
use tests::harness::{Flavour, Host, Testbed};
use tests::wait::until_true;

use super::is_long;
use crate::realhosts::{PROGRAMS, install_agent, start_agent};

const IDS: [&str; 3] = ["fp-1", "fp-2", "fp-3"];

fn ids() -> Vec<String> {
    IDS.map(String::from).into()
}

/// A state that writes down which job it runs in, and waits for a gate that is closed again afterwards.
const WORK: &str = "work:\n  cmd.run:\n    - name: echo $LANTERN_JID >> /var/lib/runs; for i in $(seq 6000); do test -e \
                    /run/gate && exit 0; sleep 0.05; done; exit 1\n";

struct Stage<'a> {
    testbed: &'a Testbed,
    fleet: &'a Fleet,
}

impl Stage<'_> {
    /// Starts the job and waits until every host is in the middle of it.
    fn in_the_middle(&self, words: &[&str]) -> String {
        self.fleet.wait_connected(IDS.len());
        for host in self.testbed.hosts() {
            host.shell("rm -f /run/gate").code(0).done();
        }
        let words = [&["apply", "work", "--detach", "--max-failures", "unlimited"], words].concat();
        let jid = self.fleet.master(&words).ok().trim().to_owned();
        for host in self.testbed.hosts() {
            until_true("the job to begin on every host", PATIENCE, || self.times(&host, &jid) == 1);
        }
        jid
    }

    fn open_gates(&self) {
        for host in self.testbed.hosts() {
            host.shell("touch /run/gate").code(0).done();
        }
    }

    fn times(&self, host: &Host<'_>, jid: &str) -> usize {
        host.shell("cat /var/lib/runs 2> /dev/null || :").ok().lines().filter(|run| *run == jid).count()
    }

    /// The job ends, with these states, and has run once everywhere.
    fn ends(&self, jid: &str, wanted: [&str; 3]) {
        self.fleet.wait_ended(jid);
        let states = self.fleet.ledger(jid, &ids());
        assert_eq!(states.values().collect::<Vec<_>>(), wanted, "{jid}");
        for host in self.testbed.hosts() {
            assert_eq!(self.times(&host, jid), 1, "{jid} on {}", host.name);
        }
    }
}

const ALL_WELL: [&str; 3] = ["succeeded"; 3];

/// Has three hosts under a master, and plays a scene on them.
fn on_hosts(name: &str, scene: impl FnOnce(&Stage<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(agent_program(), folder.path().join("agent")).unwrap();
    let flavours = [Flavour::Systemd, Flavour::Sysvinit, Flavour::Systemd];
    let Some(testbed) = Testbed::up(name, &flavours, &[(folder.path(), PROGRAMS)]) else { return };
    let listen: SocketAddr = format!("{}:4505", testbed.master_address()).parse().unwrap();
    let fleet = Fleet::on(listen, testbed.at_master(), &["--auto-accept"]);
    fleet.tree("work.sls", WORK);
    for (host, id) in testbed.hosts().zip(IDS) {
        install_agent(&host, id, listen);
    }
    fleet.wait_connected(IDS.len());
    scene(&Stage { testbed: &testbed, fleet: &fleet });
}

#[test]
fn links_disks_and_power_fail() {
    on_hosts("faults::hosts::links_disks_and_power_fail", |stage| {
        bad_links(stage);
        a_partition(stage);
        a_frozen_host(stage);
        a_full_disk(stage);
        a_spool_that_cannot_be_written(stage);
        a_power_cut(stage);
    });
}

/// Packets that are lost, late, doubled and out of order.
fn bad_links(stage: &Stage<'_>) {
    let first = stage.testbed.host(1);
    for percent in ["5", "20"] {
        first.fault(&["loss", percent]).code(0).done();
        let jid = stage.in_the_middle(&[]);
        stage.open_gates();
        stage.ends(&jid, ALL_WELL);
    }
    first.fault(&["loss", "0"]).code(0).done();
    let second = stage.testbed.host(2);
    // 200 ms, 50 of jitter, 1 % lost, 5 % doubled, 10 % out of order.
    second.fault(&["delay", "200", "50", "1", "5", "10"]).code(0).done();
    let jid = stage.in_the_middle(&[]);
    stage.open_gates();
    stage.ends(&jid, ALL_WELL);
    second.fault(&["delay", "off"]).code(0).done();
}

/// A cable that is out for a while: shorter than the silence that ends a connection, and in the long version also longer.
fn a_partition(stage: &Stage<'_>) {
    let host = stage.testbed.host(1);
    for seconds in if is_long() { vec![5, 60] } else { vec![5] } {
        let jid = stage.in_the_middle(&[]);
        host.fault(&["link", "down"]).code(0).done();
        stage.open_gates();
        // The length of the fault, not a wait for anything.
        std::thread::sleep(Duration::from_secs(seconds));
        host.fault(&["link", "up"]).code(0).done();
        stage.ends(&jid, ALL_WELL);
    }
    // Longer than the job waits: it is given up, and counts when it comes back.
    let jid = stage.in_the_middle(&["--timeout", "15"]);
    host.fault(&["link", "down"]).code(0).done();
    stage.open_gates();
    stage.fleet.wait_ended(&jid);
    let states = stage.fleet.ledger(&jid, &ids());
    assert!(["unreachable", "expired"].contains(&states["fp-1"].as_str()), "{states:?}");
    host.fault(&["link", "up"]).code(0).done();
    until_true("the late report to count", PATIENCE, || {
        stage.fleet.ledger(&jid, &ids())["fp-1"] == "succeeded"
    });
    stage.ends(&jid, ALL_WELL);
}

fn a_frozen_host(stage: &Stage<'_>) {
    let host = stage.testbed.host(3);
    let jid = stage.in_the_middle(&["--timeout", "15"]);
    host.fault(&["freeze"]).code(0).done();
    for host in [stage.testbed.host(1), stage.testbed.host(2)] {
        host.shell("touch /run/gate").code(0).done();
    }
    stage.fleet.wait_ended(&jid);
    host.fault(&["thaw"]).code(0).done();
    let states = stage.fleet.ledger(&jid, &ids());
    assert_eq!((states["fp-1"].as_str(), states["fp-2"].as_str()), ("succeeded", "succeeded"));
    assert!(["unreachable", "expired"].contains(&states["fp-3"].as_str()), "{states:?}");
    // Its time was over while it stood still.
    until_true("the worker to be killed", PATIENCE, || {
        host.shell("pgrep -f '[a]gent work' || echo none").ok().contains("none")
    });
}

fn a_full_disk(stage: &Stage<'_>) {
    let host = stage.testbed.host(1);
    stage.fleet.wait_connected(IDS.len());
    host.fault(&["disk", "full"]).code(0).done();
    let jid = stage.fleet.master(&["apply", "work", "--detach", "--max-failures", "unlimited"]).ok();
    let jid = jid.trim();
    for host in [stage.testbed.host(2), stage.testbed.host(3)] {
        host.shell("touch /run/gate").code(0).done();
    }
    stage.fleet.wait_ended(jid);
    let states = stage.fleet.ledger(jid, &ids());
    assert_eq!(states["fp-1"], "failed", "{states:?}");
    stage.fleet.master(&["jobs", "show", jid]).code(1).says("No space left").done();
    host.fault(&["disk", "ok"]).code(0).done();
    let jid = stage.in_the_middle(&[]);
    stage.open_gates();
    stage.ends(&jid, ALL_WELL);
}

fn a_spool_that_cannot_be_written(stage: &Stage<'_>) {
    const SPOOL: &str = "/var/lib/lantern/agent/jobs";
    let host = stage.testbed.host(2);
    host.shell(&format!("mount --bind {SPOOL} {SPOOL} && mount -o remount,bind,ro {SPOOL}")).code(0).done();
    let ran = stage.fleet.master(&["apply", "work", "--target", "fp-2"]);
    ran.code(1).says("Read-only file system").done();
    host.shell(&format!("umount {SPOOL}")).code(0).done();
    let jid = stage.in_the_middle(&[]);
    stage.open_gates();
    stage.ends(&jid, ALL_WELL);
}

fn a_power_cut(stage: &Stage<'_>) {
    let host = stage.testbed.host(3);
    let jid = stage.in_the_middle(&[]);
    host.fault(&["kill"]).code(0).done();
    for host in [stage.testbed.host(1), stage.testbed.host(2)] {
        host.shell("touch /run/gate").code(0).done();
    }
    host.fault(&["start"]).code(0).done();
    start_agent(&host);
    stage.ends(&jid, ["succeeded", "succeeded", "failed"]);
    stage.fleet.master(&["jobs", "show", &jid]).code(1).says("power cut").done();
}
