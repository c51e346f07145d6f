//! `user.present`: a user is there and as described.

use common::value::{Map, Value, get};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::accounts::{Accounts, SHADOW_DAYS, User};
use super::changes::{Wanted, changes};
use super::identity::Identity;
use super::update;
use super::{create, password};
use crate::modules::arguments::{Flag, Many, Text, number};
use crate::modules::{Call, Check, Done, Failure, StateFunction};

/// What stands for a password in changes and comments.
pub(super) const REDACTED: &str = "XXX-REDACTED-XXX";

fn yes() -> Flag {
    Flag(true)
}

/// A user that shall exist.
#[derive(Deserialize)]
pub(super) struct Present {
    pub(super) name: Text,
    #[serde(default, deserialize_with = "number")]
    uid: Option<u32>,
    pub(super) gid: Option<Identity>,
    #[serde(default)]
    gid_from_name: Flag,
    pub(super) usergroup: Option<Flag>,
    groups: Option<Many<Text>>,
    optional_groups: Option<Many<Text>>,
    #[serde(default = "yes")]
    remove_groups: Flag,
    home: Option<Text>,
    #[serde(default = "yes")]
    pub(super) createhome: Flag,
    #[serde(default)]
    pub(super) persist_home: Flag,
    password: Option<Text>,
    #[serde(default)]
    hash_password: Flag,
    #[serde(default = "yes")]
    enforce_password: Flag,
    #[serde(default)]
    empty_password: Flag,
    password_lock: Option<Flag>,
    shell: Option<Text>,
    #[serde(default = "yes")]
    pub(super) unique: Flag,
    #[serde(default)]
    pub(super) system: Flag,
    fullname: Option<Text>,
    roomnumber: Option<Text>,
    workphone: Option<Text>,
    homephone: Option<Text>,
    other: Option<Text>,
    date: Option<i64>,
    mindays: Option<i64>,
    maxdays: Option<i64>,
    inactdays: Option<i64>,
    warndays: Option<i64>,
    expire: Option<i64>,
    #[serde(default)]
    pub(super) nologinit: Flag,
    #[serde(default)]
    allow_uid_change: Flag,
    #[serde(default)]
    allow_gid_change: Flag,
    #[serde(default)]
    pub(super) local: Flag,
    #[serde(default, rename = "loginclass")]
    _loginclass: IgnoredAny,
    #[serde(default, rename = "win_homedrive")]
    _win_homedrive: IgnoredAny,
    #[serde(default, rename = "win_profile")]
    _win_profile: IgnoredAny,
    #[serde(default, rename = "win_logonscript")]
    _win_logonscript: IgnoredAny,
    #[serde(default, rename = "win_description")]
    _win_description: IgnoredAny,
}

/// What a run has to do.
pub(super) enum Plan {
    /// The user is not there.
    Create(Box<Wanted>),
    /// The user is there and differs.
    Update {
        /// What is wanted.
        wanted: Box<Wanted>,
        /// The user as it is.
        user: Box<User>,
        /// What differs, by Salt's names.
        changes: Map,
    },
}

impl StateFunction for Present {
    const NAME: &'static str = "user.present";
    const DOC: &'static str = "Ensure that a user exists and is as described.

name: the user
uid, gid: its number, its primary group (number or name)
gid_from_name: its primary group is the one with its name (as in old Salt)
usergroup: make (True) or do not make (False) a group with its name
groups, optional_groups: its further groups; those of groups must exist
remove_groups: take it out of all other groups (True)
home, createhome, persist_home: its home, whether to make it (True), whether to move its content (False)
password: the hash of its password; hash_password: password is clear text (False)
enforce_password, empty_password, password_lock: set a changed password (True), let it have none, lock it
shell, fullname, roomnumber, workphone, homephone, other: fields of its account
system, unique, nologinit, local: options of useradd
date, mindays, maxdays, inactdays, warndays, expire: ages of its password
allow_uid_change, allow_gid_change: permit a change of uid or gid (False)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = &self.name;
        if let Some(field) = [&self.fullname, &self.roomnumber, &self.workphone]
            .into_iter()
            .flatten()
            .find(|field| field.contains(','))
        {
            return Err(Failure::new(format!("Unsupported char ',' in {field}")));
        }
        let accounts = Accounts::read(call.context);
        let missing: Vec<String> = texts(self.groups.as_ref())
            .unwrap_or_default()
            .into_iter()
            .filter(|group| accounts.group(group).is_none())
            .collect();
        if !missing.is_empty() && !call.context.test {
            let comment = format!("The following group(s) are not present: {}", missing.join(","));
            return Err(Failure::new(comment));
        }
        let wanted = self.wanted(call, &accounts)?;
        let Some(user) = accounts.user(name) else {
            let mut comment = format!("User {name} set to be added");
            if !missing.is_empty() {
                comment.push_str(&format!(" (pending groups: {})", missing.join(",")));
            }
            return Ok(Check::differs(Plan::Create(Box::new(wanted)), comment, Map::new()));
        };
        let changes = changes(&wanted, &user, &accounts);
        self.permit(&changes, &user)?;
        if changes.is_empty() {
            return Ok(Check::clean(format!("User {name} is present and up to date")));
        }
        let mut comment = String::from("The following user attributes are set to be changed:\n");
        for (key, value) in &changes {
            let redacted = Value::from(REDACTED);
            let value = if key.as_str() == Some("passwd") { &redacted } else { value };
            comment.push_str(&format!("{key}: {value}\n"));
        }
        if !missing.is_empty() {
            comment.push_str(&format!("groups (pending creation): {}\n", missing.join(",")));
        }
        Ok(Check::differs(
            Plan::Update { wanted: Box::new(wanted), user: Box::new(user), changes },
            comment,
            Map::new(),
        ))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        match plan {
            Plan::Create(wanted) => create::create(self, call, &wanted),
            Plan::Update { wanted, user, changes } => {
                let before = Accounts::read(call.context);
                update::update(self, call, &user, &changes)?;
                let after = Accounts::read(call.context);
                Ok(self.report(&wanted, &before, &after))
            }
        }
    }
}

impl Present {
    /// The attributes this state asks for, in the light of the accounts there are.
    fn wanted(&self, call: &Call<'_>, accounts: &Accounts) -> Result<Wanted, Failure> {
        let text = |field: &Option<Text>| field.as_ref().map(|text| text.0.clone());
        let own_group = Identity::Name(self.name.0.clone());
        let own_exists = accounts.gid(&own_group).is_some();
        let usergroup = self.usergroup.is_some_and(|flag| flag.0) || self.gid_from_name.0;
        let exists = |group: &String| accounts.group(group).is_some();
        let home = text(&self.home);
        let present_home = accounts.user(&self.name).map(|user| user.home);
        let missing_home =
            home.clone().filter(|home| !home.is_empty()).or_else(|| present_home.clone()).filter(|home| {
                self.createhome.0 && present_home.is_some() && !call.context.run.host_path(home).is_dir()
            });
        Ok(Wanted {
            uid: self.uid,
            gid: if usergroup && own_exists { Some(own_group) } else { self.gid.clone() },
            groups: texts(self.groups.as_ref()).map(|groups| groups.into_iter().filter(exists).collect()),
            optional_groups: texts(self.optional_groups.as_ref())
                .unwrap_or_default()
                .into_iter()
                .filter(exists)
                .collect(),
            remove_groups: self.remove_groups.0,
            home,
            missing_home,
            shell: text(&self.shell),
            password: password::wanted(
                call,
                self.password.as_deref(),
                self.hash_password.0,
                accounts.shadow(&self.name),
            )?,
            enforce_password: self.enforce_password.0,
            empty_password: self.empty_password.0,
            password_lock: self.password_lock.map(|flag| flag.0),
            days: [self.date, self.mindays, self.maxdays, self.warndays, self.inactdays, self.expire],
            gecos: [&self.fullname, &self.roomnumber, &self.workphone, &self.homephone, &self.other]
                .map(text),
        })
    }

    /// Changing a number orphans files, so it must be asked for.
    fn permit(&self, changes: &Map, user: &User) -> Result<(), Failure> {
        let refused: Vec<String> = [("uid", user.uid, self.allow_uid_change), ("gid", user.gid, self.allow_gid_change)]
            .into_iter()
            .filter(|(_, _, allowed)| !allowed.0)
            .filter_map(|(key, old, _)| {
                let new = get(changes, key)?;
                Some(format!(
                    "- Changing {key} ({old} -> {new}) not permitted, set allow_{key}_change to True to force this change. Note that this will not change file ownership."
                ))
            })
            .collect();
        if refused.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "Encountered error checking for needed changes. Additional info follows:\n\n{}",
            refused.join("\n")
        )))
    }

    /// What an update brought about, read from the accounts themselves.
    fn report(&self, wanted: &Wanted, before: &Accounts, after: &Accounts) -> Done {
        let name = &self.name;
        let old = before.user_info(name);
        let mut changes: Map =
            after.user_info(name).into_iter().filter(|(key, value)| old.get(key) != Some(value)).collect();
        if let (Some(old), Some(new)) = (before.shadow(name), after.shadow(name)) {
            if old.passwd != new.passwd {
                changes.insert("passwd".into(), REDACTED.into());
            }
            for ((key, old), new) in SHADOW_DAYS.iter().zip(old.days).zip(new.days) {
                if old != new {
                    changes.insert((*key).into(), new.into());
                }
            }
        }
        let mut wanted = wanted.clone();
        wanted.missing_home = None;
        let left =
            after.user(name).map(|user| super::changes::changes(&wanted, &user, after)).unwrap_or_default();
        if !left.is_empty() {
            let left: Map = left
                .into_iter()
                .map(
                    |(key, value)| {
                        if key.as_str() == Some("passwd") { (key, REDACTED.into()) } else { (key, value) }
                    },
                )
                .collect();
            return Done::failed(format!("These values could not be changed: {}", Value::Map(left)), changes);
        }
        let comment = if changes.is_empty() {
            format!("User {name} is present and up to date")
        } else {
            format!("Updated user {name}")
        };
        Done::ok(comment, changes)
    }
}

fn texts(many: Option<&Many<Text>>) -> Option<Vec<String>> {
    many.map(|many| many.0.iter().map(|text| text.0.clone()).collect())
}
