//! Data to plan: top file, includes, extends, excludes, names, requisites, order; and pillar.
//!
//! The steps, each in its file: `top` and `sections` find the SLS files of a host, `load` and `include` render them into `high` data,
//! `extend`, [`requisite_in`] and `exclude` change that, `verify` checks its form, `low` makes chunks of it,
//! `functions` checks what they call, `requisites` and `cycles` what they wait for. Each step reports all it finds; the
//! next begins only when nothing was found, so that no error is a mere echo of another.

mod catalogue;
mod cycles;
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

pub use plan::{Chunk, Plan, Reaction, Requisite};

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
    let result = top::matches(&mut tree).and_then(|matches| {
        if matches.iter().all(|(_, names)| names.is_empty()) {
            return Err(vec![nothing_matched(context, &tree)]);
        }
        let (mut high, errors) = load::Loader::new(&mut tree).load(&matches);
        exclude::add(&mut high, excludes);
        plan(context, high, errors, &catalogue::Registry)
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
    plan(context, high, errors, &catalogue::Registry).map_err(|errors| tree.illustrate(errors))
}

/// Compiles declarations that stand in no SLS: the text of a template, as `state.template_str` does.
///
/// # Errors
/// Every error found, each with its place; nothing has been run.
pub fn template(context: &Arc<Context>, text: &str) -> Result<Plan, Vec<Diagnostic>> {
    let (high, errors) = loose::template(context, text);
    plan(context, high, errors, &catalogue::Registry)
        .map_err(|errors| errors.into_iter().map(|error| error.with_source(text)).collect())
}

/// Compiles declarations that are given as data, as `state.high` does.
///
/// # Errors
/// Every error found; nothing has been run.
pub fn declarations(context: &Context, data: &Map) -> Result<Plan, Vec<Diagnostic>> {
    let (high, errors) = loose::declarations(data);
    plan(context, high, errors, &catalogue::Registry)
}

fn nothing_matched(context: &Context, tree: &Tree<'_>) -> Diagnostic {
    let top = get(&context.opts, "state_top").and_then(Value::as_str).unwrap_or("top.sls");
    let there =
        tree.environments().iter().any(|env| context.files.lookup(env, top).is_ok_and(|file| file.is_some()));
    let error = if there {
        Diagnostic::new(format!("the top file gives host '{}' nothing", context.id))
            .help(format!("add a target to {top} that means it, or name the SLS files to apply"))
    } else {
        Diagnostic::new(format!("the state tree has no {top}"))
            .help("write one, or name the SLS files to apply; is the folder of the tree right?")
    };
    error.salt(NO_TOP_MATCH)
}

/// The SLS files that are asked for by name, in the environment of the run.
fn wanted(context: &Context, names: &[String]) -> Vec<(String, Vec<load::Wanted>)> {
    let names = names.iter().map(|name| load::Wanted { pattern: name.clone(), place: None });
    vec![(context.saltenv.clone(), names.collect())]
}

/// From what was loaded to the plan.
fn plan(
    context: &Context,
    mut high: High,
    errors: Vec<Diagnostic>,
    catalogue: &dyn Catalogue,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    combine(context, &mut high, errors, &mut warnings)?;
    let mut errors = Vec::new();
    let mut drafts = match chunks_of(context, &high, catalogue) {
        Ok(drafts) => drafts,
        Err(found) => {
            errors = found;
            low::chunks(&high, &mut Vec::new())
        }
    };
    functions::verify(&drafts, catalogue, &mut errors);
    if errors.is_empty() {
        let reactions = listen::resolve(&mut drafts, &mut warnings);
        Ok(Plan { chunks: drafts.into_iter().map(|draft| draft.chunk).collect(), reactions, warnings })
    } else {
        Err(errors)
    }
}

/// Applies what declarations say of each other, and checks their form.
fn combine(
    context: &Context,
    high: &mut High,
    mut errors: Vec<Diagnostic>,
    warnings: &mut Vec<String>,
) -> Result<(), Vec<Diagnostic>> {
    let unloaded = errors.len();
    if unloaded == 0 {
        let extensions = std::mem::take(&mut high.extends);
        extend::apply(high, extensions, extend::Finding::Lenient, &mut errors);
    }
    verify::verify(high, &mut errors);
    let of_form = |error: &Diagnostic| {
        error.salt.as_deref().is_some_and(|salt| salt.contains("is not formed as a string, but is type"))
    };
    if !errors[..unloaded].iter().all(of_form) {
        // Salt stops at what does not load, and does not come to see the form: neither these, nor which ids are no text.
        for (index, error) in errors.iter_mut().enumerate() {
            if index >= unloaded || of_form(error) {
                error.salt = None;
            }
        }
    }
    if errors.is_empty() {
        requisite_in::apply(high, &disabled_requisites(context), &mut errors, warnings);
        exclude::apply(high);
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Makes the chunks and resolves their requisites.
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
