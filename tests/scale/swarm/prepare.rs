//! `swarm prepare`.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use common::id::HostId;
use common::identity::{AgentKey, Authority, write_private};
use master::database::{Database, Ledger as _, Write};
use master::keys::{Key, KeyState};

/// How long the certificates are valid: longer than any bench.
const LIFETIME: Duration = Duration::from_secs(90 * 86_400);

/// Makes identities.
#[derive(Debug, Args)]
pub(crate) struct Prepare {
    /// The master's folder of state, which is made if need be.
    #[arg(long)]
    master_dir: PathBuf,
    /// Where the agents have their folders.
    #[arg(long)]
    agents_dir: PathBuf,
    /// Where the master listens.
    #[arg(long)]
    master: String,
    /// How many agents.
    #[arg(long)]
    count: usize,
}

impl Prepare {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let folder = &self.master_dir;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let authority = Authority::load_or_create(&folder.join("ca"))?;
        let database = Database::open(&folder.join("master.db"))?;
        std::fs::create_dir_all(&self.agents_dir)?;
        // JSON is YAML.
        let config = format!(
            "{{master: {:?}, master_fingerprint: {:?}, log_level: error}}\n",
            self.master,
            authority.fingerprint().to_string()
        );
        std::fs::write(self.agents_dir.join("agent.yaml"), config)?;
        let now = jiff::Timestamp::now().as_millisecond();
        let mut written = Vec::with_capacity(self.count);
        for number in 0..self.count {
            let id: HostId = format!("fp-{number:05}").parse()?;
            let folder = self.agents_dir.join(id.as_str());
            let key = AgentKey::load_or_create(&folder.join("agent.key"))?;
            let certificate = authority.sign(key.public_key(), &id, LIFETIME)?;
            write_private(&folder.join("agent.crt"), &certificate)?;
            written.push(database.submit(Write::Key(Key {
                fingerprint: key.fingerprint(),
                public_key: key.public_key().to_vec(),
                state: KeyState::Accepted,
                address: String::new(),
                first_seen: now,
                last_seen: now,
                id,
            })));
        }
        for key in written {
            key.wait().context("the master's database")?;
        }
        database.close();
        Ok(())
    }
}
