//! Filters that look at this host's files and users.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use minijinja::{Error, State, Value};

use super::Filter;
use crate::files::READ_LIMIT;
use crate::language::hashing::digest;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::defined;
use crate::language::jinja::values::list;

/// The most files that `list_files` names.
const LIST_LIMIT: usize = 100_000;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("file_hashsum", |_, arguments| {
        let form = arguments.optional_text(1, "form")?.unwrap_or_else(|| "sha256".into());
        let content = read(arguments, &arguments.text(0, "path")?)?;
        match digest(&form, &content) {
            Some(sum) => Ok(sum.into()),
            None => Err(arguments.error(format!("Invalid hash type: {form}"))),
        }
    }),
    ("get_uid", |_, arguments| {
        let user = arguments.text(0, "user")?;
        match nix::unistd::User::from_name(&user) {
            Ok(Some(user)) => Ok(user.uid.as_raw().into()),
            _ => Ok(Value::from(())),
        }
    }),
    ("is_bin_file", |_, arguments| Ok((is_text(arguments)? == Some(false)).into())),
    ("is_empty", |_, arguments| {
        Ok(fs::metadata(arguments.text(0, "filename")?).is_ok_and(|meta| meta.len() == 0).into())
    }),
    ("is_text_file", |_, arguments| Ok((is_text(arguments)? == Some(true)).into())),
    ("list_files", list_files),
    ("path_join", path_join),
    ("which", which),
];

fn read(arguments: &Arguments<'_>, path: &str) -> Result<Vec<u8>, Error> {
    match fs::metadata(path) {
        Ok(meta) if meta.len() > READ_LIMIT => {
            Err(arguments.error(format!("{path} has {} bytes, more than {READ_LIMIT}", meta.len())))
        }
        Ok(_) => fs::read(path).map_err(|error| arguments.error(os_error(path, &error))),
        Err(error) => Err(arguments.error(os_error(path, &error))),
    }
}

/// An error as Python words it.
fn os_error(path: &str, error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let what = nix::errno::Errno::from_raw(number).desc();
            format!("[Errno {number}] {what}: {}", print::repr(&Value::from(path)))
        }
        None => format!("{path}: {error}"),
    }
}

/// Whether a file is text, as far as its first block tells; `None` when there is no such file.
fn is_text(arguments: &Arguments<'_>) -> Result<Option<bool>, Error> {
    let path = arguments.text(0, "path")?;
    let mut block = Vec::new();
    let opened = fs::File::open(&path).and_then(|file| file.take(512).read_to_end(&mut block));
    if opened.is_err() {
        return Ok(None);
    }
    Ok(Some(!block.contains(&0) && (block.len() == 512 || std::str::from_utf8(&block).is_ok())))
}

fn list_files(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let mut found = vec![arguments.text(0, "directory")?];
    let mut folders = vec![PathBuf::from(&found[0])];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            if found.len() >= LIST_LIMIT {
                return Err(arguments.error(format!("there are more than {LIST_LIMIT} files")));
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            found.push(entry.path().to_string_lossy().into_owned());
        }
    }
    Ok(list(found.into_iter().map(Value::from).collect()))
}

fn path_join(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let mut whole = String::new();
    for (position, part) in arguments.positional().iter().enumerate() {
        defined(part)?;
        let Some(part) = part.as_str() else {
            let kind = print::type_name(part);
            return Err(arguments.error(format!("expected str, bytes, or bytearray not <class '{kind}'>")));
        };
        if position > 0 {
            whole.push('/');
        }
        whole.push_str(part);
    }
    Ok(normalize(&whole).into())
}

/// Python's `os.path.normpath`.
fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/');
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            Component::ParentDir if !absolute => parts.push(".."),
            Component::Normal(part) => parts.push(part.to_str().unwrap_or_default()),
            _ => {}
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".into(),
        (false, false) => parts.join("/"),
    }
}

fn which(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let name = match arguments.optional(0, "exe").filter(|name| !name.is_none()) {
        Some(_) => arguments.text(0, "exe")?,
        None => return Ok(Value::from(())),
    };
    let runs = |path: &Path| {
        fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path)
        .chain(["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"].map(PathBuf::from));
    let found = if name.contains('/') {
        Some(PathBuf::from(&name)).filter(|path| runs(path))
    } else {
        folders.find_map(|folder| Some(folder.join(&name)).filter(|path| runs(path)))
    };
    Ok(found.map(|path| path.to_string_lossy().into_owned()).into())
}
