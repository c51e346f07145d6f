//! `group.*`: groups.

use std::sync::Arc;

use common::value::{Map, Value, map};
use nix::unistd::Group;

use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "group.getent",
        doc: "What the system knows of every group.",
        parameters: &[],
        run: getent,
    },
    Function {
        name: "group.info",
        doc: "What the system knows of a group; nothing of one it does not.",
        parameters: &["name"],
        run: info,
    },
];

/// The groups that the name service knows without being asked for one.
const GROUP: &str = "/etc/group";

fn info(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let Some(name) = arguments.get(0, "name") else {
        return Err(FunctionError::Arguments {
            name: "group.info".into(),
            reason: "the argument 'name' is missing".into(),
        });
    };
    Ok(Group::from_name(&name.to_string()).ok().flatten().map_or_else(Map::new, of_group).into())
}

fn getent(_: &Arc<Context>, _: &Arguments) -> Result<Value, FunctionError> {
    let text = std::fs::read_to_string(GROUP).map_err(|error| FunctionError::Failed {
        name: "group.getent".into(),
        reason: format!("{GROUP}: {error}"),
    })?;
    let names = text
        .lines()
        .filter(|line| !line.starts_with(['#', '+', '-']))
        .filter_map(|line| line.split_once(':'));
    let groups = names.filter_map(|(name, _)| Group::from_name(name).ok().flatten());
    Ok(groups.map(|group| Value::Map(of_group(group))).collect::<Vec<_>>().into())
}

fn of_group(group: Group) -> Map {
    map([
        ("name", group.name.into()),
        ("passwd", group.passwd.to_string_lossy().into_owned().into()),
        ("gid", group.gid.as_raw().into()),
        ("members", group.mem.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn root_is_known() {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let of = |name: &str| Arguments { positional: vec![name.into()], keyword: Map::new() };
        assert_eq!(info(&context, &of("root")).unwrap().traverse("gid", ":"), Some(&0.into()));
        assert!(!info(&context, &of("no-such-group")).unwrap().is_true());
        assert!(getent(&context, &of("")).unwrap().as_list().unwrap().len() > 1);
    }
}
