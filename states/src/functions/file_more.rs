//! More of `file.*`: owners by name and number, paths, what a file contains.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::regex::{Flags, Subject, compile};
use common::target::fnmatch;
use common::value::{Map, Value, map};
use nix::unistd::{Gid, Group, Uid, User};

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::files::READ_LIMIT;
use crate::language::hashing::digest;
use crate::modules::host_files::expand_user;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "file.contains_glob",
        doc: "Whether a file as a whole fits a glob.\n\npath: the file\nglob_expr: the glob",
        parameters: &["path", "glob_expr"],
        run: |_, arguments| {
            let (path, glob) = (
                path(arguments, "file.contains_glob")?,
                required(arguments, 1, "glob_expr", "file.contains_glob")?,
            );
            Ok(text_of(&path).is_some_and(|text| fnmatch(&text, &glob)).into())
        },
    },
    Function {
        name: "file.contains_regex",
        doc: "Whether a regular expression finds something in a line of a file.\n\n\
              path: the file\nregex: the expression\nlchar: characters that are taken off the beginning of each line",
        parameters: &["path", "regex", "lchar"],
        run: contains_regex,
    },
    Function {
        name: "file.get_sum",
        doc: "The hash of a file, or that there is none.\n\npath: the file\nform: sha256",
        parameters: &["path", "form"],
        run: |_, arguments| {
            let path = path(arguments, "file.get_sum")?;
            let failed = |reason: String| FunctionError::Failed { name: "file.get_sum".into(), reason };
            if !path.is_file() {
                return Ok("File not found".into());
            }
            let form = arguments.get(1, "form").map_or("sha256".into(), ToString::to_string);
            let content =
                std::fs::read(&path).map_err(|error| failed(format!("{}: {error}", path.display())))?;
            digest(&form, &content)
                .map(Value::from)
                .ok_or_else(|| failed(format!("Invalid hash type: {form}")))
        },
    },
    Function {
        name: "file.gid_to_group",
        doc: "The name of a group by its number; the number where it has none.\n\ngid: the number",
        parameters: &["gid"],
        run: |_, arguments| {
            let given = arguments.get(0, "gid").cloned().unwrap_or_default();
            let number = match given.to_string().parse::<i64>() {
                Ok(number) => Value::Int(number),
                Err(_) => group_number(&given),
            };
            let found = number.as_int().and_then(|number| u32::try_from(number).ok());
            let found = found.and_then(|number| Group::from_gid(Gid::from_raw(number)).ok().flatten());
            Ok(found.map_or(number, |group| group.name.into()))
        },
    },
    Function {
        name: "file.group_to_gid",
        doc: "The number of a group by its name; nothing where there is no such group.\n\ngroup: the name",
        parameters: &["group"],
        run: |_, arguments| Ok(group_number(arguments.get(0, "group").unwrap_or(&Value::Null))),
    },
    Function {
        name: "file.lstat",
        doc: "What the system says of a path, not following links.\n\npath: the path",
        parameters: &["path"],
        run: lstat,
    },
    Function {
        name: "file.normpath",
        doc: "A path without needless parts.\n\npath: the path",
        parameters: &["path"],
        run: |_, arguments| Ok(normal(&required(arguments, 0, "path", "file.normpath")?).into()),
    },
    Function {
        name: "file.pardir",
        doc: "What stands for the folder above: two dots.",
        parameters: &[],
        run: |_, _| Ok("..".into()),
    },
    Function {
        name: "file.uid_to_user",
        doc: "The name of a user by its number; the number where it has none.\n\nuid: the number",
        parameters: &["uid"],
        run: |_, arguments| {
            let given = arguments.get(0, "uid").cloned().unwrap_or_default();
            let number = given.as_int().and_then(|number| u32::try_from(number).ok());
            let found = number.and_then(|number| User::from_uid(Uid::from_raw(number)).ok().flatten());
            Ok(found.map_or(given, |user| user.name.into()))
        },
    },
    Function {
        name: "file.user_to_uid",
        doc: "The number of a user by its name; nothing where there is no such user.\n\nuser: the name",
        parameters: &["user"],
        run: |_, arguments| {
            Ok(match arguments.get(0, "user") {
                None | Some(Value::Null) => nix::unistd::geteuid().as_raw().into(),
                Some(number @ Value::Int(_)) => number.clone(),
                Some(name) => match User::from_name(&name.to_string()) {
                    Ok(Some(user)) => user.uid.as_raw().into(),
                    _ => "".into(),
                },
            })
        },
    },
];

fn group_number(group: &Value) -> Value {
    match group {
        number @ Value::Int(_) => number.clone(),
        name => match Group::from_name(&name.to_string()) {
            Ok(Some(group)) => group.gid.as_raw().into(),
            _ => "".into(),
        },
    }
}

fn path(arguments: &Arguments, function: &str) -> Result<PathBuf, FunctionError> {
    Ok(expand_user(&required(arguments, 0, "path", function)?).into())
}

/// The text of a file that is there and not too large.
fn text_of(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= READ_LIMIT);
    meta.and_then(|_| std::fs::read(path).ok()).map(|content| String::from_utf8_lossy(&content).into_owned())
}

fn contains_regex(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "file.contains_regex";
    let (path, pattern) = (path(arguments, function)?, required(arguments, 1, "regex", function)?);
    let strip = arguments.get(2, "lchar").map(ToString::to_string).unwrap_or_default();
    let wrong = |reason: String| FunctionError::Arguments { name: function.into(), reason };
    let regex =
        compile(&pattern, Flags::default(), Subject::Text).map_err(|error| wrong(error.to_string()))?;
    let Some(text) = text_of(&path) else { return Ok(false.into()) };
    for line in text.split_inclusive('\n') {
        let line = line.trim_start_matches(|letter| strip.contains(letter));
        if regex.is_match(line).map_err(|error| wrong(error.to_string()))? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn lstat(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.lstat")?;
    if !path.is_absolute() {
        let reason = "Path to file must be absolute.".into();
        return Err(FunctionError::Failed { name: "file.lstat".into(), reason });
    }
    let Ok(meta) = std::fs::symlink_metadata(&path) else { return Ok(Map::new().into()) };
    #[expect(clippy::cast_precision_loss, reason = "times are floats in Python, too")]
    let time = |seconds: i64, nanos: i64| Value::Float(seconds as f64 + nanos as f64 / 1e9);
    let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    Ok(map([
        ("st_atime", time(meta.atime(), meta.atime_nsec())),
        ("st_ctime", time(meta.ctime(), meta.ctime_nsec())),
        ("st_gid", meta.gid().into()),
        ("st_mode", meta.mode().into()),
        ("st_mtime", time(meta.mtime(), meta.mtime_nsec())),
        ("st_nlink", number(meta.nlink())),
        ("st_size", number(meta.size())),
        ("st_uid", meta.uid().into()),
    ])
    .into())
}

/// Python's `os.path.normpath`.
fn normal(path: &str) -> String {
    let slashes = match path.len() - path.trim_start_matches('/').len() {
        0 => "",
        2 => "//",
        _ => "/",
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if !slashes.is_empty() => {}
            part => parts.push(part),
        }
    }
    match (slashes, parts.is_empty()) {
        ("", true) => ".".into(),
        (slashes, _) => format!("{slashes}{}", parts.join("/")),
    }
}
