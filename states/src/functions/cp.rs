//! `cp.*`: files of the state tree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::value::{Map, Value, map};
use sha2::{Digest as _, Sha256};

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::files::{FileError, READ_LIMIT};
use crate::language::render_template;
use crate::scope::aloof;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "cp.envs",
        doc: "The environments of the state tree.",
        parameters: &[],
        run: |context, _| Ok(context.files.environments().into()),
    },
    Function {
        name: "cp.list_master",
        doc: "The files of the state tree.\n\nsaltenv: the environment\nprefix: what their paths begin with",
        parameters: &["saltenv", "prefix"],
        run: |context, arguments| Ok(listed(context, arguments, "cp.list_master")?.into()),
    },
    Function {
        name: "cp.list_master_dirs",
        doc: "The folders of the state tree.\n\nsaltenv: the environment\nprefix: what their paths begin with",
        parameters: &["saltenv", "prefix"],
        run: |context, arguments| {
            let files = listed(context, arguments, "cp.list_master_dirs")?;
            let ancestors = files.iter().flat_map(|file| Path::new(file).ancestors().skip(1));
            let folders: BTreeSet<_> =
                ancestors.map(|folder| folder.to_string_lossy().into_owned()).collect();
            Ok(folders.into_iter().filter(|folder| !folder.is_empty()).collect::<Vec<_>>().into())
        },
    },
    Function {
        name: "cp.list_states",
        doc: "The names of the SLS files of the state tree.\n\nsaltenv: the environment",
        parameters: &["saltenv"],
        run: |context, arguments| {
            let files = listed(context, arguments, "cp.list_states")?;
            let mut names: Vec<_> = files.iter().filter_map(|path| sls_name(path)).collect();
            names.sort();
            Ok(names.into())
        },
    },
    Function {
        name: "cp.get_file_str",
        doc: "The content of a file of the tree, or False.\n\npath: salt://path or an absolute path\nsaltenv: the \
              environment",
        parameters: &["path", "saltenv"],
        run: |context, arguments| {
            let Some(path) = found(context, arguments, 1, "cp.get_file_str")? else {
                return Ok(false.into());
            };
            let content = read(&path).map_err(|reason| failed("cp.get_file_str", reason))?;
            Ok(String::from_utf8_lossy(&content).into_owned().into())
        },
    },
    Function {
        name: "cp.cache_file",
        doc: "Fetches a file of the tree and returns the path of a copy that nobody changes, or False.\n\n\
              path: salt://path or an absolute path\nsaltenv: the environment",
        parameters: &["path", "saltenv"],
        run: |context, arguments| cached(context, arguments, "cp.cache_file", false),
    },
    Function {
        name: "cp.is_cached",
        doc: "The path of a file's copy, or an empty text.\n\npath: salt://path\nsaltenv: the environment",
        parameters: &["path", "saltenv"],
        run: |context, arguments| cached(context, arguments, "cp.is_cached", ""),
    },
    Function {
        name: "cp.hash_file",
        doc: "A map of the SHA-256 of a file of the tree and the name of that hash.\n\n\
              path: salt://path or an absolute path\nsaltenv: the environment",
        parameters: &["path", "saltenv"],
        run: |context, arguments| {
            let Some(path) = found(context, arguments, 1, "cp.hash_file")? else {
                return Ok("".into());
            };
            let sum = sha256(&path).map_err(|error| failed("cp.hash_file", error.to_string()))?;
            Ok(map([("hash_type", "sha256".into()), ("hsum", sum.into())]).into())
        },
    },
    Function {
        name: "cp.get_file",
        doc: "Copies a file of the tree to a path of the host and returns that, or an empty text.\n\n\
              path: salt://path\ndest: the path\nsaltenv: the environment\nmakedirs: whether folders are made for it\n\
              template: jinja, if it is a template",
        parameters: &["path", "dest", "saltenv", "makedirs", "template"],
        run: |context, arguments| copy(context, arguments, "cp.get_file", None),
    },
    Function {
        name: "cp.get_url",
        doc: "A file of the tree or of this host: its content, or its path, or False where there is none.\n\n\
              path: salt://path, file:///path or an absolute path; what a server has, the state file.managed fetches\n\
              dest: where it is copied; None for the content; without, a copy that nobody changes\n\
              saltenv: the environment\nmakedirs: whether folders are made for it",
        parameters: &["path", "dest", "saltenv", "makedirs", "source_hash"],
        run: get_url,
    },
    Function {
        name: "cp.get_template",
        doc: "Renders a template of the tree to a path of the host and returns that, or an empty text.\n\n\
              path: salt://path\ndest: the path\nsaltenv: the environment\nmakedirs: whether folders are made for it",
        parameters: &["path", "dest", "saltenv", "makedirs", "template"],
        run: |context, arguments| copy(context, arguments, "cp.get_template", Some("jinja")),
    },
];

/// The path on this host of a file that is named as `salt://path`, `salt://path?saltenv=x`, `file:///path` or `/path`.
/// `None` where there is no such file, and for every other kind of address.
///
/// # Errors
/// When the file is in the tree and can't be had.
pub(crate) fn source(context: &Context, source: &str, saltenv: &str) -> Result<Option<PathBuf>, FileError> {
    if let Some(rest) = source.strip_prefix("salt://") {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let saltenv = query.split('&').find_map(|pair| pair.strip_prefix("saltenv=")).unwrap_or(saltenv);
        return context.files.fetch(saltenv, path.trim_start_matches('/'));
    }
    let path = PathBuf::from(source.strip_prefix("file://").unwrap_or(source));
    Ok(Some(path).filter(|path| path.is_absolute() && path.is_file()))
}

fn saltenv(context: &Context, arguments: &Arguments, position: usize) -> String {
    let given = arguments.get(position, "saltenv").filter(|given| given.is_true());
    given.map_or_else(|| context.saltenv.clone(), ToString::to_string)
}

fn listed(context: &Context, arguments: &Arguments, function: &str) -> Result<Vec<String>, FunctionError> {
    let saltenv = saltenv(context, arguments, 0);
    let files = context.files.list(&saltenv);
    let files = files.map_err(|error| failed(function, error.to_string()))?;
    let prefix = arguments.get(1, "prefix").map(ToString::to_string).unwrap_or_default();
    let prefix = prefix.trim_start_matches('/');
    let listed = || files.iter().map(|file| &*file.path).filter(|path| path.starts_with(prefix));
    if let Some(aloof) = aloof::mark(context).filter(|_| !prefix.is_empty()) {
        aloof.listed(&saltenv, listed());
    }
    Ok(listed().map(Into::into).collect())
}

/// The name by which top files and includes know an SLS file: `web` for `web/init.sls`.
fn sls_name(path: &str) -> Option<String> {
    let stem = path.strip_suffix("/init.sls").or_else(|| path.strip_suffix(".sls"))?;
    Some(stem.replace('/', "."))
}

fn found(
    context: &Context,
    arguments: &Arguments,
    saltenv_position: usize,
    function: &str,
) -> Result<Option<PathBuf>, FunctionError> {
    let path = required(arguments, 0, "path", function)?;
    source(context, &path, &saltenv(context, arguments, saltenv_position))
        .map_err(|error| failed(function, error.to_string()))
}

fn cached(
    context: &Context,
    arguments: &Arguments,
    function: &str,
    nothing: impl Into<Value>,
) -> Result<Value, FunctionError> {
    let path = found(context, arguments, 1, function)?;
    Ok(path.map_or_else(|| nothing.into(), |path| path.to_string_lossy().into_owned().into()))
}

fn get_url(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "cp.get_url";
    let url = required(arguments, 0, "path", function)?;
    if let Some((scheme, _)) = url.split_once("://").filter(|(scheme, _)| !matches!(*scheme, "salt" | "file"))
    {
        let reason = format!(
            "{scheme}:// is not fetched by a function, so that compiling does not depend on a server; the state \
             file.managed fetches it when it runs"
        );
        return Err(failed(function, reason));
    }
    let Some(path) = found(context, arguments, 2, function)? else { return Ok(false.into()) };
    match arguments.get(1, "dest") {
        Some(Value::Null) => {
            let content = read(&path).map_err(|reason| failed(function, reason))?;
            Ok(String::from_utf8_lossy(&content).into_owned().into())
        }
        Some(dest) if dest.is_true() => {
            let target = PathBuf::from(dest.to_string());
            let makes = arguments.get(3, "makedirs").is_some_and(Value::is_true);
            let has_folder = target.parent().is_some_and(Path::is_dir);
            if target.is_absolute() && !has_folder && !makes {
                return Ok(false.into());
            }
            copy(context, arguments, function, None)
        }
        _ => Ok(path.to_string_lossy().into_owned().into()),
    }
}

fn copy(
    context: &Arc<Context>,
    arguments: &Arguments,
    function: &str,
    template: Option<&str>,
) -> Result<Value, FunctionError> {
    let target = PathBuf::from(required(arguments, 1, "dest", function)?);
    let Some(path) = found(context, arguments, 2, function)? else { return Ok("".into()) };
    let name = required(arguments, 0, "path", function)?;
    let failed = |reason: String| failed(function, reason);
    let folder = target
        .parent()
        .filter(|_| target.is_absolute())
        .ok_or_else(|| failed("dest must be an absolute path".into()))?;
    if arguments.get(3, "makedirs").is_some_and(Value::is_true) {
        std::fs::create_dir_all(folder).map_err(|error| failed(format!("{}: {error}", folder.display())))?;
    }
    let given = arguments.get(4, "template").and_then(Value::as_str).or(template);
    let content = match given.filter(|given| !given.is_empty()) {
        None => None,
        Some("jinja") => {
            let text = String::from_utf8(read(&path).map_err(failed)?)
                .map_err(|_| failed(format!("{name} is a template and not text in UTF-8")))?;
            let saltenv = saltenv(context, arguments, 2);
            let inner = name.strip_prefix("salt://").unwrap_or(&name);
            let rendered = render_template(context, &saltenv, inner, &text, &Map::new());
            Some(rendered.map_err(|error| failed(error.to_string()))?)
        }
        Some(other) => return Err(failed(format!("there is no template engine {other}: use jinja"))),
    };
    // Beside its place first, so that nobody sees a part of it.
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        match content {
            Some(content) => std::io::Write::write_all(&mut file, content.as_bytes())?,
            None => drop(std::io::copy(&mut std::fs::File::open(&path)?, &mut file)?),
        }
        file.persist(&target).map_err(|error| error.error)
    });
    written.map_err(|error| failed(format!("{}: {error}", target.display())))?;
    Ok(target.to_string_lossy().into_owned().into())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let error = |error: std::io::Error| format!("{}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(error)?.len();
    if size > READ_LIMIT {
        return Err(format!(
            "{} has {size} bytes; a file that is read as text may have {READ_LIMIT}",
            path.display()
        ));
    }
    std::fs::read(path).map_err(error)
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match std::io::Read::read(&mut file, &mut buffer)? {
            0 => break,
            length => hash.update(&buffer[..length]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn failed(function: &str, reason: String) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    fn call(name: &str, positional: Vec<Value>) -> String {
        let tree = Tree::new(&[
            ("top.sls", "a"),
            ("web/init.sls", "b"),
            ("web/tls.sls", "c"),
            ("web/f.txt", "text"),
        ]);
        let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        functions::call(&context, name, &Arguments { positional, ..Arguments::default() })
            .unwrap()
            .to_string()
    }

    #[test]
    fn lists_the_tree() {
        assert_eq!(call("cp.list_states", vec![]), "['top', 'web', 'web.tls']");
        assert_eq!(call("cp.list_master_dirs", vec![]), "['web']");
        let files = call("cp.list_master", vec!["base".into(), "web/f".into()]);
        assert_eq!(files, "['web/f.txt']");
    }

    #[test]
    fn reads_and_copies_files() {
        assert_eq!(call("cp.get_file_str", vec!["salt://web/f.txt".into()]), "text");
        assert_eq!(call("cp.get_file_str", vec!["salt://none".into()]), "False");
        let hash = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1";
        let expected = format!("{{'hash_type': 'sha256', 'hsum': '{hash}'}}");
        assert_eq!(call("cp.hash_file", vec!["salt://web/f.txt".into()]), expected);
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x").to_string_lossy().into_owned();
        assert_eq!(call("cp.get_file", vec!["salt://web/f.txt".into(), (&target).into()]), target);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "text");
    }
}
