//! `ssh_auth.absent`: keys that may not log in as a user.

use common::value::Map;
use serde::Deserialize;

use super::super::arguments::{Many, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::account::{Account, source_keys};
use super::keys::{self, Key};
use super::present::{config, rsa};

/// The arguments of `ssh_auth.absent`.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
    user: Text,
    #[serde(default = "rsa")]
    enc: Text,
    #[serde(default)]
    comment: Option<Text>,
    #[serde(default)]
    source: Option<Text>,
    #[serde(default)]
    options: Many<Text>,
    #[serde(default = "config")]
    config: Text,
    #[serde(default, rename = "fingerprint_hash_type")]
    _fingerprint_hash_type: Option<Text>,
}

/// The new text of the file.
pub(super) struct Plan {
    account: Account,
    text: String,
    changes: Map,
}

impl StateFunction for Absent {
    const NAME: &'static str = "ssh_auth.absent";
    const DOC: &'static str = "Keys that may not log in as a user.\n\n\
        user, source (a file of keys in the tree) or the key as the name, config (.ssh/authorized_keys)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let account = Account::find(&self.user, &self.config)?;
        let old = account.read()?;
        let there = keys::parse_file(&old);
        let stands = |key: &Key| there.iter().any(|known| known.key == key.key);
        let Some(source) = self.source.as_deref().filter(|source| !source.is_empty()) else {
            let options: Vec<String> = self.options.0.iter().map(ToString::to_string).collect();
            let key =
                Key::of_state(&self.name, &self.enc, self.comment.as_deref().unwrap_or_default(), &options);
            if !stands(&key) {
                return Ok(Check::clean(if call.context.test {
                    "Key is already absent"
                } else {
                    "Key not present"
                }));
            }
            let text = keys::without_key(&old, &key.key);
            let dry = format!("Key {} for user {} is set for removal", key.key, self.user);
            return Ok(Check::differs(
                Plan { account, text, changes: change(&key.key, "Removed") },
                dry,
                Map::new(),
            ));
        };
        let Some(unwanted) = source_keys(call, source)? else {
            return Err(Failure::new(format!(
                "Failed to remove the ssh key. Source file {source} is missing"
            )));
        };
        let (mut text, mut dry) = (old.clone(), String::new());
        for key in unwanted.iter().filter(|key| stands(key)) {
            text = keys::without_key(&text, &key.key);
            dry.push_str(&format!("Set to remove: {}\n", key.key));
        }
        if dry.is_empty() {
            return Ok(Check::clean(if call.context.test {
                format!("All host keys in file {source} are already absent")
            } else {
                "Key not present".into()
            }));
        }
        Ok(Check::differs(Plan { account, text, changes: change(&self.name, "Removed") }, dry, Map::new()))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.account.write(&plan.text)?;
        Ok(Done::ok("Key removed", plan.changes))
    }
}
