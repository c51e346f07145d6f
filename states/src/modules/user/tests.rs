//! `user.present` and `user.absent` on a host that is a folder.

use std::fs;
use std::path::Path;

use crate::modules::trial::{Host, below, changes};
use crate::process::Output;
use crate::testing::output;

const FILES: &[(&str, &str)] = &[
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\n"),
    ("/etc/group", "root:x:0:\nann:x:1000:\nsudo:x:27:\n"),
    ("/etc/shadow", "ann:!:19000:0:99999:7:::\n"),
    ("/home/ann/.profile", ""),
];

/// useradd, usermod and chpasswd, as far as the tests go.
fn programs(root: &Path, line: &str) -> Output {
    let words: Vec<_> = line.split(' ').collect();
    let edit = |file: &str, change: &dyn Fn(String) -> String| {
        let path = below(root, file);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    };
    match words.as_slice() {
        ["useradd", .., "eve"] => {
            edit("/etc/passwd", &|text| text + "eve:x:1001:1001::/home/eve:/bin/bash\n");
            edit("/etc/group", &|text| text + "eve:x:1001:\n");
            edit("/etc/shadow", &|text| text + "eve:!:20000:0:99999:7:::\n");
        }
        ["usermod", "-G", "sudo", user] => {
            edit("/etc/group", &|text| text.replace("sudo:x:27:", &format!("sudo:x:27:{user}")));
        }
        ["usermod", "-s", shell, "ann"] => {
            edit("/etc/passwd", &|text| text.replace("/home/ann:/bin/sh", &format!("/home/ann:{shell}")));
        }
        ["chpasswd", "-e"] => {
            edit("/etc/shadow", &|text| {
                text.replace("ann:!:19000", "ann:$6$s$h:20000").replace("eve:!", "eve:$6$s$h")
            });
        }
        ["userdel", .., "ann"] => {
            for file in ["/etc/passwd", "/etc/group"] {
                edit(file, &|text| {
                    text.lines()
                        .filter(|line| !line.starts_with("ann:"))
                        .map(|line| format!("{line}\n"))
                        .collect()
                });
            }
        }
        _ => return output(1, "no such program"),
    }
    output(0, "")
}

#[test]
fn a_new_user() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.present", "{name: eve, shell: /bin/bash, groups: [sudo], password: $6$s$h}");
    assert_eq!(done.comment, "New user eve created");
    assert_eq!(done.result, Some(true));
    assert_eq!(
        done.changes,
        changes(
            "{gid: 1001, groups: [eve, sudo], home: /home/eve, name: eve, passwd: x, shell: /bin/bash, uid: 1001,
              fullname: '', roomnumber: '', workphone: '', homephone: '', other: '', password: XXX-REDACTED-XXX}"
        )
    );
    assert_eq!(host.lines(), ["useradd -s /bin/bash -m eve", "usermod -G sudo eve", "chpasswd -e"]);
    let home = below(host.context.run.root.as_ref().unwrap(), "/home/eve");
    fs::create_dir_all(home).unwrap();
    let again = host.state("user.present", "{name: eve, shell: /bin/bash, groups: [sudo], password: $6$s$h}");
    assert_eq!(again.comment, "User eve is present and up to date");
}

#[test]
fn a_changed_user() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.present", "{name: ann, shell: /bin/bash, password: $6$s$h}");
    assert_eq!(done.comment, "Updated user ann", "{:?}", done.warnings);
    assert_eq!(done.changes, changes("{shell: /bin/bash, passwd: XXX-REDACTED-XXX, lstchg: 20000}"));
    assert_eq!(host.lines(), ["chpasswd -e", "usermod -s /bin/bash ann"]);
}

#[test]
fn a_change_that_does_not_take_is_a_failure() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.present", "{name: ann, fullname: Anna}");
    assert_eq!(done.result, Some(false));
    assert_eq!(done.comment, "These values could not be changed: {'fullname': 'Anna'}");
    assert!(done.warnings[0].contains("usermod -c Anna ann"));
}

#[test]
fn a_dry_run_hides_the_password() {
    let host = Host::dry(FILES, programs);
    let done = host.state("user.present", "{name: ann, shell: /bin/bash, password: $6$s$h, groups: [later]}");
    assert_eq!(done.result, None);
    assert_eq!(
        done.comment,
        "The following user attributes are set to be changed:\nshell: /bin/bash\npasswd: XXX-REDACTED-XXX\ngroups (pending creation): later\n"
    );
    assert_eq!(host.state("user.present", "{name: new}").comment, "User new set to be added");
    assert!(host.lines().is_empty());
}

#[test]
fn numbers_change_only_when_allowed() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.present", "{name: ann, uid: 5000}");
    assert_eq!(
        done.comment,
        "Encountered error checking for needed changes. Additional info follows:\n\n- Changing uid (1000 -> 5000) not permitted, set allow_uid_change to True to force this change. Note that this will not change file ownership."
    );
}

#[test]
fn groups_must_exist() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.present", "{name: ann, groups: [nope, neither]}");
    assert_eq!(done.comment, "The following group(s) are not present: nope,neither");
    assert_eq!(done.result, Some(false));
}

#[test]
fn old_salts_group_from_name() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.present", "{name: ann, gid_from_name: True}");
    assert_eq!(done.comment, "User ann is present and up to date");
    host.state("user.present", "{name: eve, gid_from_name: True}");
    assert_eq!(host.lines(), ["useradd -m eve"]);
}

#[test]
fn removal() {
    let host = Host::new(FILES, programs);
    let done = host.state("user.absent", "{name: ann, purge: True}");
    assert_eq!(done.comment, "Removed user ann");
    assert_eq!(done.changes, changes("{ann group: removed, ann: removed}"));
    assert_eq!(host.lines(), ["userdel -r ann"]);
    assert_eq!(host.state("user.absent", "{name: ann}").comment, "User ann is not present");
}
