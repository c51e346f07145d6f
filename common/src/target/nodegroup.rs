//! Node groups: names for targets, in the configuration.

use super::{DEPTH_LIMIT, Problem, WORD_LIMIT};
use crate::value::{Map, Value, get};

/// The words of a node group in parentheses, with the groups it names expanded.
pub(super) fn expand(name: &str, nodegroups: &Map) -> Result<Vec<String>, Problem> {
    let mut words = Vec::new();
    expand_into(name, nodegroups, &mut Vec::new(), &mut words)?;
    Ok(words)
}

fn expand_into<'a>(
    name: &'a str,
    nodegroups: &'a Map,
    open: &mut Vec<&'a str>,
    words: &mut Vec<String>,
) -> Result<(), Problem> {
    if open.contains(&name) {
        return Err(Problem::RecursiveNodegroup(name.into()));
    }
    if open.len() >= DEPTH_LIMIT {
        return Err(Problem::TooLarge);
    }
    let members: Vec<std::borrow::Cow<'a, str>> = match get(nodegroups, name) {
        None => return Err(Problem::UnknownNodegroup(name.into())),
        Some(Value::String(text)) => text.split_whitespace().map(Into::into).collect(),
        Some(Value::List(items)) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string().into(), Into::into))
            .collect(),
        Some(_) => return Err(Problem::MalformedNodegroup(name.into())),
    };
    open.push(name);
    words.push("(".into());
    // A list of ids, which the configuration allows besides a list of words.
    let ids_alone = matches!(get(nodegroups, name), Some(Value::List(_)))
        && members.len() > 1
        && !members.iter().any(|word| matches!(word.as_ref(), "and" | "or" | "not" | "(" | ")"));
    for (position, member) in members.iter().enumerate() {
        if ids_alone && position > 0 {
            words.push("or".into());
        }
        match member {
            std::borrow::Cow::Borrowed(word)
                if word.strip_prefix("N@").is_some_and(|name| !name.is_empty()) =>
            {
                expand_into(&word[2..], nodegroups, open, words)?;
            }
            word => words.push(word.as_ref().into()),
        }
        if words.len() > WORD_LIMIT {
            return Err(Problem::TooLarge);
        }
    }
    words.push(")".into());
    open.pop();
    Ok(())
}
