//! Includes: what an SLS asks for besides itself.

use std::sync::Arc;

use super::high::{High, describe};
use super::load::Loader;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{Node, Source};

/// How deep includes may be nested.
const DEPTH_LIMIT: usize = 100;

/// A file that asks for another.
struct Asking<'a> {
    source: &'a Source,
    place: &'a Place,
}

impl Loader<'_, '_> {
    /// Loads what the include list of a file names.
    pub(super) fn includes(&mut self, node: &Arc<Node>, source: &Source, depth: usize, high: &mut High) {
        let Some(items) = node.as_list() else {
            let error = Diagnostic::new(format!("include is {}, not a list", describe(&node.to_value())))
                .at(node.place.clone())
                .help("include is a list: write `include:` and below it `- name`");
            // Salt says it and goes on, and does not survive a key that is no text.
            let keys = node.as_map().unwrap_or_default();
            self.errors.push(if keys.iter().all(|(key, _)| key.as_str().is_some()) {
                error.salt(format!("Include Declaration in SLS {} is not formed as a list", source.sls))
            } else {
                error
            });
            return;
        };
        for item in items {
            if let Err(error) = self.include(item, source, depth, high) {
                self.errors.push(error);
            }
        }
    }

    /// One item of an include list: `name`, `.relative`, a pattern, or `{environment: name}`.
    fn include(
        &mut self,
        item: &Arc<Node>,
        source: &Source,
        depth: usize,
        high: &mut High,
    ) -> Result<(), Diagnostic> {
        let asking = Asking { source, place: &item.place };
        // Of several pairs Salt takes the last.
        let (saltenv, name) = match item.as_map().and_then(<[_]>::last) {
            Some((saltenv, name)) => (saltenv.to_value().to_string(), name.as_str()),
            None => (source.saltenv.as_ref().to_owned(), item.as_str()),
        };
        let Some(name) = name else {
            return Err(asking
                .error(format!(
                    "an item of include is {}, not the name of an SLS",
                    describe(&item.to_value())
                ))
                .help("write the name of an SLS, such as `web.nginx`"));
        };
        if !self.tree.has_environment(&saltenv) {
            return Err(asking
                .error(format!(
                    "the include of '{name}' names the environment '{saltenv}', which does not exist"
                ))
                .help(format!("the environments are {}", self.tree.environments().join(", ")))
                .salt(format!(
                    "Nonexistent saltenv '{saltenv}' found in include of '{name}' within SLS '{}:{}'",
                    source.saltenv, source.sls
                )));
        }
        let name = absolute(name, &asking)?;
        // An environment that the run asks nothing of must have the file; in the others its absence shows below.
        if !self.asked.contains(&saltenv) && self.tree.matching(&saltenv, &name)?.is_empty() {
            return Err(asking.error(format!("there is no SLS '{name}' in environment '{saltenv}'")).salt(format!(
                "Unknown include: Specified SLS {saltenv}: {name} is not available on the salt master in saltenv(s): \
                 {saltenv} "
            )));
        }
        let mut targets = self.tree.matching(&source.saltenv, &name)?;
        if targets.is_empty() {
            targets.push(name);
        }
        for target in targets {
            if self.seen.contains(&(saltenv.clone(), target.clone())) {
                continue;
            }
            if depth >= DEPTH_LIMIT {
                return Err(asking.error(format!("includes are nested more than {DEPTH_LIMIT} deep")));
            }
            let Some(included) = self.tree.read_sls(&saltenv, &target)? else {
                let error = self.missing(&saltenv, &target);
                return Err(error.at(item.place.clone()).salt(format!(
                    "Specified SLS {target} in saltenv {saltenv} is not available on the salt master or through \
                     a configured fileserver"
                )));
            };
            self.tree.memory().asked_for(&included, &item.place, None);
            let mut loaded = self.load_file(&included, depth + 1);
            for declaration in loaded.states.values_mut() {
                declaration.included_from.push(Arc::clone(&source.sls));
            }
            self.merge(high, loaded);
        }
        Ok(())
    }
}

impl Asking<'_> {
    fn error(&self, message: String) -> Diagnostic {
        Diagnostic::new(message).at(self.place.clone())
    }
}

/// The name an include stands for: leading dots count from the package of the including file.
fn absolute(name: &str, asking: &Asking<'_>) -> Result<String, Diagnostic> {
    let rest = name.trim_start_matches('.');
    let levels = name.len() - rest.len();
    if levels == 0 {
        return Ok(name.into());
    }
    let source = asking.source;
    let mut parts: Vec<&str> = source.sls.split('.').collect();
    if source.path.ends_with("/init.sls") {
        parts.push("init");
    }
    if levels > parts.len() {
        return Err(asking
            .error(format!("the include of '{name}' goes above the top of the tree"))
            .help(match parts.len() {
                1 => format!("SLS '{}' may use one leading dot", source.sls),
                most => format!("SLS '{}' may use at most {most} leading dots", source.sls),
            })
            .salt(format!(
                "Attempted relative include of '{name}' within SLS '{}:{}' goes beyond top level package ",
                source.saltenv, source.sls
            )));
    }
    parts.truncate(parts.len() - levels);
    parts.push(rest);
    Ok(parts.join("."))
}
