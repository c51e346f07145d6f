//! What the work of a job needs the tree for.

use common::value::{Map, Value};
use states::scope::Wanted;

use crate::jobs::{CallSpec, JobRecord, Spec};
use crate::pillar::PillarHost;

/// What a host is to do, and by whose wish.
pub struct Asked<'a> {
    /// The host.
    pub host: &'a PillarHost,
    /// Its pillar, without what it has asked to be laid over.
    pub pillar: &'a Map,
    /// The environment that the job names.
    pub saltenv: Option<&'a str>,
    /// What it needs the tree for.
    pub wanted: Wanted,
}

/// What the work of a job needs the tree for. A host that has started the job itself names nothing that would not be offered to it
/// anyway.
#[must_use]
pub fn wanted(job: &JobRecord, is_its_own: bool) -> Wanted {
    match &job.spec.work {
        Spec::Apply(apply) if is_its_own || apply.sls.is_empty() => Wanted { top: true, ..Wanted::default() },
        Spec::Apply(apply) => Wanted { sls: apply.sls.clone(), ..Wanted::default() },
        Spec::Call(_) if is_its_own => Wanted { top: true, ..Wanted::default() },
        Spec::Call(call) => Wanted { top: true, sls: named_sls(call), texts: texts(call) },
    }
}

/// The SLS files that a call of a function of `state` names: `state.apply web,db`, `state.sls mods=web`.
fn named_sls(call: &CallSpec) -> Vec<String> {
    if !call.function.starts_with("state.") {
        return Vec::new();
    }
    let given = call.positional.iter().chain(common::value::get(&call.keyword, "mods"));
    let texts = given.flat_map(|value| match value {
        Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect::<Vec<_>>(),
    });
    let names = texts.flat_map(|text| text.split(',')).map(str::trim);
    names.filter(|name| !name.is_empty() && !name.contains(['=', '/'])).map(Into::into).collect()
}

fn texts(call: &CallSpec) -> Vec<Value> {
    call.positional.iter().chain(call.keyword.values()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    #[test]
    fn a_call_names_files_for_the_operator_and_not_for_the_host() {
        let call = |function: &str, positional: Vec<Value>, keyword: Map| CallSpec {
            function: function.into(),
            positional,
            keyword,
        };
        assert_eq!(named_sls(&call("state.apply", vec!["web, db".into()], Map::new())), ["web", "db"]);
        let keyword = map([("mods", vec!["web"].into())]);
        assert_eq!(named_sls(&call("state.sls", Vec::new(), keyword)), ["web"]);
        assert!(named_sls(&call("cp.get_file", vec!["salt://a".into()], Map::new())).is_empty());
    }
}
