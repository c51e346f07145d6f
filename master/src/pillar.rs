//! Pillar: what each host, and no other, is to know. Compiled here, on the master, from the host's grains.

use std::path::PathBuf;
use std::sync::Arc;

use common::id::HostId;
use common::value::{Map, Value, map};
use states::compile::pillar::{compile, examine};
use states::context::{Context, RunState};
use states::diagnostic::Diagnostic;
use states::files::{FileSource, Folders, Kept};
use states::language::Shared;
use states::lint::lint_pillar;
use states::process::System;

use crate::config::Config;
use crate::grains::Grains;
use crate::parallel;

/// Compiles pillar over the pillar tree as it is now: it is listed once, each of its files is read once, and a text that several
/// hosts have is parsed once.
pub struct PillarCompiler {
    files: Arc<dyn FileSource>,
    opts: Arc<Map>,
    cache_dir: PathBuf,
    shared: Arc<Shared>,
}

/// A host whose pillar is wanted.
#[derive(Clone, Debug)]
pub struct PillarHost {
    /// Its id.
    pub id: HostId,
    /// Its grains, as it sent them last.
    pub grains: Grains,
}

/// What one host's pillar came to.
pub type Compiled = Result<Map, Vec<Diagnostic>>;

impl PillarCompiler {
    /// A compiler over the pillar tree as it is now.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            files: Arc::new(Kept::new(Folders::new(config.pillar_roots.clone()))),
            opts: Arc::new(opts(config)),
            cache_dir: config.state_dir.join("cache"),
            shared: Arc::default(),
        }
    }

    /// One host's pillar, with `overrides` merged over it. Blocks.
    ///
    /// # Errors
    /// Every error found.
    pub fn compile(&self, host: &PillarHost, saltenv: &str, overrides: &Map) -> Compiled {
        compile(&self.context(host, saltenv), overrides)
    }

    /// One host's pillar likewise, with what the linter warns of in its files. Blocks.
    ///
    /// # Errors
    /// Every error found.
    pub fn lint(
        &self,
        host: &PillarHost,
        saltenv: &str,
        overrides: &Map,
    ) -> Result<(Map, Vec<Diagnostic>), Vec<Diagnostic>> {
        let context = self.context(host, saltenv);
        let examined = examine(&context, overrides)?;
        let warnings = lint_pillar(&context, &examined);
        Ok((examined.pillar, warnings))
    }

    /// What the pillar files of a host see.
    fn context(&self, host: &PillarHost, saltenv: &str) -> Arc<Context> {
        Arc::new(Context {
            id: host.id.to_string(),
            saltenv: saltenv.into(),
            grains: Arc::clone(host.grains.open()),
            pillar: Arc::default(),
            opts: Arc::clone(&self.opts),
            files: Arc::clone(&self.files),
            processes: Arc::new(System),
            cache_dir: self.cache_dir.clone(),
            test: false,
            mine: None,
            run: RunState::sharing(&self.shared),
        })
    }

    /// The pillar of many hosts, on every core, in the hosts' order. Blocks.
    #[must_use]
    pub fn compile_all(&self, hosts: &[PillarHost], saltenv: &str, overrides: &Map) -> Vec<Compiled> {
        parallel::map(hosts, |_, host| self.compile(host, saltenv, overrides))
    }
}

/// What pillar files see in `opts`.
fn opts(config: &Config) -> Map {
    let roots = |roots: &crate::config::Roots| {
        let folders = |folders: &Vec<PathBuf>| -> Value {
            folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect::<Vec<_>>().into()
        };
        Value::Map(roots.iter().map(|(name, paths)| (Value::from(name), folders(paths))).collect())
    };
    let mut opts =
        map([("file_roots", roots(&config.file_roots)), ("pillar_roots", roots(&config.pillar_roots))]);
    opts.insert("nodegroups".into(), Value::Map(nodegroups(config)));
    opts.extend(config.opts.clone());
    opts
}

/// The node groups as values.
#[must_use]
pub fn nodegroups(config: &Config) -> Map {
    config.nodegroups.iter().map(|(name, target)| (Value::from(name), Value::from(target))).collect()
}

/// Salt's first sentence for a pillar that does not compile.
const FAILED: &str = "Pillar failed to render with the following messages:";

/// What stands before the sentence that the host itself is told, at the end of a diagnostic.
const TOLD: &str = "   = the host is told: ";

/// Diagnostics as the list of texts that Salt returns when pillar fails, for the operator: each whole, with the sentence that
/// the host is told.
#[must_use]
pub fn failure(diagnostics: &[Diagnostic]) -> Value {
    let mut lines = vec![Value::from(FAILED)];
    lines.extend(diagnostics.iter().map(|diagnostic| {
        let sentence = diagnostic.salt.as_deref().and_then(|sentence| sentence.lines().next());
        let sentence = sentence.unwrap_or("Please see master log for details.");
        Value::from(format!("{diagnostic}\n{TOLD}{sentence}"))
    }));
    Value::List(lines)
}

/// What a host may know of its own pillar's [`failure`]: Salt's sentences, since a diagnostic shows lines of pillar files.
/// Nothing for any other value.
#[must_use]
pub fn told_to_host(value: &Value) -> Option<Value> {
    let (first, texts) = value.as_list()?.split_first()?;
    if first.as_str() != Some(FAILED) {
        return None;
    }
    let sentences = texts.iter().filter_map(|text| text.as_str()?.lines().last()?.strip_prefix(TOLD));
    Some(Value::List(std::iter::once(FAILED).chain(sentences).map(Value::from).collect()))
}

#[cfg(test)]
mod tests {
    use states::diagnostic::Place;

    use super::*;

    #[test]
    fn a_host_is_told_salts_sentences_and_the_operator_everything() {
        let place = Place { file: "web.sls".into(), line: 2, column: 1 };
        let broken = Diagnostic::new("undefined value")
            .at(place)
            .with_source("a: 1\npassword: hunter2 {{ nope }}\n")
            .salt("Rendering SLS 'web' failed. Please see master log for details.");
        let other = Diagnostic::new("password hunter2 is wrong");
        let value = failure(&[broken, other]);
        assert!(value.to_string().contains("hunter2") && value.to_string().contains("web.sls:2"));
        let told = told_to_host(&value).unwrap();
        assert_eq!(
            told,
            Value::from(vec![
                FAILED,
                "Rendering SLS 'web' failed. Please see master log for details.",
                "Please see master log for details."
            ])
        );
        assert_eq!(told_to_host(&Value::from(vec!["Rendering SLS 'base:t' failed"])), None);
        assert_eq!(told_to_host(&Value::Null), None);
    }
}
