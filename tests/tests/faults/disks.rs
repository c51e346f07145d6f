//! Disks that fill up on the master's side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::fleet::{Fleet, PATIENCE};
use tests::harness::left_out;
use tests::ran::run;
use tests::wait::until_true;

use super::{check, ids, runs, work};

/// A small disk, unmounted when it is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it; none where that is not allowed.
    fn mount(place: &Path) -> Option<Self> {
        fs::create_dir_all(place).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs"]).arg(place);
        (nix::unistd::geteuid().is_root() && run(&mut mount, 30).code == 0).then(|| Self(place.into()))
    }

    /// Leaves no room on it.
    fn fill(&self) {
        let mut file = fs::File::create(self.0.join("filler")).unwrap();
        // It ends with the error that is wanted.
        std::io::copy(&mut std::io::repeat(0), &mut file).unwrap_err();
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run(Command::new("umount").arg("-l").arg(&self.0), 30).done();
    }
}

#[test]
fn a_full_disk_on_the_master_loses_nothing() {
    let ids = ids(4);
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("state")) else {
        return left_out(
            "faults::a_full_disk_on_the_master_loses_nothing",
            "mounting a small disk needs root",
        );
    };
    let mut fleet = Fleet::with(&["--auto-accept", "--state-dir", disk.0.to_str().unwrap()]);
    ids.iter().for_each(|id| fleet.start_agent(id));
    fleet.wait_connected(ids.len());
    work(&fleet);
    // A gate in the first host's run, so that the disk is full while the others have yet to begin.
    fleet.tree(
        "work.sls",
        &format!(
            "{}work:\n  cmd.run:\n    - name: echo $LANTERN_JID >> {{{{ grains['root'] }}}}/runs\n",
            "{% if grains['id'] == 'fp-01' %}\ngate:\n  cmd.run:\n    - name: for i in $(seq 2400); do test -e \
             {{ grains['root'] }}/gate && exit 0; sleep 0.05; done; exit 1\n{% endif %}\n"
        ),
    );
    let jid = fleet.master(&["apply", "work", "--batch", "1", "--detach"]).ok().trim().to_owned();
    until_true("the first host to be at work", PATIENCE, || !fleet.workers(&ids[0]).is_empty());
    disk.fill();
    fs::write(fleet.root(&ids[0], "gate"), "").unwrap();
    until_true("the master to find its disk full", PATIENCE, || {
        fleet.master_log().contains("cannot be written")
    });
    fleet.master(&["call", "test.ping"]).code(6).says("make room on its disk").done();
    assert!(
        ids[1..].iter().all(|id| runs(&fleet, id).is_empty()),
        "a host began that the ledger knows nothing of"
    );
    disk.empty();
    fleet.wait_ended(&jid);
    let states = check(&fleet, &jid, &ids);
    assert!(states.values().all(|state| state == "succeeded"), "{states:?}");
}
