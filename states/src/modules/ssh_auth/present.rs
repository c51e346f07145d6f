//! `ssh_auth.present`: keys that may log in as a user.

use common::value::Map;
use serde::Deserialize;

use super::super::arguments::{Many, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::account::{Account, source_keys};
use super::keys::{self, Key, Standing, full_kind};

/// The arguments of `ssh_auth.present`.
#[derive(Deserialize)]
pub(super) struct Present {
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
    comment: String,
    changes: Map,
}

impl StateFunction for Present {
    const NAME: &'static str = "ssh_auth.present";
    const DOC: &'static str = "Keys that may log in as a user.\n\n\
        user, source (a file of keys in the tree) or the key as the name, enc (ssh-rsa), comment, options, config \
        (.ssh/authorized_keys)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        match self.source.as_deref().filter(|source| !source.is_empty()) {
            Some(source) => self.check_source(call, source),
            None => self.check_key(),
        }
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        if !plan.account.has_home() {
            return Err(Failure::new(
                "Failed to add the ssh key. Is the home directory available, and/or does the key file exist?",
            ));
        }
        plan.account.write(&plan.text)?;
        Ok(Done::ok(plan.comment, plan.changes))
    }
}

impl Present {
    fn check_key(&self) -> Result<Check<Plan>, Failure> {
        let options: Vec<String> = self.options.0.iter().map(ToString::to_string).collect();
        let mut key =
            Key::of_state(&self.name, &self.enc, self.comment.as_deref().unwrap_or_default(), &options);
        if let Some(problem) = key.problem() {
            return Err(Failure::new(problem));
        }
        key.kind = full_kind(&key.kind).map_err(Failure::new)?.into();
        let account = Account::find(&self.user, &self.config)?;
        let text = account.read()?;
        let (name, user) = (&key.key, &*self.user);
        let standing = keys::standing(&text, &key);
        let (dry, comment, changes) = match standing {
            Standing::Exists => {
                return Ok(Check::clean(format!(
                    "The authorized host key {name} is already present for user {user}"
                )));
            }
            Standing::Update => ("updated", "updated", change(name, "Updated")),
            Standing::Add => ("added", "added", change(name, "New")),
        };
        let text = keys::with_key(&text, &key);
        let comment = format!("The authorized host key {name} for user {user} was {comment}");
        let dry = format!("Key {name} for user {user} is set to be {dry}");
        Ok(Check::differs(Plan { account, text, comment, changes }, dry, Map::new()))
    }

    fn check_source(&self, call: &Call<'_>, source: &str) -> Result<Check<Plan>, Failure> {
        let Some(mut wanted) = source_keys(call, source)? else {
            return Err(Failure::new(format!("Failed to add the ssh key. Source file {source} is missing")));
        };
        let account = Account::find(&self.user, &self.config)?;
        let mut text = account.read()?;
        let (mut dry, mut replaced) = (String::new(), false);
        for key in &mut wanted {
            key.kind = full_kind(&key.kind).map_err(Failure::new)?.into();
            if !self.options.0.is_empty() {
                key.options = self.options.0.iter().map(ToString::to_string).collect();
            }
            let standing = keys::standing(&text, key);
            replaced |= standing == Standing::Update;
            if standing != Standing::Exists {
                dry.push_str(&format!("Set to {}: {}\n", standing.word(), key.key));
                text = keys::with_key(&text, key);
            }
        }
        let (name, user) = (&*self.name, &*self.user);
        if dry.is_empty() {
            return Ok(Check::clean(if call.context.test {
                format!("All host keys in file {source} are already present")
            } else {
                format!("The authorized host key {name} is already present for user {user}")
            }));
        }
        let (word, change_word) = if replaced { ("updated", "Updated") } else { ("added", "New") };
        let comment = format!("The authorized host key {name} for user {user} was {word}");
        Ok(Check::differs(
            Plan { account, text, comment, changes: change(name, change_word) },
            dry,
            Map::new(),
        ))
    }
}

pub(super) fn rsa() -> Text {
    Text("ssh-rsa".into())
}

pub(super) fn config() -> Text {
    Text(".ssh/authorized_keys".into())
}

#[cfg(test)]
mod tests {
    use super::super::super::file::ownership::user_name;
    use super::super::super::file::testing::Host;

    fn user() -> String {
        user_name(nix::unistd::geteuid().as_raw())
    }

    #[test]
    fn a_key_is_added_once() {
        let mut host = Host::new(&[]);
        let yaml = format!("{{name: AAAA, user: {}, config: DIR/k/keys, comment: me}}", user());
        let (dry, real) = host.converge("ssh_auth.present", "/x", &yaml);
        assert_eq!(dry.comment, format!("Key AAAA for user {} is set to be added", user()));
        assert_eq!(real.comment, format!("The authorized host key AAAA for user {} was added", user()));
        assert_eq!(host.read("k/keys"), "ssh-rsa AAAA me\n");
        assert_eq!((host.mode("k"), host.mode("k/keys")), (0o700, 0o600));
        let gone = format!("{{name: AAAA, user: {}, config: DIR/k/keys}}", user());
        let (dry, real) = host.converge("ssh_auth.absent", "/x", &gone);
        assert_eq!(dry.comment, format!("Key AAAA for user {} is set for removal", user()));
        assert_eq!((real.comment.as_str(), host.read("k/keys").as_str()), ("Key removed", ""));
    }

    #[test]
    fn a_source_brings_all_its_keys() {
        let mut host = Host::new(&[("keys", "ssh-rsa AAAA a\n# no\nssh-ed25519 BBBB b\n"), ("none", "x\n")]);
        let yaml =
            |source: &str| format!("{{name: ops, user: {}, config: DIR/keys, source: {source}}}", user());
        let (dry, real) = host.converge("ssh_auth.present", "/x", &yaml("salt://keys"));
        assert_eq!(dry.comment, "Set to add: AAAA\nSet to add: BBBB\n");
        assert_eq!(real.changes, common::value::map([("ops", "New".into())]));
        assert_eq!(host.read("keys"), "ssh-rsa AAAA a\nssh-ed25519 BBBB b\n");
        let missing = host.run("ssh_auth.present", "/x", &yaml("salt://nope"));
        assert_eq!(missing.comment, "Failed to add the ssh key. Source file salt://nope is missing");
        let empty = host.run("ssh_auth.present", "/x", &yaml("salt://none"));
        assert_eq!(empty.comment, "No keys detected in salt://none. Is file properly formatted?");
        let (dry, _) = host.converge("ssh_auth.absent", "/x", &yaml("salt://keys"));
        assert_eq!(dry.comment, "Set to remove: AAAA\nSet to remove: BBBB\n");
    }

    #[test]
    fn bad_keys_are_refused() {
        let mut host = Host::new(&[]);
        let run = |host: &mut Host, name: &str, more: &str| {
            let yaml = format!("{{name: '{name}', user: {}, config: DIR/keys{more}}}", user());
            host.run("ssh_auth.present", "/x", &yaml).comment
        };
        assert!(run(&mut host, "AAA", "").starts_with("Invalid public ssh key"));
        assert_eq!(run(&mut host, "AAAA", ", enc: rot13"), "Incorrect encryption key type 'rot13'.");
    }
}
