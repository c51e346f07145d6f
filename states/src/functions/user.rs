//! `user.*`: users.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::sync::Arc;

use common::value::{Value, map};
use nix::unistd::{User, getgrouplist};

use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::modules::host_files::group_name;

pub(super) static FUNCTIONS: &[Function] = &[
    Function { name: "user.current", doc: "The user this program runs as.", parameters: &[], run: current },
    Function {
        name: "user.info",
        doc: "What the system knows of a user; nothing of one it does not.",
        parameters: &["name"],
        run: info,
    },
    Function {
        name: "user.list_groups",
        doc: "The groups of a user.",
        parameters: &["name"],
        run: list_groups,
    },
    Function {
        name: "user.getent",
        doc: "What the system knows of every user.",
        parameters: &["refresh"],
        run: |context, _| {
            let names = list_users(context, &Arguments::default())?;
            let users = names.as_list().unwrap_or_default().iter();
            let users = users.filter_map(|name| User::from_name(&name.to_string()).ok().flatten());
            Ok(Value::List(users.map(|user| of_user(&user)).collect()))
        },
    },
    Function {
        name: "user.primary_group",
        doc: "The name of a user's own group.",
        parameters: &["name"],
        run: |_, arguments| {
            let user = named(arguments, "user.primary_group")?;
            Ok(user.map(|user| group_name(user.gid.as_raw())).unwrap_or_default().into())
        },
    },
    Function { name: "user.list_users", doc: "The names of all users.", parameters: &[], run: list_users },
];

/// The users that the name service knows without being asked for one.
const PASSWD: &str = "/etc/passwd";

fn current(_: &Arc<Context>, _: &Arguments) -> Result<Value, FunctionError> {
    Ok(crate::modules::host_files::user_name(nix::unistd::geteuid().as_raw()).into())
}

fn info(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let user = named(arguments, "user.info")?;
    Ok(user.map_or_else(|| common::value::Map::new().into(), |user| of_user(&user)))
}

fn of_user(user: &User) -> Value {
    let gecos = user.gecos.to_string_lossy().into_owned();
    let mut fields = gecos.splitn(5, ',').map(Value::from);
    let mut next = || fields.next().unwrap_or_else(|| "".into());
    map([
        ("gid", user.gid.as_raw().into()),
        ("groups", groups_of(user).into()),
        ("home", user.dir.display().to_string().into()),
        ("name", user.name.as_str().into()),
        ("passwd", user.passwd.to_string_lossy().into_owned().into()),
        ("shell", user.shell.display().to_string().into()),
        ("uid", user.uid.as_raw().into()),
        ("fullname", next()),
        ("roomnumber", next()),
        ("workphone", next()),
        ("homephone", next()),
        ("other", next()),
    ])
    .into()
}

fn list_groups(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    Ok(named(arguments, "user.list_groups")?.map(|user| groups_of(&user)).unwrap_or_default().into())
}

fn list_users(_: &Arc<Context>, _: &Arguments) -> Result<Value, FunctionError> {
    let text = std::fs::read_to_string(PASSWD).map_err(|error| FunctionError::Failed {
        name: "user.list_users".into(),
        reason: format!("{PASSWD}: {error}"),
    })?;
    let names = text
        .lines()
        .filter(|line| !line.starts_with(['#', '+', '-']))
        .filter_map(|line| line.split_once(':'));
    let sorted: BTreeSet<String> = names.map(|(name, _)| name.to_owned()).collect();
    Ok(sorted.into_iter().collect::<Vec<_>>().into())
}

fn groups_of(user: &User) -> Vec<String> {
    let Ok(name) = CString::new(user.name.as_str()) else { return Vec::new() };
    let groups: BTreeSet<String> = getgrouplist(&name, user.gid)
        .unwrap_or_default()
        .into_iter()
        .map(|gid| group_name(gid.as_raw()))
        .collect();
    groups.into_iter().collect()
}

fn named(arguments: &Arguments, function: &str) -> Result<Option<User>, FunctionError> {
    let missing = || FunctionError::Arguments {
        name: function.into(),
        reason: "the argument 'name' is missing".into(),
    };
    let name = arguments.get(0, "name").ok_or_else(missing)?.to_string();
    Ok(User::from_name(&name).ok().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn root_is_known() {
        let context =
            context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), common::value::Map::new(), false);
        let of = |name: &str| Arguments { positional: vec![name.into()], keyword: common::value::Map::new() };
        let root = info(&context, &of("root")).unwrap();
        assert_eq!(
            (root.traverse("uid", ":"), root.traverse("home", ":")),
            (Some(&0.into()), Some(&"/root".into()))
        );
        assert_eq!(root.as_map().unwrap().len(), 12);
        assert!(!info(&context, &of("no-such-user")).unwrap().is_true());
        assert!(list_users(&context, &of("")).unwrap().as_list().unwrap().contains(&"root".into()));
        assert!(list_groups(&context, &of("root")).unwrap().as_list().unwrap().contains(&"root".into()));
    }
}
