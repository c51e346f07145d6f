//! Waves, canaries and limits; comparing what hosts answer; the verify loop in one command.

use tests::fleet::Fleet;

const HOSTS: [&str; 4] = ["fp-1", "fp-2", "fp-3", "fp-4"];

/// A tree whose one state fails on the hosts that a file names.
fn failing_on(fleet: &Fleet, hosts: &str) {
    let list = fleet.path("broken");
    std::fs::write(&list, hosts).unwrap();
    fleet.tree(
        "some.sls",
        &format!("work:\n  cmd.run:\n    - name: '! grep -qx {{{{ grains[\"id\"] }}}} {}'\n", list.display()),
    );
}

fn states(fleet: &Fleet, jid: &str) -> Vec<(String, String)> {
    let export = fleet.master(&["jobs", "export", jid]).ok();
    let hosts = export.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    hosts.map(|host| (text(&host["id"]), text(&host["state"]))).collect()
}

fn pairs(states: &[(&str, &str)]) -> Vec<(String, String)> {
    states.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned())).collect()
}

#[test]
fn a_failed_canary_stops_the_rollout_and_the_rest_can_be_retried() {
    let fleet = Fleet::of(&HOSTS);
    failing_on(&fleet, "fp-1\n");
    fleet.master(&["apply", "some", "--canary", "1"]).code(1).says("no canary may").done();
    let first = fleet.jobs()[0].clone();
    let stopped = [("fp-1", "failed"), ("fp-2", "cancelled"), ("fp-3", "cancelled"), ("fp-4", "cancelled")];
    assert_eq!(states(&fleet, &first), pairs(&stopped));
    fleet
        .master(&["jobs", "show", &first])
        .code(1)
        .says("the rollout stopped: 1 of 1 host had failed")
        .done();

    failing_on(&fleet, "");
    fleet.master(&["apply", "--retry-failed", "--batch", "1,50%,100%"]).code(0).says("wave 3 of 3").done();
    let second = fleet.jobs()[0].clone();
    assert_eq!(states(&fleet, &second).len(), HOSTS.len());
    fleet.master(&["jobs", "diff", &first, &second]).code(1).says("4 of 4 hosts differ").done();
    // Nothing is left to be retried.
    fleet.master(&["apply", "--retry-failed"]).code(5).done();
}

#[test]
fn too_many_failures_stop_the_rollout_by_default() {
    let fleet = Fleet::of(&HOSTS);
    failing_on(&fleet, "fp-1\nfp-2\n");
    fleet
        .master(&["apply", "some", "--batch", "1"])
        .code(1)
        .says("at most 1 may (--max-failures 10%)")
        .done();
    let stopped = [("fp-1", "failed"), ("fp-2", "failed"), ("fp-3", "cancelled"), ("fp-4", "cancelled")];
    assert_eq!(states(&fleet, &fleet.jobs()[0]), pairs(&stopped));
    fleet.master(&["apply", "some", "--batch", "1", "--max-failures", "unlimited"]).code(1).done();
    assert!(states(&fleet, &fleet.jobs()[0]).iter().all(|(_, state)| state != "cancelled"));
}

#[test]
fn a_wave_counts_when_its_verification_passes() {
    let fleet = Fleet::of(&HOSTS);
    failing_on(&fleet, "");
    let broken = format!("! test $(cat {}) = 1", fleet.path("gate").display());
    std::fs::write(fleet.path("gate"), "1").unwrap();
    fleet.master(&["apply", "some", "--batch", "2", "--verify", &broken]).code(1).says("verification").done();
    let newest = fleet.master(&["jobs", "list", "--out", "json"]).json();
    let jid = newest.as_object().unwrap().iter().find(|(_, job)| job["parent"].is_null()).unwrap().0;
    let stopped = [("fp-1", "failed"), ("fp-2", "failed"), ("fp-3", "cancelled"), ("fp-4", "cancelled")];
    assert_eq!(states(&fleet, jid), pairs(&stopped));
    std::fs::write(fleet.path("gate"), "0").unwrap();
    fleet.master(&["apply", "some", "--batch", "2", "--verify", &broken]).code(0).done();
}

#[test]
fn what_deviates_is_shown_and_becomes_a_target() {
    let fleet = Fleet::of(&HOSTS);
    let pages = fleet.path("pages");
    std::fs::create_dir(&pages).unwrap();
    for id in HOSTS {
        std::fs::write(pages.join(id), if id == "fp-3" { "release 1, pid 3" } else { "release 2, pid 9" })
            .unwrap();
    }
    // Every agent runs on this machine: the name of its configuration's folder tells which one it is.
    fleet.tree("none.sls", "");
    let command = format!("cat {}/{{{{ grains['id'] }}}}", pages.display());
    let arguments = ["call", "cmd.run", &command, "template=jinja"];
    let grouped = fleet.master(&[&arguments[..], &["--group"]].concat()).code(0);
    assert!(
        grouped.stdout.starts_with("3 hosts: fp-1, fp-2, fp-4\n    release 2, pid 9\n1 host: fp-3\n"),
        "{}",
        grouped.stdout
    );
    let majority = ["--expect", "majority", "--normalize", r"pid \d+=pid N"];
    fleet.master(&[&arguments[..], &majority].concat()).code(1).says("1 of 4 hosts deviate").done();
    fleet
        .master(&["call", "test.ping", "--target", "job:last:deviant", "--out", "json"])
        .code(0)
        .says("fp-3")
        .done();
    let expected = [&arguments[..], &["--expect", "release 1, pid 3", "--target", "fp-3"]].concat();
    fleet.master(&expected).code(0).done();
}

#[test]
fn a_file_of_checks_gives_one_table() {
    let fleet = Fleet::of(&HOSTS[..2]);
    let file = fleet.path("checks.yaml");
    std::fs::write(
        &file,
        "checks:\n  - {name: good, run: 'echo 7', expect: '7'}\n  - {name: odd, run: 'echo 7', expect: '8'}\n  - {name: code, run: 'exit 3', target: fp-1}\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let shown = fleet.master(&["verify", file]).code(1);
    let line = |name: &str| {
        let line = shown.stdout.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().skip(1).take(3).collect::<Vec<_>>().join(" ")
    };
    assert_eq!([line("good"), line("odd"), line("code")], ["2 0 0", "0 2 0", "0 1 0"]);
    std::fs::write(fleet.path("checks.yaml"), "checks:\n  - {name: x, command: y}\n").unwrap();
    fleet.master(&["verify", file]).code(2).says("unknown field `command`").done();
}

#[test]
fn drift_is_a_table_of_what_would_change() {
    let fleet = Fleet::of(&HOSTS[..2]);
    let kept = fleet.path("kept");
    fleet.tree("top.sls", "base:\n  '*': [kept]\n");
    fleet.tree("kept.sls", &format!("kept-{{{{ grains['id'] }}}}:\n  file.managed:\n    - name: {}-{{{{ grains['id'] }}}}\n    - contents: x\n", kept.display()));
    fleet.master(&["apply"]).code(0).done();
    fleet.master(&["drift"]).code(0).says("0 of 2 hosts drifted").done();
    std::fs::write(format!("{}-fp-2", kept.display()), "y").unwrap();
    let shown = fleet.master(&["drift"]).code(1).says("1 of 2 hosts drifted");
    assert!(shown.stdout.contains("kept-fp-2") && !shown.stdout.contains("kept-fp-1"), "{}", shown.stdout);
}

#[test]
fn absurd_flags_are_refused_before_anything_begins() {
    let fleet = Fleet::of(&HOSTS[..1]);
    for (flags, words) in [
        (["--batch", "0"], "is not a batch size"),
        (["--batch", "25%,5%"], "overlap"),
        (["--max-failures", "-1"], "--max-failures"),
        (["--canary", "0"], "--canary 0"),
        (["--expire", "5m"], "--offline wait"),
        (["--target", "job:20200101000000000000:failed"], "there is no job"),
        (["--target", "job:last:sad"], "\"sad\" is no state"),
    ] {
        let ran = fleet.master(&[&["run", "true"][..], &flags].concat());
        assert!([2, 5].contains(&ran.code), "{flags:?} ended with {}", ran.code);
        assert!(ran.stderr.contains(words), "{flags:?}: {}", ran.stderr);
        // One job makes `last` mean something from the second round on.
        fleet.master(&["run", "true"]).code(0).done();
    }
}
