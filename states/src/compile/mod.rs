//! Data to plan: top file, includes, extends, excludes, names, requisites, order; and pillar.
//!
//! The steps, each in its file: `top` and `sections` find the SLS files of a host, `load` and `include` render them into `high` data,
//! `extend`, [`requisite_in`] and `exclude` change that, `verify` checks its form, `low` makes chunks of it,
//! `functions` checks what they call, `requisites` and `cycles` what they wait for. Each step reports all it finds. A later
//! step goes on with what is sound: where a file did not load, nothing is said of what may be missing because of that.
//! `digest` tells many errors in few.

#[cfg(test)]
mod bounds;
mod catalogue;
mod cycles;
mod digest;
mod examine;
mod exclude;
mod extend;
mod faults;
mod functions;
mod high;
mod include;
pub mod keywords;
mod listen;
mod load;
mod loose;
mod low;
mod memory;
pub mod pillar;
mod plan;
#[cfg(test)]
mod properties;
mod requisite_in;
mod requisites;
mod sections;
pub mod show;
#[cfg(test)]
mod tests;
mod top;
mod tree;
mod verify;

use std::sync::Arc;

use common::value::{Map, Value, get};

pub(crate) use examine::Examinee;
pub use examine::{Examined, alone, examine};
pub(crate) use memory::{Asked, Memory};
pub use plan::{Chunk, Plan, Reaction, Requisite};
pub(crate) use requisites::Written;

use crate::context::Context;
use crate::diagnostic::Diagnostic;
use catalogue::Catalogue;
use high::High;
use low::Draft;
use tree::Tree;

/// Salt's sentence for a host that the top file gives nothing. [`highstate`] reports it as the `salt` of its only error.
pub const NO_TOP_MATCH: &str =
    "No Top file or master_tops data matches found. Please see master log for details.";

/// Compiles what the top file gives this host.
///
/// # Errors
/// Every error found, each with its place; nothing has been run.
pub fn highstate(context: &Arc<Context>) -> Result<Plan, Vec<Diagnostic>> {
    highstate_without(context, &[])
}

/// Compiles what the top file gives this host, but for what `excludes` names as the items of an `exclude` do.
///
/// # Errors
/// As [`highstate`].
pub fn highstate_without(context: &Arc<Context>, excludes: &[Value]) -> Result<Plan, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let result = declared_by_top(context, &mut tree).and_then(|(mut high, errors)| {
        exclude::add(&mut high, excludes);
        assemble(context, (high, errors), &catalogue::Registry, Depth::Whole).into_plan()
    });
    result.map_err(|errors| tree.illustrate(errors))
}

/// Compiles the named SLS files (names or globs, in this order), as `state.sls` does.
///
/// # Errors
/// Every error found, each with its place; nothing has been run.
pub fn sls(context: &Arc<Context>, names: &[String]) -> Result<Plan, Vec<Diagnostic>> {
    sls_without(context, names, &[])
}

/// Compiles the named SLS files, but for what `excludes` names as the items of an `exclude` do.
///
/// # Errors
/// As [`sls`].
pub fn sls_without(
    context: &Arc<Context>,
    names: &[String],
    excludes: &[Value],
) -> Result<Plan, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let (mut high, errors) = load::Loader::new(&mut tree).load(&wanted(context, names));
    exclude::add(&mut high, excludes);
    let result = assemble(context, (high, errors), &catalogue::Registry, Depth::Whole).into_plan();
    result.map_err(|errors| tree.illustrate(errors))
}

/// What the SLS files that the top file gives this host declare.
fn declared_by_top(context: &Context, tree: &mut Tree<'_>) -> Result<Loaded, Vec<Diagnostic>> {
    let matches = top::matches(tree)?;
    if matches.iter().all(|(_, names)| names.is_empty()) {
        return Err(vec![nothing_matched(context, tree)]);
    }
    Ok(load::Loader::new(tree).load(&matches))
}

/// Compiles declarations that stand in no SLS: the text of a template, as `state.template_str` does.
///
/// # Errors
/// Every error found, each with its place; nothing has been run.
pub fn template(context: &Arc<Context>, text: &str) -> Result<Plan, Vec<Diagnostic>> {
    let loaded = loose::template(context, text);
    assemble(context, loaded, &catalogue::Registry, Depth::Whole)
        .into_plan()
        .map_err(|errors| errors.into_iter().map(|error| error.with_source(text)).collect())
}

/// Compiles declarations that are given as data, as `state.high` does.
///
/// # Errors
/// Every error found; nothing has been run.
pub fn declarations(context: &Context, data: &Map) -> Result<Plan, Vec<Diagnostic>> {
    assemble(context, loose::declarations(data), &catalogue::Registry, Depth::Whole).into_plan()
}

fn nothing_matched(context: &Context, tree: &Tree<'_>) -> Diagnostic {
    let top = top::file_name(context);
    let there =
        tree.environments().iter().any(|env| context.files.lookup(env, top).is_ok_and(|file| file.is_some()));
    let error = if there {
        Diagnostic::new("no target of the top file means this host")
            .help(format!("add a target to {top} that means it, or name the SLS files to apply"))
    } else {
        Diagnostic::new(format!("the state tree has no {top}"))
            .help("write one, or name the SLS files to apply; is the folder of the tree right?")
    };
    error.salt(NO_TOP_MATCH)
}

/// The SLS files that are asked for by name, in the environment of the run.
fn wanted(context: &Context, names: &[String]) -> Vec<(String, Vec<load::Wanted>)> {
    let names = names.iter().map(|name| load::Wanted { pattern: name.clone(), place: None, target: None });
    vec![(context.saltenv.clone(), names.collect())]
}

/// What SLS files declare, and what was wrong with them.
type Loaded = (High, Vec<Diagnostic>);

/// The states of a run, and everything that is wrong with them.
struct Assembled {
    drafts: Vec<Draft>,
    reactions: Vec<Reaction>,
    warnings: Vec<String>,
    errors: Vec<Diagnostic>,
}

impl Assembled {
    fn into_plan(self) -> Result<Plan, Vec<Diagnostic>> {
        if self.errors.is_empty() {
            let chunks = self.drafts.into_iter().map(|draft| draft.chunk).collect();
            Ok(Plan { chunks, reactions: self.reactions, warnings: self.warnings })
        } else {
            Err(self.errors)
        }
    }
}

/// How far states are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Everything.
    Whole,
    /// Functions and arguments need not exist, as where Salt shows states.
    Shown,
    /// Nothing that may be in another file.
    Alone,
}

/// From what was loaded to chunks with their requisites.
fn assemble(
    context: &Context,
    (mut high, errors): Loaded,
    catalogue: &dyn Catalogue,
    depth: Depth,
) -> Assembled {
    let mut warnings = Vec::new();
    let all_loaded = errors.is_empty() && depth != Depth::Alone;
    let mut found = Found { errors };
    let mut errors = Vec::new();
    if all_loaded {
        let extensions = high.extends.take().unwrap_or_default();
        extend::apply(&mut high, extensions, extend::Finding::Lenient, &mut errors);
    }
    let wrong = verify::verify(&high, &mut errors);
    let unloaded = found.errors.len();
    found.errors.append(&mut errors);
    found.as_salt_stops(unloaded);
    if all_loaded {
        requisite_in::apply(&mut high, &disabled_requisites(context), &mut errors, &mut warnings);
        found.later(&mut errors);
    }
    exclude::apply(&mut high);
    let mut drafts = low::chunks(&high, &mut errors);
    let all_there = all_loaded && errors.is_empty();
    if all_there {
        requisites::resolve(&mut drafts, &disabled_requisites(context), catalogue, &mut errors);
        errors.extend(cycles::find(&drafts));
    }
    if depth != Depth::Shown {
        functions::verify(&drafts, &wrong, catalogue, &mut errors);
    }
    found.later(&mut errors);
    let reactions = match found.errors.is_empty() {
        true => listen::resolve(&mut drafts, &mut warnings),
        false => Vec::new(),
    };
    Assembled { drafts, reactions, warnings, errors: found.errors }
}

/// What was found up to a step.
struct Found {
    errors: Vec<Diagnostic>,
}

impl Found {
    /// Salt stops at what does not load, and does not come to see the form: neither what comes after the first `unloaded`
    /// errors, nor which ids are no text.
    fn as_salt_stops(&mut self, unloaded: usize) {
        let of_form = |error: &Diagnostic| {
            let text = "is not formed as a string, but is type";
            error.salt.as_deref().is_some_and(|salt| salt.contains(text))
        };
        if self.errors[..unloaded].iter().all(of_form) {
            return;
        }
        for (index, error) in self.errors.iter_mut().enumerate() {
            if index >= unloaded || of_form(error) {
                error.salt = None;
            }
        }
    }

    /// Adds what a later step found. Salt does not come to it when there was something before, and says nothing of it.
    fn later(&mut self, errors: &mut Vec<Diagnostic>) {
        let first = self.errors.is_empty();
        self.errors.extend(
            errors.drain(..).map(|error| if first { error } else { Diagnostic { salt: None, ..error } }),
        );
    }
}

/// Makes the chunks and resolves their requisites, and does nothing else of [`assemble`].
fn chunks_of(
    context: &Context,
    high: &High,
    catalogue: &dyn Catalogue,
) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut drafts = low::chunks(high, &mut errors);
    requisites::resolve(&mut drafts, &disabled_requisites(context), catalogue, &mut errors);
    errors.extend(cycles::find(&drafts));
    if errors.is_empty() { Ok(drafts) } else { Err(errors) }
}

/// The kinds of requisites that the configuration turns off (`disabled_requisites`).
#[must_use]
pub fn disabled_requisites(context: &Context) -> Vec<String> {
    match get(&context.opts, "disabled_requisites") {
        Some(Value::List(kinds)) => kinds.iter().map(ToString::to_string).collect(),
        Some(Value::String(kind)) => vec![kind.as_ref().into()],
        _ => Vec::new(),
    }
}
