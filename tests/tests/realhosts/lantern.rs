//! Three hosts of a fleet and a tree like a large production tree, with systemd and with sysvinit.

use std::fs;
use std::net::SocketAddr;

use tests::fixtures::{copy, lantern, track_with_lfs};
use tests::fleet::{Fleet, PATIENCE, agent_program, changed, results};
use tests::harness::{Flavour, Host, Testbed};
use tests::wait::until_true;

use super::{PROGRAMS, install_agent, start_agent};

const PROXY: &str = "/home/lantern/bin/http-proxy";

/// Kills the agent's daemon as a bug would, and sees it gone.
fn kill_agent(host: &Host<'_>) {
    let number = match host.flavour {
        Flavour::Systemd => "systemctl show --property=MainPID --value lantern-agent",
        Flavour::Sysvinit => "cat /run/lantern-agent.pid",
    };
    let pid = host.shell(number).ok().trim().to_owned();
    host.shell(&format!("kill -9 {pid}")).code(0).done();
    until_true("the agent to be gone", PATIENCE, || {
        host.shell(&format!("kill -0 {pid} 2>&1 || echo gone")).ok().contains("gone")
    });
}

/// The number of the proxy's process.
fn proxy_pid(host: &Host<'_>) -> String {
    let line = match host.flavour {
        Flavour::Systemd => "systemctl show --property=MainPID --value http-proxy",
        Flavour::Sysvinit => "cat /run/http-proxy.pid",
    };
    host.shell(line).ok().trim().to_owned()
}

/// The tree as a working copy with a binary under Git LFS.
fn working_copy(fleet: &Fleet) {
    copy(&lantern().join("tree"), &fleet.path("tree"));
    copy(&lantern().join("pillar"), &fleet.path("pillar"));
    track_with_lfs(&fleet.path("tree"), "proxy/files/http-proxy");
}

#[test]
fn three_hosts_take_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path();
    fs::copy(agent_program(), programs.join("agent")).unwrap();
    let flavours = [Flavour::Systemd, Flavour::Systemd, Flavour::Sysvinit];
    let Some(testbed) =
        Testbed::up("realhosts::three_hosts_take_the_tree", &flavours, &[(programs, PROGRAMS)])
    else {
        return;
    };
    let listen: SocketAddr = format!("{}:4505", testbed.master_address()).parse().unwrap();
    let fleet = Fleet::on(listen, testbed.at_master(), &[]);
    working_copy(&fleet);

    enrol(&testbed, &fleet, listen);
    apply(&testbed, &fleet);
    check_hosts(&testbed);
    second_apply_changes_nothing(&testbed, &fleet);
    broken_file_stops_the_job(&testbed, &fleet);
    replaced_binary_restarts_the_service(&testbed, &fleet);
    killed_agent_comes_back(&testbed, &fleet);
}

fn enrol(testbed: &Testbed, fleet: &Fleet, listen: SocketAddr) {
    for (host, id) in testbed.hosts().zip(IDS) {
        install_agent(&host, id, listen);
    }
    for id in IDS {
        fleet.wait_key(id, "pending");
    }
    fleet.master(&["keys", "accept", "*"]).code(0).done();
    fleet.wait_connected(IDS.len());
    let inits = fleet.master(&["call", "grains.get", "init", "--out", "json"]).code(0).json();
    assert_eq!(inits, serde_json::json!({"fp-1": "systemd", "cm-vltok1": "systemd", "fp-3": "sysvinit"}));
}

const IDS: [&str; 3] = ["fp-1", "cm-vltok1", "fp-3"];

fn apply(testbed: &Testbed, fleet: &Fleet) {
    let report = fleet.master(&["apply", "--batch", "2", "--out", "json"]);
    let states = report.json();
    for (host, id) in testbed.hosts().zip(IDS) {
        let failed: Vec<_> = states[id]
            .as_object()
            .unwrap_or_else(|| panic!("{} ({id}) returned {}", host.name, states[id]))
            .iter()
            .filter(|(_, entry)| entry["result"] != true)
            .map(|(tag, entry)| format!("{tag}: {}", entry["comment"]))
            .collect();
        assert!(failed.is_empty(), "{id} failed:\n{}", failed.join("\n"));
        assert!(results(&states[id], Some(true)) >= 40, "{id} has too few states");
    }
    report.code(0).done();
}

/// What the tree is for is really there.
fn check_hosts(testbed: &Testbed) {
    for (host, id) in testbed.hosts().zip(IDS) {
        host.shell("id ada && id -nG grace | grep -qw adm").code(0).done();
        host.shell("dpkg -s hello tree tb-demo > /dev/null").code(0).done();
        assert!(host.read("/home/ada/.ssh/authorized_keys").contains("ssh-ed25519 AAAA"));
        assert!(host.read("/etc/sudoers.d/grace").contains("NOPASSWD: /usr/sbin/reboot"));
        assert!(host.shell("crontab -l -u lantern").ok().contains("HEARTBEAT"));
        assert!(host.read("/proc/sys/net/ipv4/tcp_syncookies").trim() == "1");
        assert!(host.read("/etc/motd").contains(id));
        assert_eq!(host.read("/home/lantern/who").trim(), "lantern", "`user:` of cmd.run is not honoured");
        host.shell("grep -q 10.77.200.1 /etc/hosts").code(0).done();
        if id.starts_with("fp-") {
            assert!(
                host.read(PROXY).starts_with("#!/bin/sh"),
                "a pointer was shipped in place of the binary"
            );
            assert!(host.read("/etc/default/http-proxy").contains("TOKEN=token-of-"));
            host.shell(&format!("kill -0 {}", proxy_pid(&host))).code(0).done();
        } else {
            assert!(
                host.read("/etc/redis/redis.conf").contains("port 6379"),
                "stray arguments must reach the template"
            );
        }
        assert!(!host.manifest().is_empty());
    }
}

fn second_apply_changes_nothing(testbed: &Testbed, fleet: &Fleet) {
    let before: Vec<_> = testbed.hosts().map(|host| host.manifest()).collect();
    let states = fleet.master(&["apply", "--out", "json"]).code(0).json();
    for id in IDS {
        let again: Vec<_> = states[id]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, entry)| entry["changes"].as_object().is_some_and(|changes| !changes.is_empty()))
            .collect();
        assert_eq!(changed(&states[id]), 0, "{id} changed again: {again:#?}");
    }
    for (host, before) in testbed.hosts().zip(before) {
        let without_agent = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains("/var/lib/lantern"));
            lines.map(Into::into).collect::<Vec<String>>()
        };
        assert_eq!(
            without_agent(&host.manifest()),
            without_agent(&before),
            "{} changed behind the report",
            host.name
        );
    }
}

fn broken_file_stops_the_job(testbed: &Testbed, fleet: &Fleet) {
    let good = fs::read_to_string(fleet.path("tree/cron.sls")).unwrap();
    fleet.tree("cron.sls", &format!("{good}\nbroken:\n  file.manged: []\n"));
    fleet.tree("logs.sls", "/never:\n  file.managed:\n    - contents: x\n");
    fleet.master(&["apply"]).code(4).says("cron.sls").says("file.managed").done();
    for host in testbed.hosts() {
        assert!(!host.has("/never"), "{} was changed by a job that does not compile", host.name);
    }
    copy(&lantern().join("tree"), &fleet.path("tree"));
    track_with_lfs(&fleet.path("tree"), "proxy/files/http-proxy");
}

fn replaced_binary_restarts_the_service(testbed: &Testbed, fleet: &Fleet) {
    let proxies = || testbed.hosts().zip(IDS).filter(|(_, id)| id.starts_with("fp-"));
    let before: Vec<_> = proxies().map(|(host, _)| proxy_pid(&host)).collect();
    let release = fs::read_to_string(lantern().join("tree/proxy/files/http-proxy")).unwrap();
    fleet.tree("proxy/files/http-proxy", &release.replace("elease 1", "elease 2"));
    track_with_lfs(&fleet.path("tree"), "proxy/files/http-proxy");
    fleet.master(&["apply", "--target", "fp-*"]).code(0).done();
    for ((host, id), before) in proxies().zip(before) {
        assert!(host.read(PROXY).contains("release 2"));
        assert_ne!(proxy_pid(&host), before, "{id}: the service was not restarted");
        until_true("the new release to start", PATIENCE, || {
            host.read("/tmp/http-proxy.log").contains("release 2")
        });
    }
}

fn killed_agent_comes_back(testbed: &Testbed, fleet: &Fleet) {
    fleet.tree(
        "slow.sls",
        "slow:\n  cmd.run:\n    - name: touch /run/begun; for i in $(seq 600); do test -e /run/gate && exit 0; sleep 0.1; done; exit 1\n",
    );
    for (host, id) in testbed.hosts().zip(IDS).filter(|(_, id)| *id != "cm-vltok1") {
        let jid = fleet.master(&["apply", "slow", "--target", id, "--detach"]).ok().trim().to_owned();
        until_true("the job to begin", PATIENCE, || host.has("/run/begun"));
        kill_agent(&host);
        host.shell("touch /run/gate").code(0).done();
        start_agent(&host);
        fleet.wait_ended(&jid);
        let report = fleet.master(&["jobs", "show", &jid, "--out", "json"]).code(0).json();
        assert_eq!(results(&report[id], Some(true)), 1, "{id}: {report}");
    }
}
