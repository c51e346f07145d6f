//! Making a user that is not there.

use common::value::{Map, Value};

use super::accounts::Accounts;
use super::changes::Wanted;
use super::present::{Present, REDACTED};
use super::{tools, update};
use crate::modules::{Call, Done, Failure};

pub(super) fn create(state: &Present, call: &Call<'_>, wanted: &Wanted) -> Result<Done, Failure> {
    let name = &state.name.0;
    let words = useradd(state, call, wanted);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = tools::run(call.context, &words)?;
    if output.status != 0 {
        return Err(Failure::new(tools::because(format!("Failed to create new user {name}"), &output)));
    }
    let mut groups: Vec<String> = wanted.groups.iter().flatten().cloned().collect();
    groups.extend(wanted.optional_groups.iter().cloned());
    let accounts = Accounts::read(call.context);
    let mut present = accounts.user(name).map(|user| accounts.groups_of(&user)).unwrap_or_default();
    let mut sorted = groups.clone();
    sorted.sort();
    present.dedup();
    if !groups.is_empty() && sorted != present {
        update::step(call, &["usermod", "-G", &groups.join(","), name])?;
    }
    if wanted.gecos.iter().flatten().any(|field| !field.is_empty()) {
        update::step(call, &["usermod", "-c", &update::gecos(&wanted.gecos, &Default::default()), name])?;
    }
    let mut changes = Accounts::read(call.context).user_info(name);
    if !state.createhome.0 {
        changes.insert("home".into(), "".into());
    }
    passwords(call, name, wanted, &mut changes)
}

/// The command line of useradd.
fn useradd(state: &Present, call: &Call<'_>, wanted: &Wanted) -> Vec<String> {
    let name = &state.name.0;
    let local = state.local.0;
    let mut words: Vec<String> = vec![if local { "luseradd" } else { "useradd" }.into()];
    let mut option = |letter: &str, value: Option<String>| {
        words.push(letter.into());
        words.extend(value);
    };
    if let Some(shell) = wanted.shell.clone().filter(|shell| !shell.is_empty()) {
        option("-s", Some(shell));
    }
    if let Some(uid) = wanted.uid {
        option("-u", Some(uid.to_string()));
    }
    if let Some(gid) = &wanted.gid {
        option("-g", Some(gid.word()));
    } else if state.usergroup.is_some_and(|flag| flag.0) {
        if !local {
            option("-U", None);
        }
    } else if wanted.groups.as_ref().is_some_and(|groups| groups.contains(name)) && user_groups_enabled(call)
    {
        // The group exists already; useradd would refuse to make it again.
        let gid = Accounts::read(call.context).group(name).map(|group| group.gid.to_string());
        if let Some(gid) = gid {
            option("-g", Some(gid));
        }
    }
    if state.usergroup.is_some_and(|flag| !flag.0) {
        option(if local { "-n" } else { "-N" }, None);
    }
    if !state.createhome.0 {
        option("-M", None);
    } else if !local {
        option("-m", None);
    }
    if state.nologinit.0 {
        option("-l", None);
    }
    if let Some(home) = &wanted.home {
        option("-d", Some(home.clone()));
    }
    if !state.unique.0 {
        option("-o", None);
    }
    if state.system.0 {
        option("-r", None);
    }
    words.push(name.clone());
    words
}

/// Whether useradd makes a group for each user (`USERGROUPS_ENAB` in login.defs).
fn user_groups_enabled(call: &Call<'_>) -> bool {
    let defaults = std::fs::read_to_string(call.context.run.host_path("/etc/login.defs")).unwrap_or_default();
    let setting = defaults.lines().find(|line| line.trim_start().starts_with("USERGROUPS_ENAB"));
    setting.is_some_and(|line| line.contains("yes"))
}

/// Sets password and ages of a new user and looks whether they took.
fn passwords(call: &Call<'_>, name: &str, wanted: &Wanted, changes: &mut Map) -> Result<Done, Failure> {
    let mut failed = None;
    let password = wanted.password.as_ref().filter(|password| !password.is_empty());
    if let Some(password) = password.filter(|_| !wanted.empty_password) {
        update::set_password(call, name, password)?;
        if Accounts::read(call.context).shadow(name).is_none_or(|shadow| shadow.passwd != *password) {
            failed = Some(format!("User {name} created but failed to set password to {REDACTED}"));
        }
        changes.insert("password".into(), REDACTED.into());
    }
    if wanted.empty_password && password.is_none() {
        update::step(call, &["passwd", "-d", name])?;
        changes.insert("password".into(), "".into());
    }
    let ages = [
        ("date", 0, "last change date"),
        ("mindays", 1, "minimum days"),
        ("maxdays", 2, "maximum days"),
        ("inactdays", 4, "inactive days"),
        ("warndays", 3, "warn days"),
        ("expire", 5, "expire days"),
    ];
    for (key, position, words) in ages {
        let Some(days) = wanted.days.get(position).copied().flatten() else { continue };
        if days == 0 && key != "date" {
            continue;
        }
        update::set_age(call, name, key, days)?;
        let accounts = Accounts::read(call.context);
        let present = accounts.shadow(name).and_then(|shadow| shadow.days.get(position).copied());
        if present != Some(days) {
            failed = Some(format!("User {name} created but failed to set {words} to {days}"));
        }
        changes.insert(Value::from(key), days.into());
    }
    let changes = std::mem::take(changes);
    Ok(match failed {
        None => Done::ok(format!("New user {name} created"), changes),
        Some(comment) => Done::failed(comment, changes),
    })
}
