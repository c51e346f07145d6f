//! Service states on a host whose systemctl answers by the book.

use std::fs;
use std::path::Path;

use crate::modules::trial::{Host, below, changes};
use crate::process::Output;
use crate::testing::output;

const SYSTEMD: &[(&str, &str)] =
    &[("/run/systemd/system/.x", ""), ("/state/active", "inactive"), ("/state/file", "disabled")];

/// A systemd with one service, `web`.
fn systemd(root: &Path, line: &str) -> Output {
    let put = |what: &str, value: &str| fs::write(below(root, "/state").join(what), value).unwrap();
    let read = |what: &str| fs::read_to_string(below(root, "/state").join(what)).unwrap();
    match line.split(' ').collect::<Vec<_>>().as_slice() {
        ["systemctl", "show", .., "web.service"] => {
            return output(
                0,
                &format!(
                    "LoadState=loaded\nActiveState={}\nUnitFileState={}\nSourcePath=\nNeedDaemonReload=no\n",
                    read("active"),
                    read("file")
                ),
            );
        }
        ["systemctl", "show", ..] => {
            return output(0, "LoadState=not-found\nActiveState=inactive\nUnitFileState=\n");
        }
        ["systemctl", "start" | "restart" | "reload", "web.service"] => put("active", "active"),
        ["systemctl", "stop", "web.service"] => put("active", "inactive"),
        ["systemctl", "enable", "web.service"] => put("file", "enabled"),
        ["systemctl", "disable", "web.service"] => put("file", "disabled"),
        _ => return Output { stderr: "no such verb".into(), ..output(1, "") },
    }
    output(0, "")
}

#[test]
fn a_service_is_started_and_enabled() {
    let host = Host::new(SYSTEMD, systemd);
    let done = host.state("service.running", "{name: web, enable: True}");
    assert_eq!(done.comment, "Service web has been enabled, and is running");
    assert_eq!((done.result, done.changes), (Some(true), changes("{web: True}")));
    let again = host.state("service.running", "{name: web, enable: True}");
    assert_eq!(again.comment, "The service web is already running");
    assert_eq!(again.changes, changes("{}"));
}

#[test]
fn a_service_is_started_alone() {
    let host = Host::new(SYSTEMD, systemd);
    assert_eq!(host.state("service.running", "{name: web}").comment, "Started service web");
    let enabled = host.state("service.running", "{name: web, enable: True}");
    assert_eq!(enabled.comment, "Service web has been enabled, and is in the desired state");
    assert_eq!(enabled.changes, changes("{web: True}"));
}

#[test]
fn a_no_op_asks_systemd_once() {
    let host = Host::new(SYSTEMD, systemd);
    host.state("service.dead", "{name: web, enable: False}");
    assert_eq!(host.lines().len(), 1, "{:?}", host.lines());
}

#[test]
fn a_service_is_stopped_and_disabled() {
    let host = Host::new(SYSTEMD, systemd);
    host.state("service.running", "{name: web, enable: True}");
    let done = host.state("service.dead", "{name: web}");
    assert_eq!((done.comment.as_str(), done.changes), ("Service web was killed", changes("{web: False}")));
    let disabled = host.state("service.dead", "{name: web, enable: False}");
    assert_eq!(disabled.comment, "Service web has been disabled, and is in the desired state");
    assert_eq!(host.state("service.dead", "{name: web}").comment, "The service web is already dead");
}

#[test]
fn services_that_are_not_there() {
    let host = Host::new(SYSTEMD, systemd);
    let done = host.state("service.running", "{name: nope}");
    assert_eq!(
        (done.result, done.comment.as_str()),
        (Some(false), "The named service nope is not available")
    );
    let done = host.state("service.dead", "{name: nope}");
    assert_eq!((done.result, done.comment.as_str()), (Some(true), "The named service nope is not available"));
    let dry = Host::dry(SYSTEMD, systemd);
    let done = dry.state("service.running", "{name: nope}");
    assert_eq!(done.result, None);
    assert_eq!(
        done.comment,
        "Service nope not present; if created in this state run, it would have been started"
    );
    assert_eq!(dry.state("service.running", "{name: web}").comment, "Service web is set to start");
    let wrong = host.state("service.running", "{name: web, enabled: True}");
    assert!(wrong.comment.contains("non-existent option \"enabled\""));
}

#[test]
fn a_change_restarts_reloads_or_starts() {
    let host = Host::new(SYSTEMD, systemd);
    assert_eq!(host.watch("service.running", "{name: web}").comment, "Service started");
    let done = host.watch("service.running", "{name: web}");
    assert_eq!((done.comment.as_str(), done.changes), ("Service restarted", changes("{web: True}")));
    assert_eq!(host.watch("service.running", "{name: web, reload: True}").comment, "Service reloaded");
    assert_eq!(host.watch("service.dead", "{name: web}").comment, "Service stopped");
    assert_eq!(host.watch("service.dead", "{name: web}").comment, "Service is already stopped");
    let dry = Host::dry(SYSTEMD, systemd);
    assert_eq!(dry.watch("service.running", "{name: web}").comment, "Service is set to be started");
}

#[test]
fn what_systemd_says_is_the_failure() {
    let host = Host::new(SYSTEMD, |root, line| {
        if line.contains("start") {
            Output { stderr: "Job failed.".into(), ..output(1, "") }
        } else {
            systemd(root, line)
        }
    });
    let done = host.state("service.running", "{name: web}");
    assert_eq!((done.result, done.comment.as_str()), (Some(false), "Job failed."));
}

#[test]
fn scripts_are_asked_through_service() {
    let files = &[("/etc/init.d/web", "#!/bin/sh\n"), ("/etc/rc2.d/S03web", "")];
    let host = Host::new(files, |_, line| match line {
        "service web status" => output(3, ""),
        _ => output(0, ""),
    });
    let done = host.state("service.dead", "{name: web, enable: True}");
    assert_eq!(done.comment, "The service web is already dead");
    let done = host.state("service.enabled", "{name: web}");
    assert_eq!(done.comment, "Service web is already enabled, and is in the desired state");
    let failed = host.state("service.running", "{name: web}");
    assert_eq!((failed.result, failed.comment.as_str()), (Some(false), "Service web failed to start"));
    let masked = host.state("service.masked", "{name: web}");
    assert_eq!(masked.comment, "Service masking not available on this minion");
}
