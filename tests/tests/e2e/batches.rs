//! `--batch N` keeps at most N hosts busy.

use std::collections::BTreeSet;

use tests::fleet::Fleet;

const HOSTS: [&str; 5] = ["fp-1", "fp-2", "fp-3", "fp-4", "fp-5"];

/// Every host writes when it begins and when it ends; a little work lies between, so that hosts overlap if they may.
fn noting(fleet: &Fleet) {
    let diary = fleet.path("diary");
    fleet.tree(
        "noting.sls",
        &format!(
            "work:\n  cmd.run:\n    - name: |\n        echo begin {{{{ grains['id'] }}}} >> {0}\n        sleep 0.3\n        \
             echo end {{{{ grains['id'] }}}} >> {0}\n",
            diary.display()
        ),
    );
}

/// The most hosts that were busy at one time, and all that were.
fn busiest(fleet: &Fleet) -> (usize, usize) {
    let diary = std::fs::read_to_string(fleet.path("diary")).unwrap();
    let (mut busy, mut seen, mut most) = (BTreeSet::new(), BTreeSet::new(), 0);
    for line in diary.lines() {
        let (what, id) = line.split_once(' ').unwrap();
        match what {
            "begin" => busy.insert(id),
            _ => busy.remove(id),
        };
        seen.insert(id);
        most = most.max(busy.len());
    }
    assert!(busy.is_empty(), "{busy:?} did not end:\n{diary}");
    (most, seen.len())
}

#[test]
fn never_more_hosts_are_busy_than_the_batch_allows() {
    let fleet = Fleet::of(&HOSTS);
    noting(&fleet);
    for (batch, allowed) in [("2", 2), ("1", 1), ("40%", 2)] {
        std::fs::remove_file(fleet.path("diary")).ok();
        let report = fleet.master(&["apply", "noting", "--batch", batch, "--out", "json"]).code(0).json();
        assert_eq!(report.as_object().unwrap().len(), HOSTS.len());
        let (most, seen) = busiest(&fleet);
        assert_eq!(seen, HOSTS.len());
        assert!(most <= allowed, "--batch {batch} had {most} hosts busy at one time");
    }
}

#[test]
fn a_failure_in_a_batch_does_not_stop_the_others() {
    let fleet = Fleet::of(&HOSTS);
    fleet.tree("some.sls", "work:\n  cmd.run:\n    - name: test {{ grains['id'] }} != fp-1\n");
    let report = fleet.master(&["apply", "some", "--batch", "1", "--out", "json"]).code(1).json();
    assert_eq!(report.as_object().unwrap().len(), HOSTS.len());
}
