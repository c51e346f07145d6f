//! `master keys generate`.

use std::path::{Path, PathBuf};

use clap::Args;
use common::id::HostId;
use common::identity::{AgentKey, certificate_pem, write_private};

use super::super::error::CommandError;
use super::super::exit_code;
use super::super::options::DaemonOptions;
use super::super::printer::{data, talk};
use crate::api::{ApiError, Client, Request, Response};

/// Where an agent keeps its identity, unless it is told otherwise.
const AGENT_DIR: &str = "/var/lib/lantern/agent";

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// The host's id
    #[arg(value_name = "ID")]
    id: HostId,

    /// Write agent.key, agent.crt and master.fingerprint into this folder: the host's state folder, or what becomes of it
    #[arg(long, value_name = "DIR", required_unless_present = "cloud_init")]
    to: Option<PathBuf>,

    /// Print user data for cloud-init that writes these files, and the id and the master into /etc/lantern/agent.yaml
    #[arg(long, conflicts_with = "to", requires = "master")]
    cloud_init: bool,

    /// The master's address, for --cloud-init
    #[arg(long, value_name = "HOST[:PORT]", requires = "cloud_init")]
    master: Option<String>,

    #[command(flatten)]
    daemon: DaemonOptions,
}

/// What makes a host.
struct Made {
    key: String,
    certificate: String,
    fingerprint: String,
}

impl Generate {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        if let Some(folder) = &self.to {
            for name in ["agent.key", "agent.crt"] {
                if folder.join(name).exists() {
                    let message = format!("there is an identity in {} already ({name})", folder.display());
                    return Err(CommandError::usage(message).hint("name another folder with --to"));
                }
            }
        }
        let made = self.make().await?;
        match &self.to {
            Some(folder) => {
                write(folder, &made)?;
                talk(&format!(
                    "{} is accepted. Its identity is in {}: put these files into the host's {AGENT_DIR}, for root alone",
                    self.id,
                    folder.display()
                ));
            }
            None => {
                data(&cloud_init(&self.id, self.master.as_deref().unwrap_or_default(), &made));
                talk(&format!("{} is accepted. Whoever has this text is that host", self.id));
            }
        }
        Ok(exit_code::SUCCESS)
    }

    /// Makes the key here; the master is sent its public half only.
    async fn make(&self) -> Result<Made, CommandError> {
        let unusable = |error: &dyn std::fmt::Display| CommandError::new(exit_code::ERROR, error);
        let folder = tempfile::Builder::new().prefix("lantern-key-").tempdir()?;
        let path = folder.path().join("agent.key");
        let key = AgentKey::load_or_create(&path).map_err(|error| unusable(&error))?;
        let request = Request::Issue { id: self.id.clone(), public_key: key.public_key().into() };
        let Response::Issued { certificate, fingerprint } =
            Client::ask(&self.daemon.socket()?, &request).await?
        else {
            return Err(ApiError::Unexpected.into());
        };
        Ok(Made {
            key: std::fs::read_to_string(&path)?,
            certificate: certificate_pem(&certificate),
            fingerprint,
        })
    }
}

fn write(folder: &Path, made: &Made) -> Result<(), CommandError> {
    let fingerprint = format!("{}\n", made.fingerprint);
    let files =
        [("agent.key", &made.key), ("agent.crt", &made.certificate), ("master.fingerprint", &fingerprint)];
    for (name, text) in files {
        write_private(&folder.join(name), text.as_bytes())
            .map_err(|error| CommandError::new(exit_code::ERROR, error))?;
    }
    Ok(())
}

/// User data for cloud-init. Its `write_files` makes the folders.
fn cloud_init(id: &HostId, master: &str, made: &Made) -> String {
    let file = |path: &str, mode: &str, text: &str| {
        let lines: String = text.lines().map(|line| format!("      {line}\n")).collect();
        format!("  - path: {path}\n    permissions: '{mode}'\n    content: |\n{lines}")
    };
    let config = format!("id: {id}\nmaster: {}\n", serde_json::Value::from(master));
    [
        "#cloud-config\nwrite_files:\n".to_owned(),
        file("/etc/lantern/agent.yaml", "0644", &config),
        file(&format!("{AGENT_DIR}/agent.key"), "0600", &made.key),
        file(&format!("{AGENT_DIR}/agent.crt"), "0600", &made.certificate),
        file(&format!("{AGENT_DIR}/master.fingerprint"), "0600", &made.fingerprint),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_yaml_with_the_files_as_they_are() {
        let made =
            Made { key: "-----BEGIN\nA\n".into(), certificate: "B\nC\n".into(), fingerprint: "aa:bb".into() };
        let text = cloud_init(&"fp-1".parse().unwrap(), "cm: 1", &made);
        assert!(text.starts_with("#cloud-config\n"));
        let read: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let content = |index: usize| read["write_files"][index]["content"].as_str().unwrap();
        let config: serde_yaml::Value = serde_yaml::from_str(content(0)).unwrap();
        assert_eq!((config["id"].as_str(), config["master"].as_str()), (Some("fp-1"), Some("cm: 1")));
        assert_eq!((content(1), content(2), content(3)), ("-----BEGIN\nA\n", "B\nC\n", "aa:bb\n"));
        assert_eq!(read["write_files"][1]["permissions"], "0600");
    }
}
