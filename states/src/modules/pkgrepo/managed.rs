//! `pkgrepo.managed`: a repository is in apt's lists, with its key.

use std::path::PathBuf;
use std::sync::atomic::Ordering::SeqCst;

use common::value::{Map, Value, map};
use serde::Deserialize;

use super::entry::Entry;
use super::key;
use super::ppa::Archive;
use super::sources::{self, Found};
use crate::modules::arguments::{Flag, Many, Text};
use crate::modules::pkg::apt;
use crate::modules::{Call, Check, Done, Failure, StateFunction, change};

fn yes() -> Flag {
    Flag(true)
}

/// A repository that shall be in apt's lists.
#[derive(Deserialize)]
pub(super) struct Managed {
    name: Text,
    ppa: Option<Text>,
    file: Option<Text>,
    dist: Option<Text>,
    comps: Option<Text>,
    architectures: Option<Text>,
    signedby: Option<Text>,
    trusted: Option<Flag>,
    comments: Option<Many<Text>>,
    enabled: Option<Flag>,
    disabled: Option<Flag>,
    #[serde(default)]
    clean_file: Flag,
    pub(super) key_url: Option<Text>,
    pub(super) key_text: Option<Text>,
    keyid: Option<Many<Text>>,
    pub(super) keyserver: Option<Text>,
    #[serde(default = "yes")]
    pub(super) aptkey: Flag,
    #[serde(default = "yes")]
    allow_insecure_key: Flag,
    refresh: Option<Flag>,
    refresh_db: Option<Flag>,
    repo: Option<Value>,
}

/// What a run has to do.
pub(super) enum Plan {
    /// Add or change an entry.
    Entry { wanted: Box<Entry>, present: Option<Box<Found>> },
    /// Add a personal archive.
    Archive(Archive),
}

impl StateFunction for Managed {
    const NAME: &'static str = "pkgrepo.managed";
    const DOC: &'static str = "Ensure that a repository of packages is known to apt.

name: the repository, as a line of sources.list
ppa: a personal archive on Launchpad, OWNER/NAME (Ubuntu)
file: the file of a new entry (/etc/apt/sources.list); one that ends in .sources gets a stanza
dist, comps, architectures, signedby, trusted, comments: parts of the entry, over those in name
enabled, disabled: whether apt uses it (enabled)
clean_file: let nothing else be in the file (False)
key_url, key_text, or keyid and keyserver: the key it is signed with; key_url may be salt://, a path, http:// or https://
aptkey: use apt-key where it exists and the entry names no file for its key (True)
allow_insecure_key: take a key over http (True)
refresh: refresh the package lists after a change (True)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        apt::require(call.context)?;
        self.refuse()?;
        let name = &self.name;
        let done = format!("Package repo '{name}' already configured");
        if let Some(ppa) = self.ppa.as_deref().or_else(|| name.strip_prefix("ppa:")) {
            let archive = Archive::parse(call.context, ppa).map_err(|error| self.failed(&error))?;
            if archive.find(call.context).is_some() {
                return Ok(Check::clean(done));
            }
            let changes = change("repo", name.0.as_str());
            return Ok(Check::differs(Plan::Archive(archive), self.foretold(), changes));
        }
        let wanted = self.wanted()?;
        let present = sources::find(call.context, &wanted);
        if let Some(found) = &present
            && found.entry.fulfils(&wanted)
            && !self.others_in_file(call)
        {
            return Ok(Check::clean(done));
        }
        let changes = match &present {
            Some(found) => differences(&found.entry, &wanted),
            None => change("repo", name.0.as_str()),
        };
        let plan = Plan::Entry { wanted: Box::new(wanted), present: present.map(Box::new) };
        Ok(Check::differs(plan, self.foretold(), changes))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let name = &self.name;
        let changes = match plan {
            Plan::Archive(archive) => {
                archive.add(call.context).map_err(|failure| self.failed(&failure.comment))?;
                change("repo", archive.repo())
            }
            Plan::Entry { wanted, present } => {
                self.write(call, &wanted, present.as_deref())
                    .map_err(|failure| self.failed(&failure.comment))?;
                match present {
                    Some(found) => differences(&found.entry, &wanted),
                    None => change("repo", name.0.as_str()),
                }
            }
        };
        if self.refresh_db.or(self.refresh).is_none_or(|flag| flag.0) {
            apt::refresh(call.context)
                .map_err(|error| Failure { changes: changes.clone(), ..self.failed(&error) })?;
        } else {
            call.context.run.package_lists_stale.store(true, SeqCst);
        }
        Ok(Done::ok(format!("Configured package repo '{name}'"), changes))
    }
}

impl Managed {
    /// Refuses arguments that contradict each other.
    fn refuse(&self) -> Result<(), Failure> {
        let from_server = self.keyid.is_some() || self.keyserver.is_some();
        let insecure = self.key_url.as_ref().is_some_and(|url| url.trim().starts_with("http:"));
        let refusal = if self.key_url.is_some() && from_server {
            "You may not use both \"keyid\"/\"keyserver\" and \"key_url\" argument."
        } else if self.key_text.is_some() && from_server {
            "You may not use both \"keyid\"/\"keyserver\" and \"key_text\" argument."
        } else if self.key_text.is_some() && self.key_url.is_some() {
            "You may not use both \"key_url\" and \"key_text\" argument."
        } else if self.repo.is_some() {
            "'repo' is not a supported argument for this state. The 'name' argument is probably what was intended."
        } else if self.enabled.is_some() && self.disabled.is_some() {
            "Only one of enabled/disabled is allowed"
        } else if insecure && !self.allow_insecure_key.0 {
            "Cannot have 'key_url' using http with 'allow_insecure_key' set to True"
        } else {
            return Ok(());
        };
        Err(Failure::new(refusal))
    }

    /// The entry: the line in `name` with the arguments over it.
    fn wanted(&self) -> Result<Entry, Failure> {
        let with_defaults = format!(
            "{} {} {}",
            self.name.trim(),
            self.dist.as_deref().unwrap_or_default(),
            self.comps.as_deref().unwrap_or_default().replace(',', " ")
        );
        let parsed = Entry::parse(&self.name).or_else(|| Entry::parse(&with_defaults));
        let mut entry = parsed.ok_or_else(|| {
            self.failed(&format!(
                "repo '{}' is not a well formatted definition; it should look like 'deb http://deb.example.net bookworm main'",
                self.name
            ))
        })?;
        let list = |text: &str| text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        if let Some(dist) = &self.dist {
            entry.dist.clone_from(&dist.0);
        }
        if let Some(comps) = &self.comps {
            let more = list(comps);
            entry.comps.extend(more.into_iter().filter(|comp| !comp.is_empty()));
            let mut seen = Vec::new();
            entry.comps.retain(|comp| {
                !seen.contains(comp) && {
                    seen.push(comp.clone());
                    true
                }
            });
        }
        if let Some(architectures) = &self.architectures {
            entry.set_option("arch", list(architectures).join(","));
        }
        if let Some(file) = &self.signedby {
            entry.set_option("signed-by", file.0.clone());
        }
        if self.trusted.is_some_and(|flag| flag.0) {
            entry.set_option("trusted", "yes".into());
        }
        if let Some(comments) = &self.comments {
            entry.comment = comments.0.iter().map(|comment| comment.0.as_str()).collect::<Vec<_>>().join(" ");
        }
        entry.disabled = self.disabled.is_some_and(|flag| flag.0) || self.enabled.is_some_and(|flag| !flag.0);
        Ok(entry)
    }

    /// Whether the file is to be clean and has other entries.
    fn others_in_file(&self, call: &Call<'_>) -> bool {
        let Some(file) = self.file.as_ref().filter(|_| self.clean_file.0) else { return false };
        let text = std::fs::read_to_string(call.context.run.host_path(file)).unwrap_or_default();
        let mut lines = text.lines().map(str::trim);
        lines.any(|line| !line.is_empty() && !line.starts_with('#') && line != self.name.trim())
    }

    fn write(&self, call: &Call<'_>, wanted: &Entry, present: Option<&Found>) -> Result<(), Failure> {
        let file: PathBuf = match &self.file {
            Some(file) if file.starts_with('/') => call.context.run.host_path(file),
            Some(file) => {
                return Err(Failure::new(format!("file: {file} is not an absolute path")));
            }
            None => call.context.run.host_path("/etc/apt/sources.list"),
        };
        key::install(self, call, wanted.option("signed-by"))?;
        let mut present = present.filter(|found| !self.clean_file.0 || found.file != file);
        if self.clean_file.0 {
            sources::write(&file, "")?;
            present = None;
        }
        sources::put(present, &file, wanted)
    }

    pub(super) fn key_ids(&self) -> Vec<String> {
        self.keyid.iter().flat_map(|ids| &ids.0).map(|id| id.0.clone()).collect()
    }

    fn failed(&self, error: &str) -> Failure {
        Failure::new(format!("Failed to configure repo '{}': {error}", self.name))
    }

    fn foretold(&self) -> String {
        format!(
            "Package repo '{}' would be configured. This may cause pkg states to behave differently than stated if this action is repeated without test=True, due to the differences in the configured repositories.",
            self.name
        )
    }
}

/// The fields that differ: `{field: {new, old}}`.
fn differences(old: &Entry, new: &Entry) -> Map {
    let old = old.to_map();
    new.to_map()
        .into_iter()
        .filter_map(|(field, new)| {
            let old = old.get(&field).cloned().unwrap_or_default();
            (old != new).then(|| (field, Value::Map(map([("new", new), ("old", old)]))))
        })
        .collect()
}
