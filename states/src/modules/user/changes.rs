//! What differs between a user as wanted and as present: no I/O, only the comparison.

use common::value::{Map, Value};

use super::accounts::{Accounts, GECOS, Shadow, User};
use super::identity::Identity;

/// The attributes a state wants of a user; what is `None` may be anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) uid: Option<u32>,
    pub(super) gid: Option<Identity>,
    /// The groups named in `groups`, where it is given.
    pub(super) groups: Option<Vec<String>>,
    /// Those of `optional_groups` that exist.
    pub(super) optional_groups: Vec<String>,
    pub(super) remove_groups: bool,
    pub(super) home: Option<String>,
    /// The home's path when it is to be made and is not there.
    pub(super) missing_home: Option<String>,
    pub(super) shell: Option<String>,
    pub(super) password: Option<String>,
    pub(super) enforce_password: bool,
    pub(super) empty_password: bool,
    pub(super) password_lock: Option<bool>,
    /// In the order of [`super::accounts::SHADOW_DAYS`].
    pub(super) days: [Option<i64>; 6],
    /// In the order of [`GECOS`].
    pub(super) gecos: [Option<String>; 5],
}

/// Salt's names for [`Wanted::days`] and its order of comparing them.
const DAYS: [(&str, usize); 6] =
    [("date", 0), ("mindays", 1), ("maxdays", 2), ("inactdays", 4), ("warndays", 3), ("expire", 5)];

/// The hash of an account that never had a password.
const NO_PASSWORD: &str = "!";

/// The attributes to change, by Salt's names and in its order.
pub(super) fn changes(wanted: &Wanted, user: &User, accounts: &Accounts) -> Map {
    let mut changes = Map::new();
    let mut put = |name: &str, value: Value| {
        changes.insert(name.into(), value);
    };
    if let Some(uid) = wanted.uid.filter(|uid| *uid != 0 && *uid != user.uid) {
        put("uid", uid.into());
    }
    if let Some(gid) = &wanted.gid
        && accounts.gid(gid) != Some(user.gid)
    {
        put("gid", gid.value());
    }
    if let Some(groups) = group_change(wanted, user, accounts) {
        put("groups", groups.into());
    }
    if let Some(home) = wanted.home.as_ref().filter(|home| !home.is_empty() && **home != user.home) {
        put("home", home.into());
    }
    if let Some(home) = &wanted.missing_home {
        put("homeDoesNotExist", home.into());
    }
    if let Some(shell) = wanted.shell.as_ref().filter(|shell| !shell.is_empty() && **shell != user.shell) {
        put("shell", shell.into());
    }
    let unknown = Shadow { name: user.name.clone(), passwd: String::new(), days: [-1; 6] };
    let shadow = accounts.shadow(&user.name).unwrap_or(&unknown);
    if let Some(password) =
        wanted.password.as_ref().filter(|password| !password.is_empty() && !wanted.empty_password)
        && (wanted.enforce_password || shadow.passwd == NO_PASSWORD)
        && shadow.passwd != *password
    {
        put("passwd", password.into());
    }
    if wanted.empty_password && !shadow.passwd.is_empty() {
        put("empty_password", true.into());
    }
    for (name, position) in DAYS {
        let present = shadow.days.get(position).copied().unwrap_or(-1);
        let day = wanted.days.get(position).copied().flatten();
        if let Some(day) = day.filter(|day| *day != present && !(name == "expire" && *day == 0)) {
            put(name, day.into());
        }
    }
    if let Some(lock) = wanted.password_lock.filter(|lock| *lock != shadow.passwd.starts_with('!')) {
        put("password_lock", lock.into());
    }
    for ((name, field), present) in GECOS.iter().zip(&wanted.gecos).zip(&user.gecos) {
        if let Some(field) = field.as_ref().filter(|field| *field != present) {
            put(name, field.into());
        }
    }
    changes
}

/// The supplementary groups the user is to have, if that is not what it has. The primary group, in either life, and the
/// user's own group never count as supplementary.
fn group_change(wanted: &Wanted, user: &User, accounts: &Accounts) -> Option<Vec<String>> {
    let mut present = accounts.groups_of(user);
    let mut goal: Vec<String> =
        wanted.groups.iter().flatten().chain(&wanted.optional_groups).cloned().collect();
    let unspecified = wanted.groups.is_none() && wanted.optional_groups.is_empty();
    if !wanted.remove_groups || unspecified {
        goal.extend(present.iter().cloned());
    }
    goal.sort();
    goal.dedup();

    let gid_of = |name: &String| accounts.group(name).map(|group| group.gid);
    let new_gid = wanted.gid.as_ref().map_or(Some(user.gid), |gid| accounts.gid(gid));
    if let Some(gid) = new_gid {
        present.retain(|name| gid_of(name) != Some(gid));
        goal.retain(|name| gid_of(name) != Some(gid));
    }
    present.retain(|name| gid_of(name) != Some(user.gid));
    if !goal.contains(&user.name) {
        present.retain(|name| *name != user.name);
    }
    let lacking = goal.iter().any(|name| !among(name, &present, accounts));
    let spare = wanted.remove_groups && present.iter().any(|name| !among(name, &goal, accounts));
    (lacking || spare).then_some(goal)
}

/// Whether a group is among others, by name or by number: two names of one number are one group.
fn among(name: &str, others: &[String], accounts: &Accounts) -> bool {
    let gid = accounts.group(name).map(|group| group.gid);
    others
        .iter()
        .any(|other| other == name || (gid.is_some() && accounts.group(other).map(|group| group.gid) == gid))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    fn accounts() -> Accounts {
        Accounts::parse(
            "ann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\n",
            "ann:x:1000:\nsudo:x:27:ann\nadm:x:4:ann\nroot:x:0:\nwheel:x:27:\n",
            "ann:$6$x$y:19001:0:99999:7:::\n",
        )
    }

    fn of(wanted: Wanted) -> Map {
        let accounts = accounts();
        changes(&wanted, &accounts.user("ann").unwrap(), &accounts)
    }

    fn nothing() -> Wanted {
        Wanted { remove_groups: true, enforce_password: true, ..Wanted::default() }
    }

    #[test]
    fn what_is_not_asked_for_is_left_alone() {
        assert_eq!(of(nothing()), Map::new());
        let same = Wanted {
            uid: Some(1000),
            gid: Some(Identity::Name("ann".into())),
            groups: Some(vec!["adm".into(), "sudo".into()]),
            home: Some("/home/ann".into()),
            shell: Some("/bin/sh".into()),
            password: Some("$6$x$y".into()),
            password_lock: Some(false),
            days: [None, Some(0), Some(99999), Some(7), None, None],
            gecos: [Some("Ann".into()), None, None, None, None],
            ..nothing()
        };
        assert_eq!(of(same), Map::new());
    }

    #[test]
    fn differences_come_in_salts_order() {
        let other = Wanted {
            uid: Some(1001),
            gid: Some(Identity::Number(0)),
            shell: Some("/bin/bash".into()),
            password: Some("$6$z".into()),
            days: [None, None, None, None, Some(30), None],
            gecos: [Some("Anna".into()), None, None, None, None],
            ..nothing()
        };
        let expected = map([
            ("uid", 1001.into()),
            ("gid", 0.into()),
            // Salt keeps the user in what was its primary group.
            ("groups", vec!["adm", "ann", "sudo", "wheel"].into()),
            ("shell", "/bin/bash".into()),
            ("passwd", "$6$z".into()),
            ("inactdays", 30.into()),
            ("fullname", "Anna".into()),
        ]);
        let found = of(other);
        assert_eq!(found, expected);
        assert!(found.keys().eq(expected.keys()));
    }

    #[test]
    fn groups_are_taken_away_unless_told_otherwise() {
        let only_adm = Wanted { groups: Some(vec!["adm".into()]), ..nothing() };
        assert_eq!(of(only_adm.clone()), map([("groups", vec!["adm"].into())]));
        assert_eq!(of(Wanted { remove_groups: false, ..only_adm }), Map::new());
        let more = Wanted { groups: Some(vec!["root".into()]), remove_groups: false, ..nothing() };
        assert_eq!(of(more), map([("groups", vec!["adm", "root", "sudo", "wheel"].into())]));
        let none = Wanted { groups: Some(vec![]), ..nothing() };
        assert_eq!(of(none), map([("groups", Value::List(vec![]))]));
    }

    #[test]
    fn one_number_is_one_group() {
        let alias = Wanted { groups: Some(vec!["adm".into(), "wheel".into()]), ..nothing() };
        assert_eq!(of(alias), Map::new());
    }

    #[test]
    fn a_password_that_is_not_enforced_stays() {
        let wanted = Wanted { password: Some("$6$z".into()), enforce_password: false, ..nothing() };
        assert_eq!(of(wanted), Map::new());
        assert_eq!(of(Wanted { empty_password: true, ..nothing() }), map([("empty_password", true.into())]));
        assert_eq!(
            of(Wanted { password_lock: Some(true), ..nothing() }),
            map([("password_lock", true.into())])
        );
    }
}
