//! `match.*`: whether a host is meant by a target.

use std::sync::Arc;

use common::target::{Kind, Known, Matcher, matches_kind};
use common::value::{Map, Value, get};

use super::lookup::{delimiter, merge, required};
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

/// Declares a function that matches with one kind of target.
macro_rules! matches {
    ($name:literal, $kind:literal, $doc:literal) => {
        Function {
            name: $name,
            doc: concat!($doc, "\n\ntgt: the target"),
            parameters: &["tgt", "minion_id"],
            run: |context, arguments| {
                let target = match arguments.get(0, "tgt") {
                    // A list of ids may be one.
                    Some(Value::List(ids)) => {
                        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
                    }
                    _ => required(arguments, 0, "tgt", $name)?,
                };
                Ok(matches(context, $kind, &target, arguments.get(1, "minion_id"), $name)?.into())
            },
        }
    };
}

/// Declares a function that matches with data whose paths may have another delimiter.
macro_rules! matches_data {
    ($name:literal, $kind:expr, $doc:literal) => {
        Function {
            name: $name,
            doc: concat!($doc, "\n\ntgt: the target\ndelimiter: what separates the steps of the path"),
            parameters: &["tgt", "delimiter"],
            run: |context, arguments| {
                let target = required(arguments, 0, "tgt", $name)?;
                let matcher = Matcher::new($kind, &target, &delimiter(arguments, 1));
                Ok(matcher.is_ok_and(|matcher| matcher.matches(&known(context, &context.id))).into())
            },
        }
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    matches!("match.compound", "compound", "Whether the host is meant by a compound target."),
    matches!("match.glob", "glob", "Whether the host's id fits a glob."),
    matches!("match.list", "list", "Whether the host's id is in a list with commas."),
    matches!("match.pcre", "pcre", "Whether the host's id fits a regular expression."),
    Function {
        name: "match.ipcidr",
        doc: "Whether the host has an address, or one of a subnet. Of what is neither, an empty list.\n\ntgt: the target",
        parameters: &["tgt"],
        run: |context, arguments| {
            let target = required(arguments, 0, "tgt", "match.ipcidr")?;
            if Matcher::new(Kind::Address, &target, ":").is_err() {
                return Ok(Value::List(Vec::new()));
            }
            Ok(matches(context, "ipcidr", &target, None, "match.ipcidr")?.into())
        },
    },
    Function {
        name: "match.data",
        doc: "Whether the host's own data store has a value: False, there is no such store here.\n\ntgt: the target",
        parameters: &["tgt"],
        run: |_, arguments| {
            required(arguments, 0, "tgt", "match.data")?;
            Ok(false.into())
        },
    },
    matches!("match.nodegroup", "nodegroup", "Whether the host is in a node group."),
    matches_data!("match.grain", Kind::Grain, "Whether a grain of the host fits a glob."),
    matches_data!(
        "match.grain_pcre",
        Kind::GrainRegex,
        "Whether a grain of the host fits a regular expression."
    ),
    matches_data!("match.pillar", Kind::Pillar, "Whether a pillar value of the host fits a glob."),
    matches_data!(
        "match.pillar_pcre",
        Kind::PillarRegex,
        "Whether a pillar value of the host fits a regular expression."
    ),
    Function {
        name: "match.filter_by",
        doc: "Chooses from a map by the host.\n\n\
              lookup: targets, and what to choose for each; of several that match the first counts\n\
              tgt_type: the kind of the targets, by default compound\n\
              merge: a map that is merged into what was chosen\n\
              default: the key to choose where no target matches",
        parameters: &["lookup", "tgt_type", "minion_id", "merge", "merge_lists", "default"],
        run: filter_by,
    },
    Function {
        name: "match.search_by",
        doc: "The keys of a map whose targets mean the host, or None.\n\n\
              lookup: names, and a list of targets for each\ntgt_type: the kind of the targets, by default compound",
        parameters: &["lookup", "tgt_type", "minion_id"],
        run: search_by,
    },
];

fn known<'a>(context: &'a Context, id: &'a str) -> Known<'a> {
    Known { id, grains: &context.grains, pillar: &context.pillar }
}

fn matches(
    context: &Context,
    kind: &str,
    target: &str,
    id: Option<&Value>,
    function: &str,
) -> Result<bool, FunctionError> {
    let none = Map::new();
    let nodegroups = get(&context.opts, "nodegroups").and_then(Value::as_map).unwrap_or(&none);
    let id = id.filter(|id| id.is_true()).map_or_else(|| context.id.clone(), ToString::to_string);
    matches_kind(kind, target, &known(context, &id), nodegroups)
        .map_err(|error| FunctionError::Arguments { name: function.into(), reason: error.to_string() })
}

fn filter_by(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "match.filter_by";
    let (table, kind) = table(arguments, function)?;
    let mut chosen = None;
    for (target, value) in table {
        if matches(context, &kind, &target.to_string(), arguments.get(2, "minion_id"), function)? {
            chosen = Some(value.clone());
            break;
        }
    }
    let default = arguments.get(5, "default").map_or("default".into(), ToString::to_string);
    let Some(chosen) = chosen else { return Ok(get(table, &default).cloned().unwrap_or_default()) };
    let lists = arguments.get(4, "merge_lists").is_some_and(Value::is_true);
    match (arguments.get(3, "merge").filter(|merge| merge.is_true()), chosen) {
        (None, chosen) => Ok(chosen),
        (Some(Value::Map(over)), Value::Null) => Ok(over.clone().into()),
        (Some(Value::Map(over)), Value::Map(mut chosen)) => {
            merge(&mut chosen, over, lists);
            Ok(chosen.into())
        }
        (Some(_), _) => Err(FunctionError::Arguments {
            name: function.into(),
            reason: "filter_by merge argument must be a dictionary.".into(),
        }),
    }
}

fn search_by(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "match.search_by";
    let (table, kind) = table(arguments, function)?;
    let mut found = Vec::new();
    for (name, targets) in table {
        let targets = match targets {
            Value::List(targets) => targets.as_slice(),
            // Salt goes through what is no list letter by letter, and so finds nothing.
            _ => &[],
        };
        for target in targets {
            if matches(context, &kind, &target.to_string(), arguments.get(2, "minion_id"), function)? {
                found.push(name.clone());
                break;
            }
        }
    }
    Ok(if found.is_empty() { Value::Null } else { found.into() })
}

fn table<'a>(arguments: &'a Arguments, function: &str) -> Result<(&'a Map, String), FunctionError> {
    let table = arguments.get(0, "lookup").and_then(Value::as_map).ok_or_else(|| {
        FunctionError::Arguments { name: function.into(), reason: "lookup is a map by targets".into() }
    })?;
    let kind = arguments.get(1, "tgt_type").map_or("compound".into(), ToString::to_string);
    Ok((table, kind))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    fn call(name: &str, positional: Vec<Value>) -> Value {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        functions::call(&context, name, &Arguments { positional, ..Arguments::default() }).unwrap()
    }

    #[test]
    fn matches_targets() {
        let table = [
            ("match.compound", "G@os:Debian and fp-*", true),
            ("match.compound", "not fp-*", false),
            ("match.glob", "fp-*", true),
            ("match.list", "cm-1,fp-1", true),
            ("match.pcre", "fp-[2-9]", false),
            ("match.grain", "os:deb*", true),
            ("match.grain_pcre", "os:Ub.*", false),
        ];
        for (function, target, expected) in table {
            assert_eq!(call(function, vec![target.into()]), expected.into(), "{function} {target}");
        }
        assert_eq!(call("match.glob", vec!["cm-*".into(), "cm-3".into()]), true.into());
    }

    #[test]
    fn chooses_by_the_host() {
        let table = Value::from(map([("fp-*", 1.into()), ("G@os:Debian", 2.into()), ("default", 0.into())]));
        assert_eq!(call("match.filter_by", vec![table]), 1.into());
        let table = Value::from(map([("proxy", vec!["fp-*"].into()), ("master", vec!["cm-*"].into())]));
        assert_eq!(call("match.search_by", vec![table]).to_string(), "['proxy']");
    }
}
