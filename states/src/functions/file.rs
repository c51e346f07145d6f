//! `file.*`: files.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::regex::{Flags, Subject, compile};
use common::target::fnmatch;
use common::value::{Map, Value, map};

use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::files::READ_LIMIT;
use crate::modules::host_files::{Kind, expand_user, group_name, mode_text, user_name};

pub(super) static FUNCTIONS: &[Function] = &[
    function(
        "file.access",
        "Whether this program may read (r), write (w), run (x) or see (f) a path.",
        &["path", "mode"],
        access,
    ),
    function("file.basename", "The last part of a path.", &["path"], basename),
    function("file.contains", "Whether a file has a line with this text.", &["path", "text"], contains),
    function("file.directory_exists", "Whether a path is a directory.", &["path"], directory_exists),
    function("file.dirname", "A path without its last part.", &["path"], dirname),
    function("file.file_exists", "Whether a path is a file.", &["path"], file_exists),
    function(
        "file.find",
        "The paths below a directory, by name, iname, type, maxdepth, mindepth.",
        &["path"],
        find,
    ),
    function("file.get_gid", "The number of a path's group.", &["path"], get_gid),
    function("file.get_group", "The name of a path's group.", &["path"], get_group),
    function(
        "file.get_hash",
        "The hash of a file: md5, sha1, sha256 (the default), sha512.",
        &["path", "form"],
        get_hash,
    ),
    function("file.get_mode", "The permission bits of a path.", &["path"], get_mode),
    function("file.get_uid", "The number of a path's owner.", &["path"], get_uid),
    function("file.get_user", "The name of a path's owner.", &["path"], get_user),
    function("file.grep", "The lines of a file that a regular expression finds.", &["path", "pattern"], grep),
    function("file.is_link", "Whether a path is a symbolic link.", &["path"], is_link),
    function("file.join", "Parts of a path, joined.", &[], join),
    function("file.path_exists_glob", "Whether any path matches a glob.", &["path"], path_exists_glob),
    function("file.read", "The text of a file.", &["path"], read),
    function("file.readdir", "The names in a directory, with . and ...", &["path"], readdir),
    function("file.readlink", "What a symbolic link points at.", &["path"], readlink),
    function(
        "file.stats",
        "What the system says of a path.",
        &["path", "hash_type", "follow_symlinks"],
        stats,
    ),
];

type Runner = fn(&Arc<Context>, &Arguments) -> Result<Value, FunctionError>;

const fn function(
    name: &'static str,
    doc: &'static str,
    parameters: &'static [&'static str],
    run: Runner,
) -> Function {
    Function { name, doc, parameters, run }
}

fn file_exists(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    Ok(path(arguments, "file.file_exists")?.is_file().into())
}

fn directory_exists(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    Ok(path(arguments, "file.directory_exists")?.is_dir().into())
}

fn is_link(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    Ok(path(arguments, "file.is_link")?.is_symlink().into())
}

fn access(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    use nix::unistd::AccessFlags;
    let path = path(arguments, "file.access")?;
    let mode = text(arguments, 1, "mode", "file.access")?;
    let flags = match mode.as_str() {
        "f" => AccessFlags::F_OK,
        "r" => AccessFlags::R_OK,
        "w" => AccessFlags::W_OK,
        "x" => AccessFlags::X_OK,
        _ => return Err(refused("file.access", "Invalid mode specified.".into())),
    };
    Ok(nix::unistd::access(&path, flags).is_ok().into())
}

fn basename(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = text(arguments, 0, "path", "file.basename")?;
    Ok(path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name).into())
}

fn dirname(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = text(arguments, 0, "path", "file.dirname")?;
    let Some((head, _)) = path.rsplit_once('/') else { return Ok("".into()) };
    let trimmed = head.trim_end_matches('/');
    // A head of slashes alone is the root, or empty where the path began with its only slash.
    Ok(if trimmed.is_empty() { format!("{head}/").into() } else { trimmed.into() })
}

fn join(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let joined = arguments.positional.iter().fold(String::new(), |joined, part| {
        let part = part.to_string();
        if part.starts_with('/') || joined.is_empty() {
            part
        } else if joined.ends_with('/') {
            joined + &part
        } else {
            joined + "/" + &part
        }
    });
    Ok(joined.into())
}

fn read(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    read_text(&path(arguments, "file.read")?, "file.read").map(Into::into)
}

fn contains(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.contains")?;
    let wanted = text(arguments, 1, "text", "file.contains")?;
    if !path.exists() {
        return Ok(false.into());
    }
    Ok(read_text(&path, "file.contains")?.lines().any(|line| line.contains(wanted.trim())).into())
}

/// As Salt's, which calls the program `grep`: what it would have returned.
fn grep(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.grep")?;
    let pattern = text(arguments, 1, "pattern", "file.grep")?;
    let regex =
        compile(&pattern, Flags::default(), Subject::Text).map_err(|error| failed("file.grep", &error))?;
    let content = read_text(&path, "file.grep")?;
    let found: Vec<&str> = content.lines().filter(|line| regex.is_match(*line).unwrap_or(false)).collect();
    Ok(map([
        ("pid", i64::from(std::process::id()).into()),
        ("retcode", i64::from(found.is_empty()).into()),
        ("stdout", found.join("\n").into()),
        ("stderr", "".into()),
    ])
    .into())
}

fn readdir(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.readdir")?;
    if !path.is_absolute() {
        return Err(refused("file.readdir", "Dir path must be absolute.".into()));
    }
    if !path.is_dir() {
        let reason = format!("A valid directory was not specified: {}", path.display());
        return Err(refused("file.readdir", reason));
    }
    let entries = path.read_dir().map_err(|error| io_failed("file.readdir", &path, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| io_failed("file.readdir", &path, &error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let all: Vec<String> = [".".into(), "..".into()].into_iter().chain(names).collect();
    Ok(all.into())
}

fn readlink(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.readlink")?;
    if !path.is_absolute() {
        return Err(refused("file.readlink", "Path to link must be absolute.".into()));
    }
    if !path.is_symlink() {
        return Err(refused("file.readlink", format!("A valid link was not specified: {}", path.display())));
    }
    let target = std::fs::read_link(&path).map_err(|error| io_failed("file.readlink", &path, &error))?;
    Ok(target.display().to_string().into())
}

fn get_hash(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.get_hash")?;
    let form = arguments.get(1, "form").map_or_else(|| "sha256".into(), ToString::to_string);
    let Some(kind) = Kind::named(&form) else {
        return Err(wrong("file.get_hash", "form is one of md5, sha1, sha224, sha256, sha384 and sha512"));
    };
    kind.of_file(&path).map(Into::into).map_err(|error| io_failed("file.get_hash", &path, &error))
}

fn get_mode(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    of_metadata(arguments, "file.get_mode", |metadata| mode_text(metadata.mode() & 0o7777).into())
}

fn get_user(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    of_metadata(arguments, "file.get_user", |metadata| user_name(metadata.uid()).into())
}

fn get_group(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    of_metadata(arguments, "file.get_group", |metadata| group_name(metadata.gid()).into())
}

fn get_uid(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    of_metadata(arguments, "file.get_uid", |metadata| metadata.uid().into())
}

fn get_gid(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    of_metadata(arguments, "file.get_gid", |metadata| metadata.gid().into())
}

fn of_metadata(
    arguments: &Arguments,
    function: &str,
    get: impl FnOnce(&std::fs::Metadata) -> Value,
) -> Result<Value, FunctionError> {
    let path = path(arguments, function)?;
    let metadata = path.symlink_metadata().map_err(|error| missing(function, &path, &error))?;
    Ok(get(&metadata))
}

fn stats(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = path(arguments, "file.stats")?;
    let follow = arguments.get(2, "follow_symlinks").is_none_or(Value::is_true);
    let metadata = if follow { path.metadata() } else { path.symlink_metadata() };
    let metadata = metadata.map_err(|error| missing("file.stats", &path, &error))?;
    let kind = metadata.file_type();
    let kinds = [
        (kind.is_dir(), "dir"),
        (kind.is_file(), "file"),
        (kind.is_symlink(), "link"),
        (kind.is_socket(), "socket"),
        (kind.is_fifo(), "pipe"),
        (kind.is_block_device(), "block"),
        (kind.is_char_device(), "char"),
    ];
    let time = |seconds: i64, nanoseconds: i64| {
        #[expect(clippy::cast_precision_loss, reason = "Python's times of files are floats too")]
        Value::Float(seconds as f64 + nanoseconds as f64 / 1e9)
    };
    let mut stats: Map = map([
        ("inode", metadata.ino().into()),
        ("uid", metadata.uid().into()),
        ("gid", metadata.gid().into()),
        ("group", group_name(metadata.gid()).into()),
        ("user", user_name(metadata.uid()).into()),
        ("atime", time(metadata.atime(), metadata.atime_nsec())),
        ("mtime", time(metadata.mtime(), metadata.mtime_nsec())),
        ("ctime", time(metadata.ctime(), metadata.ctime_nsec())),
        ("size", metadata.size().into()),
        ("mode", mode_text(metadata.mode() & 0o7777).into()),
        ("type", kinds.iter().find(|(is, _)| *is).map_or("file", |(_, name)| name).into()),
        ("target", path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string().into()),
    ]);
    if let Some(form) = arguments.get(1, "hash_type").filter(|form| form.is_true() && metadata.is_file()) {
        let Some(kind) = Kind::named(&form.to_string()) else {
            return Err(wrong("file.stats", "hash_type is one of md5, sha1, sha256 and sha512"));
        };
        let sum = kind.of_file(&path).map_err(|error| io_failed("file.stats", &path, &error))?;
        stats.insert("sum".into(), sum.into());
    }
    Ok(stats.into())
}

/// The most entries `file.find` looks at.
const FIND_LIMIT: usize = 1_000_000;

fn find(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    const KNOWN: &[&str] = &["path", "name", "iname", "type", "maxdepth", "mindepth"];
    if let Some(unknown) =
        arguments.keyword.keys().find(|key| key.as_str().is_none_or(|key| !KNOWN.contains(&key)))
    {
        return Err(wrong(
            "file.find",
            &format!("'{unknown}' is not supported; known are {}", KNOWN.join(", ")),
        ));
    }
    let top = path(arguments, "file.find")?;
    let option = |name: &str| common::value::get(&arguments.keyword, name);
    let depth = |name: &str| option(name).and_then(Value::as_int);
    let kinds = option("type").map_or_else(|| "fdlpsbc".into(), ToString::to_string);
    let (mut found, mut seen) = (Vec::new(), 0);
    let mut pending = vec![(top, 0)];
    while let Some((path, level)) = pending.pop() {
        seen += 1;
        if seen > FIND_LIMIT {
            return Err(wrong("file.find", "there are too many files below the path"));
        }
        let Ok(metadata) = path.symlink_metadata() else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = option("name").is_none_or(|glob| fnmatch(&name, &glob.to_string()))
            && option("iname")
                .is_none_or(|glob| fnmatch(&name.to_lowercase(), &glob.to_string().to_lowercase()));
        // As in Salt, a link is of the kind of what it leads to; it is one itself only where that is gone.
        let kind = match path.metadata().unwrap_or_else(|_| metadata.clone()).file_type() {
            kind if kind.is_dir() => 'd',
            kind if kind.is_symlink() => 'l',
            kind if kind.is_file() => 'f',
            kind if kind.is_fifo() => 'p',
            kind if kind.is_socket() => 's',
            kind if kind.is_block_device() => 'b',
            _ => 'c',
        };
        if named && kinds.contains(kind) && depth("mindepth").is_none_or(|least| level >= least) {
            found.push(path.display().to_string());
        }
        if metadata.is_dir() && depth("maxdepth").is_none_or(|most| level < most) {
            // What can't be read is left out, as `find` does.
            let entries = path.read_dir().into_iter().flatten().flatten();
            pending.extend(entries.map(|entry| (entry.path(), level + 1)));
        }
    }
    found.sort();
    Ok(found.into())
}

fn path_exists_glob(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let pattern = path(arguments, "file.path_exists_glob")?;
    let mut candidates = vec![PathBuf::from("/")];
    for part in pattern.components().skip(1) {
        let part = part.as_os_str().to_string_lossy();
        candidates =
            candidates.iter().flat_map(|directory| matching(directory, &part)).take(FIND_LIMIT).collect();
    }
    Ok((!candidates.is_empty()).into())
}

fn matching(directory: &Path, pattern: &str) -> Vec<PathBuf> {
    if !pattern.contains(['*', '?', '[']) {
        let path = directory.join(pattern);
        return if path.symlink_metadata().is_ok() { vec![path] } else { Vec::new() };
    }
    let entries = directory.read_dir().into_iter().flatten().flatten();
    let hidden = pattern.starts_with('.');
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| (hidden || !name.starts_with('.')) && fnmatch(name, pattern))
        .map(|name| directory.join(name))
        .collect()
}

fn read_text(path: &Path, function: &str) -> Result<String, FunctionError> {
    let failed = |error: io::Error| io_failed(function, path, &error);
    let size = path.metadata().map_err(failed)?.len();
    if size > READ_LIMIT {
        return Err(wrong(
            function,
            &format!("{} has {size} bytes; {READ_LIMIT} can be read", path.display()),
        ));
    }
    Ok(String::from_utf8_lossy(&std::fs::read(path).map_err(failed)?).into_owned())
}

fn path(arguments: &Arguments, function: &str) -> Result<PathBuf, FunctionError> {
    text(arguments, 0, "path", function).map(|path| expand_user(&path).into())
}

fn text(arguments: &Arguments, position: usize, name: &str, function: &str) -> Result<String, FunctionError> {
    let found = arguments.get(position, name).map(ToString::to_string);
    found.ok_or_else(|| wrong(function, &format!("the argument '{name}' is missing")))
}

fn wrong(function: &str, reason: &str) -> FunctionError {
    FunctionError::Arguments { name: function.into(), reason: reason.into() }
}

fn failed(function: &str, error: &dyn std::error::Error) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason: error.to_string() }
}

fn io_failed(function: &str, path: &Path, error: &io::Error) -> FunctionError {
    let reason = match error.raw_os_error() {
        // As Python words it.
        Some(number) => {
            let shown = Value::from(path.display().to_string()).repr();
            format!("[Errno {number}] {}: {shown}", nix::errno::Errno::from_raw(number).desc())
        }
        None => format!("{}: {error}", path.display()),
    };
    FunctionError::Arguments { name: function.into(), reason }
}

/// What Salt itself finds wrong.
fn refused(function: &str, reason: String) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason }
}

/// A path that has to be there, and where Salt says it is not.
fn missing(function: &str, path: &Path, error: &io::Error) -> FunctionError {
    match error.kind() {
        io::ErrorKind::NotFound => refused(function, format!("Path not found: {}", path.display())),
        _ => io_failed(function, path, error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::registry::{Arguments, call};
    use super::*;
    use crate::testing::{Book, Tree, context, output};

    fn run(name: &str, positional: &[&str]) -> Result<Value, FunctionError> {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let positional = positional.iter().map(|text| Value::from(*text)).collect();
        call(&context, name, &Arguments { positional, keyword: Map::new() })
    }

    #[test]
    fn says_what_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.txt");
        std::fs::write(&file, "one\ntwo\n").unwrap();
        let (top, file) = (directory.path().to_str().unwrap(), file.to_str().unwrap());
        assert_eq!(run("file.file_exists", &[file]).unwrap(), true.into());
        assert_eq!(run("file.directory_exists", &[top]).unwrap(), true.into());
        assert_eq!(run("file.read", &[file]).unwrap(), "one\ntwo\n".into());
        assert_eq!(run("file.contains", &[file, "two"]).unwrap(), true.into());
        assert_eq!(run("file.readdir", &[top]).unwrap(), vec![".", "..", "a.txt"].into());
        assert_eq!(run("file.find", &[top]).unwrap(), vec![top, file].into());
        assert_eq!(run("file.path_exists_glob", &[&format!("{top}/*.txt")]).unwrap(), true.into());
        assert_eq!(run("file.get_hash", &[file, "md5"]).unwrap(), "2094b601daac3d68f5aed51d3c20f7cd".into());
        assert_eq!(run("file.grep", &[file, "^t"]).unwrap().traverse("stdout", ":"), Some(&"two".into()));
        assert_eq!(run("file.stats", &[file]).unwrap().traverse("type", ":"), Some(&"file".into()));
        assert!(run("file.read", &["/no/such"]).is_err());
        assert!(run("file.read", &[]).is_err());
    }

    #[test]
    fn takes_paths_apart_as_python_does() {
        for (path, directory, name) in
            [("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", "", "a"), ("/a/", "/a", ""), ("a//b", "a", "b")]
        {
            assert_eq!(run("file.dirname", &[path]).unwrap(), directory.into(), "{path}");
            assert_eq!(run("file.basename", &[path]).unwrap(), name.into(), "{path}");
        }
        assert_eq!(run("file.join", &["/a", "b/", "c"]).unwrap(), "/a/b/c".into());
        assert_eq!(run("file.join", &["a", "/b"]).unwrap(), "/b".into());
    }
}
