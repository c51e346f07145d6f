//! `pkg.*`: packages.

use std::collections::BTreeMap;
use std::sync::Arc;

use common::value::{Map, Value, get};

use super::lookup::required;
use super::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::modules::pkg::apt::{self, AptFailure, Options, Request};
use crate::modules::pkg::dpkg::{self, Packages};
use crate::modules::pkg::targets::{Target, Targets};
use crate::modules::pkg::version::compare;
use crate::process::ProcessError;

type Answer = Result<Value, FunctionError>;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "pkg.version",
        doc: "The installed version of a package; of several packages a map. Empty where it is not installed.\n\nnames: packages",
        parameters: &["names"],
        run: version,
    },
    Function {
        name: "pkg.list_pkgs",
        doc: "The installed packages and their versions.\n\nversions_as_list: a list for each package (False)\nremoved: those removed with configuration left (False)",
        parameters: &["versions_as_list", "removed"],
        run: list_pkgs,
    },
    Function {
        name: "pkg.latest_version",
        doc: "The version that could be installed or upgraded to; empty where there is none.\n\nnames: packages\nrefresh: refresh the package lists first (True)\nfromrepo: the release to take it from",
        parameters: &["names"],
        run: |context, arguments| latest("pkg.latest_version", context, arguments),
    },
    Function {
        name: "pkg.available_version",
        doc: "The same as pkg.latest_version.",
        parameters: &["names"],
        run: |context, arguments| latest("pkg.available_version", context, arguments),
    },
    Function {
        name: "pkg.upgrade_available",
        doc: "Whether a package could be upgraded.\n\nname: the package",
        parameters: &["name"],
        run: |context, arguments| {
            let newest = latest("pkg.upgrade_available", context, arguments)?;
            Ok((newest != "".into()).into())
        },
    },
    Function {
        name: "pkg.list_upgrades",
        doc: "The packages that have a newer version.\n\nrefresh: refresh the package lists first (True)\ndist_upgrade: count what an upgrade would add (True)",
        parameters: &["refresh", "dist_upgrade"],
        run: list_upgrades,
    },
    Function {
        name: "pkg.list_repo_pkgs",
        doc: "All versions that apt knows of packages, the newest first.\n\nnames: packages",
        parameters: &["names"],
        run: list_repo_pkgs,
    },
    Function {
        name: "pkg.version_cmp",
        doc: "-1, 0 or 1, as the first version is older than, equal to or newer than the second.\n\npkg1, pkg2: versions\nignore_epoch: leave epochs out (False)",
        parameters: &["pkg1", "pkg2", "ignore_epoch"],
        run: version_cmp,
    },
    Function {
        name: "pkg.refresh_db",
        doc: "Refreshes the package lists. Returns what became of each: True, None (unchanged) or False.",
        parameters: &[],
        run: |context, _| {
            require("pkg.refresh_db", context)?;
            apt::refresh(context).map(Into::into).map_err(|error| failed("pkg.refresh_db", error))
        },
    },
    Function {
        name: "pkg.install",
        doc: "Installs packages. Returns what changed.\n\nname: the package, or pkgs: a list\nversion: its version\nrefresh: refresh the package lists first (False)\nfromrepo, install_recommends, only_upgrade, skip_verify, reinstall: as in pkg.installed",
        parameters: &["name", "refresh", "fromrepo", "skip_verify", "debconf", "pkgs"],
        run: install,
    },
    Function {
        name: "pkg.remove",
        doc: "Removes packages. Returns what changed.\n\nname: the package, or pkgs: a list",
        parameters: &["name", "pkgs"],
        run: |context, arguments| remove("pkg.remove", context, arguments, false),
    },
    Function {
        name: "pkg.purge",
        doc: "Removes packages and their configuration. Returns what changed.\n\nname: the package, or pkgs: a list",
        parameters: &["name", "pkgs"],
        run: |context, arguments| remove("pkg.purge", context, arguments, true),
    },
    Function {
        name: "pkg.upgrade",
        doc: "Upgrades all packages. Returns what changed.\n\nrefresh: refresh the package lists first (True)\ndist_upgrade: install and remove other packages where an upgrade needs it (False)",
        parameters: &["refresh", "dist_upgrade"],
        run: upgrade,
    },
];

fn version(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    require("pkg.version", context)?;
    let packages = Packages::read(context);
    let of = |name: &String| packages.versions(name).map(|versions| versions.join(",")).unwrap_or_default();
    Ok(match names(arguments).as_slice() {
        [one] => of(one).into(),
        many => Value::Map(many.iter().map(|name| (Value::from(name), of(name).into())).collect()),
    })
}

fn list_pkgs(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    require("pkg.list_pkgs", context)?;
    let packages = Packages::read(context);
    let listed =
        if flag(arguments, 1, "removed", false) { packages.listed_removed() } else { packages.listed() };
    let as_list = flag(arguments, 0, "versions_as_list", false);
    let value = |versions: String| -> Value {
        if as_list { versions.split(',').collect::<Vec<_>>().into() } else { versions.into() }
    };
    Ok(Value::Map(listed.into_iter().map(|(name, versions)| (name.into(), value(versions))).collect()))
}

fn latest(function: &str, context: &Arc<Context>, arguments: &Arguments) -> Answer {
    require(function, context)?;
    refresh_first(function, context, arguments, true)?;
    let names = names(arguments);
    let release = get(&arguments.keyword, "fromrepo").map(ToString::to_string);
    let candidates =
        apt::candidates(context, &names, release.as_deref()).map_err(|error| unrun(function, &error))?;
    let packages = Packages::read(context);
    let newest = |name: &String| -> String {
        let Some(candidate) = candidates.get(name) else { return String::new() };
        let current = packages.versions(name).unwrap_or_default();
        let is_current = current.iter().any(|version| compare(version, candidate).is_ge());
        if is_current { String::new() } else { candidate.clone() }
    };
    Ok(match names.as_slice() {
        [] => "".into(),
        [one] => newest(one).into(),
        many => Value::Map(many.iter().map(|name| (Value::from(name), newest(name).into())).collect()),
    })
}

fn list_upgrades(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let function = "pkg.list_upgrades";
    require(function, context)?;
    refresh_first(function, context, arguments, true)?;
    let whole = flag(arguments, 1, "dist_upgrade", true);
    apt::upgrades(context, whole, None).map(of_texts).map_err(|error| failed(function, error))
}

fn list_repo_pkgs(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let function = "pkg.list_repo_pkgs";
    require(function, context)?;
    let mut found = Map::new();
    for name in names(arguments) {
        let versions = apt::available(context, &name).map_err(|error| unrun(function, &error))?;
        if !versions.is_empty() {
            found.insert(name.into(), versions.into());
        }
    }
    Ok(found.into())
}

fn version_cmp(_: &Arc<Context>, arguments: &Arguments) -> Answer {
    let function = "pkg.version_cmp";
    let ignore = flag(arguments, 2, "ignore_epoch", false);
    let strip = |version: String| match version.split_once(':') {
        Some((_, rest)) if ignore => rest.to_owned(),
        _ => version,
    };
    let left = strip(required(arguments, 0, "pkg1", function)?);
    let right = strip(required(arguments, 1, "pkg2", function)?);
    Ok(Value::Int(match compare(&left, &right) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }))
}

fn install(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let function = "pkg.install";
    require(function, context)?;
    if flag(arguments, 1, "refresh", false) {
        apt::refresh(context).map_err(|error| failed(function, error))?;
    }
    let keyword = |name: &str| get(&arguments.keyword, name);
    let options = Options {
        release: arguments.get(2, "fromrepo").filter(|value| !value.is_null()).map(ToString::to_string),
        recommends: keyword("install_recommends").map(Value::is_true),
        only_upgrade: keyword("only_upgrade").is_some_and(Value::is_true),
        unauthenticated: flag(arguments, 3, "skip_verify", false),
        new_configuration: keyword("force_conf_new").is_some_and(Value::is_true),
        ..Options::default()
    };
    let again = keyword("reinstall").is_some_and(Value::is_true);
    let packages = Packages::read(context);
    let mut request = Request::default();
    for target in targets(function, arguments, 5)? {
        let installed = packages.versions(&target.name).and_then(<[String]>::last);
        let word = match &target.version {
            Some(version) => format!("{}={}", target.name, version.trim_start_matches('=')),
            None => target.name.clone(),
        };
        match (installed, &target.version) {
            (Some(_), None) if again => request.reinstall.push(word),
            (Some(installed), Some(version)) if compare(version, installed).is_lt() => {
                request.downgrades.push(word)
            }
            _ => request.targets.push(word),
        }
    }
    apt::install(context, &options, &request).map(Into::into).map_err(|failure| unfinished(function, failure))
}

fn remove(function: &str, context: &Arc<Context>, arguments: &Arguments, purge: bool) -> Answer {
    require(function, context)?;
    let packages = Packages::read(context);
    let known =
        |name: &String| packages.versions(name).is_some() || (purge && packages.removed.contains_key(name));
    let names: Vec<String> =
        targets(function, arguments, 1)?.into_iter().map(|target| target.name).filter(known).collect();
    if names.is_empty() {
        return Ok(Map::new().into());
    }
    apt::remove(context, &names, purge).map(Into::into).map_err(|failure| unfinished(function, failure))
}

fn upgrade(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let function = "pkg.upgrade";
    require(function, context)?;
    refresh_first(function, context, arguments, true)?;
    let whole = flag(arguments, 1, "dist_upgrade", false);
    apt::upgrade(context, &Options::default(), whole)
        .map(Into::into)
        .map_err(|failure| unfinished(function, failure))
}

/// The packages that `name` (with `version`) or `pkgs` names.
fn targets(function: &str, arguments: &Arguments, pkgs: usize) -> Result<Vec<Target>, FunctionError> {
    if let Some(list) = arguments.get(pkgs, "pkgs").filter(|value| value.is_true()) {
        let parsed = <Targets as serde::Deserialize>::deserialize(list.clone());
        return parsed.map(|targets| targets.0).map_err(|error| FunctionError::Arguments {
            name: function.into(),
            reason: format!("pkgs: {error}"),
        });
    }
    let name = required(arguments, 0, "name", function)?;
    let version =
        get(&arguments.keyword, "version").filter(|value| !value.is_null()).map(ToString::to_string);
    Ok(name.split(',').map(|name| Target { name: name.trim().into(), version: version.clone() }).collect())
}

/// The names given by position, or as `name` or `names`.
fn names(arguments: &Arguments) -> Vec<String> {
    let keyword = ["name", "names"].into_iter().filter_map(|name| get(&arguments.keyword, name));
    let all = arguments.positional.iter().chain(keyword);
    all.flat_map(|value| match value {
        Value::List(items) => items.iter().map(ToString::to_string).collect(),
        value => vec![value.to_string()],
    })
    .collect()
}

fn refresh_first(
    function: &str,
    context: &Arc<Context>,
    arguments: &Arguments,
    default: bool,
) -> Result<(), FunctionError> {
    if get(&arguments.keyword, "refresh").map_or(default, Value::is_true) {
        apt::refresh(context).map_err(|error| failed(function, error))?;
        dpkg::forget(context);
    }
    Ok(())
}

fn flag(arguments: &Arguments, position: usize, name: &str, default: bool) -> bool {
    arguments.get(position, name).map_or(default, Value::is_true)
}

fn of_texts(texts: BTreeMap<String, String>) -> Value {
    Value::Map(texts.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
}

fn require(function: &str, context: &Context) -> Result<(), FunctionError> {
    apt::require(context).map_err(|failure| failed(function, failure.comment))
}

fn unfinished(function: &str, failure: AptFailure) -> FunctionError {
    failed(function, failure.comment)
}

fn unrun(function: &str, error: &ProcessError) -> FunctionError {
    failed(function, error.to_string())
}

fn failed(function: &str, reason: String) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason }
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::*;
    use crate::modules::trial::Host;
    use crate::testing::output;

    const STATUS: (&str, &str) = (
        "/var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n",
    );

    fn ask(host: &Host, name: &str, positional: &[&str]) -> Value {
        let positional = positional.iter().map(|text| Value::from(*text)).collect();
        call(&host.context, name, &Arguments { positional, keyword: Map::new() }).unwrap()
    }

    #[test]
    fn versions_cost_no_process() {
        let host = Host::new(&[STATUS], |_, _| output(1, ""));
        assert_eq!(ask(&host, "pkg.version", &["bash"]), "5.2-1".into());
        assert_eq!(ask(&host, "pkg.version", &["ghost"]), "".into());
        assert_eq!(
            ask(&host, "pkg.version", &["bash", "ghost"]).to_string(),
            "{'bash': '5.2-1', 'ghost': ''}"
        );
        assert_eq!(ask(&host, "pkg.list_pkgs", &[]).to_string(), "{'bash': '5.2-1'}");
        assert_eq!(ask(&host, "pkg.version_cmp", &["1.0~rc1", "1.0"]), Value::Int(-1));
        assert!(host.lines().is_empty());
    }

    #[test]
    fn the_newest_version() {
        let host = Host::new(&[STATUS], |_, line| {
            if line.contains("policy") { output(0, "bash:\n  Candidate: 5.3\n") } else { output(0, "") }
        });
        assert_eq!(ask(&host, "pkg.latest_version", &["bash"]), "5.3".into());
        assert_eq!(ask(&host, "pkg.upgrade_available", &["bash"]), true.into());
    }
}
