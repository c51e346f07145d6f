//! The whole product on disposable Debian hosts. Needs root; where it can't run, `bin/test` says so at its end.

mod lantern;

use std::net::SocketAddr;

use tests::harness::{Flavour, Host};

/// Where hosts see the programs under test.
pub(super) const PROGRAMS: &str = "/opt/lantern/bin";

/// The agent's service as it is packaged, for each init.
const SYSTEMD_UNIT: &str = include_str!("../../../packaging/systemd/lantern-agent.service");
const SYSVINIT_SCRIPT: &str = include_str!("../../../packaging/sysvinit/lantern-agent");

/// Installs the packaged service, whose agent enrols under `id`, and starts it.
pub(super) fn install_agent(host: &Host<'_>, id: &str, master: SocketAddr) {
    host.write(
        "/etc/lantern/agent.yaml",
        &format!("id: {id}\nmaster: \"{master}\"\nstate_dir: /var/lib/lantern/agent\n"),
    );
    host.shell(&format!("ln -sfn {PROGRAMS}/agent /usr/local/bin/agent")).code(0).done();
    match host.flavour {
        Flavour::Systemd => host.write("/etc/systemd/system/lantern-agent.service", SYSTEMD_UNIT),
        Flavour::Sysvinit => {
            host.write("/etc/init.d/lantern-agent", SYSVINIT_SCRIPT);
            host.shell("chmod 755 /etc/init.d/lantern-agent").code(0).done();
        }
    }
    start_agent(host);
}

/// Starts the service, whatever was left of it. A restart, since systemd makes a mere start wait for the pause before the next
/// try of its own.
pub(super) fn start_agent(host: &Host<'_>) {
    match host.flavour {
        Flavour::Systemd => host.shell("systemctl daemon-reload && systemctl restart lantern-agent"),
        Flavour::Sysvinit => host.shell("/etc/init.d/lantern-agent start"),
    }
    .code(0)
    .done();
}
