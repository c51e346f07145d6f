//! Changing a user that is there.

use common::value::{Map, Value, get};
use nix::unistd::{Gid, Uid, chown};

use super::accounts::{GECOS, User};
use super::present::Present;
use super::tools;
use crate::modules::{Call, Failure};

/// The letters of chage by Salt's names.
const AGES: [(&str, &str); 6] = [
    ("date", "-d"),
    ("mindays", "-m"),
    ("maxdays", "-M"),
    ("inactdays", "-I"),
    ("warndays", "-W"),
    ("expire", "-E"),
];

pub(super) fn update(state: &Present, call: &Call<'_>, user: &User, changes: &Map) -> Result<(), Failure> {
    let name = user.name.as_str();
    let text = |key: &str| get(changes, key).map(ToString::to_string);
    if let Some(password) = text("passwd") {
        set_password(call, name, &password)?;
    }
    if get(changes, "empty_password").is_some() {
        step(call, &["passwd", "-d", name])?;
    }
    if let Some(lock) = get(changes, "password_lock") {
        step(call, &["passwd", if lock.is_true() { "-l" } else { "-u" }, name])?;
    }
    if let Some(days) = get(changes, "date").and_then(Value::as_int) {
        set_age(call, name, "date", days)?;
    }
    home(state, call, user, changes)?;
    for (key, _) in AGES.iter().skip(1) {
        if let Some(days) = get(changes, key).and_then(Value::as_int) {
            set_age(call, name, key, days)?;
        }
    }
    for (key, letter) in [("uid", "-u"), ("gid", "-g"), ("shell", "-s")] {
        if let Some(value) = text(key) {
            step(call, &["usermod", letter, &value, name])?;
        }
    }
    let fields = GECOS.map(text);
    if fields.iter().any(Option::is_some) {
        step(call, &["usermod", "-c", &gecos(&fields, &user.gecos), name])?;
    }
    if let Some(groups) = get(changes, "groups").and_then(Value::as_list) {
        let groups: Vec<_> = groups.iter().map(ToString::to_string).collect();
        let groups = groups.join(",");
        let mut words = vec!["usermod"];
        if get(call.arguments, "remove_groups").is_some_and(|remove| !remove.is_true()) {
            words.push("-a");
        }
        words.extend(["-G", &groups, name]);
        step(call, &words)?;
    }
    Ok(())
}

/// Gives the user its home: in its entry, and as a folder.
fn home(state: &Present, call: &Call<'_>, user: &User, changes: &Map) -> Result<(), Failure> {
    let missing = get(changes, "homeDoesNotExist").map(ToString::to_string);
    let wanted = get(changes, "home").map(ToString::to_string).or_else(|| missing.clone());
    if let Some(home) = wanted.filter(|home| *home != user.home) {
        let mut words = vec!["usermod"];
        if state.persist_home.0 {
            words.push("-m");
        }
        words.extend(["-d", &home, &user.name]);
        step(call, &words)?;
    }
    let Some(folder) =
        missing.map(|home| call.context.run.host_path(&home)).filter(|folder| !folder.is_dir())
    else {
        return Ok(());
    };
    std::fs::create_dir_all(&folder)
        .and_then(|()| {
            chown(&folder, Some(Uid::from_raw(user.uid)), Some(Gid::from_raw(user.gid))).map_err(Into::into)
        })
        .map_err(|error| Failure::new(format!("cannot make the home {}: {error}", folder.display())))
}

/// Sets the hash of a password. It goes through standard input: command lines can be seen by every user.
pub(super) fn set_password(call: &Call<'_>, name: &str, hash: &str) -> Result<(), Failure> {
    let output = tools::run_with_input(call.context, &["chpasswd", "-e"], format!("{name}:{hash}\n"))?;
    if output.status == 0 {
        return Ok(());
    }
    Err(Failure::new(tools::because(format!("chpasswd failed for user {name}"), &output)))
}

/// Sets one of the ages of a password, by Salt's name for it.
pub(super) fn set_age(call: &Call<'_>, name: &str, key: &str, days: i64) -> Result<(), Failure> {
    let letter = AGES.iter().find(|(known, _)| *known == key).map_or("-d", |(_, letter)| letter);
    step(call, &["chage", letter, &days.to_string(), name])
}

/// One command. Its failure is not the end: whether all attributes took is looked up afterwards, and a failure that
/// matters shows there. What it said goes into the warnings.
pub(super) fn step(call: &Call<'_>, words: &[&str]) -> Result<(), Failure> {
    let output = tools::run(call.context, words)?;
    if output.status != 0 {
        let command = words.join(" ");
        let said = tools::because(format!("'{command}' failed with status {}", output.status), &output);
        call.warnings.borrow_mut().push(said);
    }
    Ok(())
}

/// The gecos field of five fields, each the new one or else the present one.
pub(super) fn gecos(new: &[Option<String>; 5], present: &[String; 5]) -> String {
    let fields: Vec<&str> = new.iter().zip(present).map(|(new, old)| new.as_deref().unwrap_or(old)).collect();
    fields.join(",").trim_end_matches(',').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gecos_fields_keep_their_places() {
        let present = ["Ann".into(), "12".into(), String::new(), String::new(), String::new()];
        let new = [None, None, Some("555".into()), None, None];
        assert_eq!(gecos(&new, &present), "Ann,12,555");
        let new = [Some("Anna".into()), Some(String::new()), None, None, None];
        assert_eq!(gecos(&new, &present), "Anna");
    }
}
