//! `master demo`.

mod fleet;
mod tree;

use std::path::PathBuf;

use clap::Args;

use super::error::CommandError;
use super::exit_code;
use fleet::{Fleet, HOSTS};

/// Show the product on this machine: a throw-away master and five agents on loopback
///
/// It enrols the agents, applies a small tree in batches of two, shows that a second apply changes nothing, runs a command,
/// and shows how failures look. Every command is printed before it is run. Nothing is configured, no root is needed, and
/// nothing is left behind.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The agent's program [default: `agent` beside this program, or in PATH]
    #[arg(long, value_name = "FILE")]
    agent: Option<PathBuf>,

    /// Keep the folder with the tree, the hosts' files and the logs, and say where it is
    #[arg(long)]
    keep: bool,
}

/// One act: what is said, what is run, how it ends.
struct Act {
    says: &'static str,
    runs: &'static [&'static str],
    code: u8,
}

const ACTS: &[Act] = &[
    Act {
        says: "Five agents have made keys and wait. Compare fingerprints, then let them in.",
        runs: &["keys", "list"],
        code: exit_code::SUCCESS,
    },
    Act { says: "", runs: &["keys", "accept", "*"], code: exit_code::SUCCESS },
    Act { says: "The hosts are here.", runs: &["hosts"], code: exit_code::SUCCESS },
    Act {
        says: "Does the tree compile for each of them? This touches no host.",
        runs: &["check"],
        code: exit_code::SUCCESS,
    },
    Act {
        says: "Converge them, two at a time. The proxy's binary is in Git LFS; hosts get its content.",
        runs: &["apply", "--batch", "2"],
        code: exit_code::SUCCESS,
    },
    Act {
        says: "Again: nothing is left to change.",
        runs: &["apply", "--batch", "2"],
        code: exit_code::SUCCESS,
    },
    Act {
        says: "Run a command on some of them.",
        runs: &["run", "--target", "fp-*", "$DEMO_ROOT/bin/http-proxy --version"],
        code: exit_code::SUCCESS,
    },
    Act {
        says: "Ask by grains and pillar rather than by name.",
        runs: &["call", "--target", "I@role:monitor and G@kernel:Linux", "grains.get", "id", "--out", "json"],
        code: exit_code::SUCCESS,
    },
    Act {
        says: "On one host something gets in the way of the proxy's binary.",
        runs: &["run", "--target", "fp-3", "rm $DEMO_ROOT/bin/http-proxy; mkdir $DEMO_ROOT/bin/http-proxy"],
        code: exit_code::SUCCESS,
    },
    Act {
        says: "That host fails and says why; the others get their new port.",
        runs: &["apply", "--target", "fp-*", "--batch", "50%", "--pillar", "{proxy: {port: 9090}}"],
        code: exit_code::FAILED,
    },
    Act {
        says: "A mistake in the tree is found before any host is changed.",
        runs: &["apply", "typo", "--target", "fp-*"],
        code: exit_code::NOT_COMPILED,
    },
    Act { says: "Every job can be looked at afterwards.", runs: &["jobs", "list"], code: exit_code::SUCCESS },
];

impl Demo {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let fleet = Fleet::start(self.agent.clone()).await?;
        let played = tokio::select! {
            played = play(&fleet) => played,
            _ = tokio::signal::ctrl_c() => Err(CommandError::new(exit_code::DETACHED, "interrupted")),
        };
        let kept = fleet.end(self.keep).await;
        if let Some(folder) = kept {
            super::printer::talk(&format!("kept: {}", folder.display()));
        }
        played?;
        Ok(exit_code::SUCCESS)
    }
}

async fn play(fleet: &Fleet) -> Result<(), CommandError> {
    fleet.wait_for_keys(HOSTS.len()).await?;
    for act in ACTS {
        let code = fleet.command(act.says, act.runs).await?;
        if code != i32::from(act.code) {
            let message = format!("`master {}` ended with {code}, not {}", act.runs.join(" "), act.code);
            return Err(CommandError::new(exit_code::FAILED, message).hint(fleet.where_logs_are()));
        }
        if act.runs.first() == Some(&"keys") && act.runs.get(1) == Some(&"accept") {
            fleet.wait_for_hosts(HOSTS.len()).await?;
        }
    }
    super::printer::data("\nThat was all; the master, the agents and their files go now.\n");
    Ok(())
}
