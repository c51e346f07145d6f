//! Launchpad's personal archives, on Ubuntu and its relatives.

use common::value::get;

use super::entry::Entry;
use super::sources;
use crate::context::Context;
use crate::modules::Failure;
use crate::modules::pkg::apt;

/// A personal archive: `owner/name`.
pub(super) struct Archive {
    owner: String,
    name: String,
    dist: String,
}

impl Archive {
    /// Reads `owner/name` (or `ppa:owner/name`), on a system that has such archives.
    pub(super) fn parse(context: &Context, text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("ppa:").unwrap_or(text);
        let grain = |name: &str| get(&context.grains, name).map(ToString::to_string).unwrap_or_default();
        if !["Ubuntu", "Mint", "neon", "KDE neon"].contains(&grain("os").as_str()) {
            return Err(format!("cannot parse \"ppa:\" style repo definitions: ppa:{text}"));
        }
        let Some((owner, name)) = text.split_once('/') else {
            return Err(format!(
                "Unable to get PPA info from argument. Expected format \"<PPA_OWNER>/<PPA_NAME>\" (e.g. saltstack/salt) not found.  Received '{text}' instead."
            ));
        };
        Ok(Self { owner: owner.into(), name: name.into(), dist: grain("oscodename") })
    }

    /// The archive as Salt calls it in changes.
    pub(super) fn repo(&self) -> String {
        format!("ppa:{}/{}", self.owner, self.name)
    }

    /// The entry in apt's lists, if it is there: new releases use another host than old ones.
    pub(super) fn find(&self, context: &Context) -> Option<sources::Found> {
        let (owner, name, dist) = (&self.owner, &self.name, &self.dist);
        [
            format!("deb http://ppa.launchpad.net/{owner}/{name}/ubuntu {dist} main"),
            format!("deb https://ppa.launchpadcontent.net/{owner}/{name}/ubuntu {dist} main"),
            format!("deb https://ppa.launchpadcontent.net/{owner}/{name}/ubuntu/ {dist} main"),
        ]
        .iter()
        .filter_map(|line| Entry::parse(line))
        .find_map(|entry| sources::find(context, &entry))
    }

    /// Adds the archive and its key.
    pub(super) fn add(&self, context: &Context) -> Result<(), Failure> {
        let repo = self.repo();
        let output = apt::run(context, ["apt-add-repository", "-y", &repo])?;
        if output.status == 0 {
            return Ok(());
        }
        Err(Failure::new(format!(
            "Unable to add PPA '{}'. 'apt-add-repository -y {repo}' exited with status {}: '{}'",
            repo.trim_start_matches("ppa:"),
            output.status,
            output.stderr_text()
        )))
    }
}
