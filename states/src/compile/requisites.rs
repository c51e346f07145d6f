//! Requisites to chunks: what each reference stands for.

use common::target::{fnmatch, has_wildcards};
use common::value::Value;
use indexmap::IndexMap;

use super::catalogue::Catalogue;
use super::low::Draft;
use super::plan::Requisite;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;

/// The kinds in the order in which Salt 3006 runs their targets before a state; `listen` is last, as it waits for the end.
pub(super) const SEQUENCE: &[&str] = &[
    "require",
    "require_any",
    "watch",
    "watch_any",
    "prereq",
    "onfail",
    "onfail_any",
    "onfail_all",
    "onchanges",
    "onchanges_any",
];

/// Resolves the requisites of every chunk. `disabled` are kinds that the configuration turns off.
pub(super) fn resolve(
    drafts: &mut [Draft],
    disabled: &[String],
    catalogue: &dyn Catalogue,
    errors: &mut Vec<Diagnostic>,
) {
    let index = Index::new(drafts);
    let mut resolved: Vec<Vec<Requisite>> = Vec::with_capacity(drafts.len());
    for draft in drafts.iter() {
        let watches = catalogue.signature(&draft.chunk.function()).is_none_or(|signature| signature.watches);
        let mut requisites = Vec::new();
        let before = errors.len();
        for kind in SEQUENCE.iter().copied().filter(|kind| !disabled.iter().any(|off| off == kind)) {
            let targets = targets_of(draft, kind, drafts, &index, errors);
            if targets.is_empty() {
                continue;
            }
            // A function that cannot watch only needs its targets to have run.
            let kind = match kind {
                "watch" if !watches => "require",
                "watch_any" if !watches => "require_any",
                kind => kind,
            };
            add(&mut requisites, kind, targets);
        }
        resolved.push(requisites);
        // Salt stops at a state's first missing requisite.
        for error in errors.iter_mut().skip(before + 1) {
            error.salt = None;
        }
    }
    for (draft, requisites) in drafts.iter_mut().zip(resolved) {
        draft.chunk.requisites = requisites;
    }
}

fn add(requisites: &mut Vec<Requisite>, kind: &str, targets: Vec<usize>) {
    match requisites.iter_mut().find(|requisite| requisite.kind == kind) {
        Some(known) => {
            for target in targets {
                if !known.targets.contains(&target) {
                    known.targets.push(target);
                }
            }
        }
        None => requisites.push(Requisite { kind: kind.into(), targets }),
    }
}

/// What a reference names: a module (or `id` for any, `sls` for a file), and an id, a name or a pattern.
struct Reference {
    module: String,
    target: String,
}

impl Reference {
    /// Reads `{module: id}` or a plain id; none where there is no value, or the check of the form has refused it.
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(id) => Some(Self { module: "id".into(), target: id.as_ref().into() }),
            Value::Map(map) => {
                let (module, target) = map.first()?;
                let module = module.to_string();
                let module = module.split('.').next().unwrap_or(&module).to_owned();
                Some(Self { module, target: target.as_str()?.into() })
            }
            _ => None,
        }
    }
}

fn targets_of(
    draft: &Draft,
    kind: &str,
    drafts: &[Draft],
    index: &Index<'_>,
    errors: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let references = common::value::get(&draft.chunk.arguments, kind).and_then(Value::as_list);
    let mut targets: Vec<usize> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for value in references.unwrap_or_default() {
        let Some(reference) = Reference::read(value) else { continue };
        match index.find(&reference, drafts) {
            Some(found) => targets.extend(found.into_iter().filter(|target| seen.insert(*target))),
            None => errors.push(missing(draft, kind, value, &reference, index)),
        }
    }
    targets
}

/// Chunks by what a reference may call them. Positions are those of the sorted chunks, and in each list ascending.
struct Index<'a> {
    /// By module (or `id`), then by id or name.
    names: IndexMap<&'a str, IndexMap<&'a str, Vec<usize>>>,
    /// By SLS, and by the files that include it.
    files: IndexMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(drafts: &'a [Draft]) -> Self {
        let mut index = Self { names: IndexMap::new(), files: IndexMap::new() };
        for (position, draft) in drafts.iter().enumerate() {
            let chunk = &draft.chunk;
            for module in [chunk.state.as_str(), "id"] {
                let names = index.names.entry(module).or_default();
                names.entry(&chunk.id).or_default().push(position);
                if chunk.name != chunk.id {
                    names.entry(&chunk.name).or_default().push(position);
                }
            }
            let files = draft.included_from.iter().map(AsRef::as_ref).chain([chunk.sls.as_str()]);
            for file in files {
                let list = index.files.entry(file).or_default();
                if list.last() != Some(&position) {
                    list.push(position);
                }
            }
        }
        index
    }

    /// The chunks a reference stands for, in their order; none where there is nothing of that name. A pattern of SLS names
    /// may stand for nothing.
    fn find(&self, reference: &Reference, drafts: &[Draft]) -> Option<Vec<usize>> {
        let target = reference.target.as_str();
        if reference.module == "sls" {
            if !has_wildcards(target) {
                return self.files.get(target).cloned();
            }
            let files = self.files.iter().filter(|(file, _)| fnmatch(file, target));
            return Some(ascending(files.flat_map(|(_, list)| list.iter().copied()).collect()));
        }
        if !has_wildcards(target) {
            return self.names.get(reference.module.as_str())?.get(target).cloned();
        }
        let fits = |draft: &Draft| {
            let chunk = &draft.chunk;
            (reference.module == "id" || reference.module == chunk.state)
                && (fnmatch(&chunk.id, target) || fnmatch(&chunk.name, target))
        };
        let found: Vec<usize> = drafts
            .iter()
            .enumerate()
            .filter(|(_, draft)| fits(draft))
            .map(|(position, _)| position)
            .collect();
        (!found.is_empty()).then_some(found)
    }
}

fn ascending(mut list: Vec<usize>) -> Vec<usize> {
    list.sort_unstable();
    list.dedup();
    list
}

fn missing(draft: &Draft, kind: &str, value: &Value, reference: &Reference, index: &Index<'_>) -> Diagnostic {
    let Reference { module, target } = reference;
    let chunk = &draft.chunk;
    let what = match module.as_str() {
        "id" => format!("there is no state '{target}'"),
        "sls" => format!("no state comes from an SLS '{target}'"),
        module => format!("there is no `{module}` state '{target}'"),
    };
    let mut error = draft.error(format!("{what}, which {kind} of state '{}' names", chunk.id));
    // The reference as it is written, wherever it comes from.
    let lists = draft.items.iter().filter_map(|item| item.as_map()).flatten();
    let written =
        lists.filter_map(|(_, list)| list.as_list()).flatten().find(|node| node.to_value() == *value);
    if let Some(node) = written {
        error = error.at(node.place.clone());
    }
    let help = if module == "sls" {
        match nearest(target, index.files.keys().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!(
                "include it: `include:` and below it `- {target}`; an SLS without states cannot be named"
            ),
        }
    } else {
        let other =
            index.names.iter().find(|(other, names)| **other != "id" && names.contains_key(target.as_str()));
        let own = index.names.get(module.as_str());
        match (other, own.and_then(|names| nearest(target, names.keys().copied()))) {
            (Some((other, _)), _) => format!("there is `{other}: {target}`"),
            (None, Some(near)) => format!("did you mean `{module}: {near}`?"),
            (None, None) => {
                "name the id or the name of a state of this run; is an `include` missing, or is it excluded?"
                    .into()
            }
        }
    };
    let error = error.help(help);
    error.salt(format!(
        "Referenced state does not exist for requisite [{kind}: ({module}: {target})] in state [{}] in SLS [{}]",
        chunk.name, chunk.sls
    ))
}
