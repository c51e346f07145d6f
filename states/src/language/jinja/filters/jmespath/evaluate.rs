//! What a query finds in a value.

use common::value::{Map, Value, get};

use super::functions;
use super::parser::Query;

/// Evaluates a query.
pub(super) fn evaluate(query: &Query, data: &Value) -> Result<Value, String> {
    Ok(match query {
        Query::Current => data.clone(),
        Query::Field(name) => data.as_map().and_then(|map| get(map, name)).cloned().unwrap_or_default(),
        Query::Literal(value) => value.clone(),
        Query::Index(at) => data.as_list().and_then(|items| item(items, *at)).cloned().unwrap_or_default(),
        Query::Slice(parts) => data.as_list().map(|items| slice(items, *parts)).unwrap_or_default(),
        Query::Then(first, second) => evaluate(second, &evaluate(first, data)?)?,
        Query::Each(list, each) => match evaluate(list, data)? {
            Value::List(items) => project(items.iter(), each)?,
            _ => Value::Null,
        },
        Query::EachValue(map, each) => match evaluate(map, data)? {
            Value::Map(map) => project(map.values(), each)?,
            _ => Value::Null,
        },
        Query::EachIf(list, each, condition) => match evaluate(list, data)? {
            Value::List(items) => {
                let mut kept = Vec::new();
                for item in items {
                    if holds(&evaluate(condition, &item)?) {
                        kept.push(item);
                    }
                }
                project(kept.iter(), each)?
            }
            _ => Value::Null,
        },
        Query::Flatten(list) => match evaluate(list, data)? {
            Value::List(items) => {
                let parts = items.into_iter().flat_map(|item| match item {
                    Value::List(items) => items,
                    item => vec![item],
                });
                Value::List(parts.collect())
            }
            _ => Value::Null,
        },
        Query::Or(left, right) => match evaluate(left, data)? {
            found if holds(&found) => found,
            _ => evaluate(right, data)?,
        },
        Query::And(left, right) => match evaluate(left, data)? {
            found if holds(&found) => evaluate(right, data)?,
            found => found,
        },
        Query::Not(inner) => Value::Bool(!holds(&evaluate(inner, data)?)),
        Query::Compare(operator, left, right) => {
            compare(operator, &evaluate(left, data)?, &evaluate(right, data)?)
        }
        Query::List(_) | Query::Map(_) if data.is_null() => Value::Null,
        Query::List(items) => {
            Value::List(items.iter().map(|item| evaluate(item, data)).collect::<Result<_, _>>()?)
        }
        Query::Map(pairs) => {
            let pairs = pairs.iter().map(|(name, query)| Ok((name.into(), evaluate(query, data)?)));
            Value::Map(pairs.collect::<Result<Map, String>>()?)
        }
        Query::Call(name, arguments) => functions::call(name, arguments, data)?,
        Query::Reference(inner) => evaluate(inner, data)?,
    })
}

/// What JMESPath takes for true: everything but null, false and what is empty.
pub(super) fn holds(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Float(_) => true,
        value => value.is_true(),
    }
}

fn project<'a>(items: impl Iterator<Item = &'a Value>, each: &Query) -> Result<Value, String> {
    let found = items.map(|item| evaluate(each, item)).filter(|found| !matches!(found, Ok(Value::Null)));
    Ok(Value::List(found.collect::<Result<_, _>>()?))
}

fn item(items: &[Value], at: i64) -> Option<&Value> {
    let length = i64::try_from(items.len()).ok()?;
    items.get(usize::try_from(if at < 0 { at + length } else { at }).ok()?)
}

/// Python's `items[start:stop:step]`.
fn slice(items: &[Value], [start, stop, step]: [Option<i64>; 3]) -> Value {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = step.unwrap_or(1);
    let clamp =
        |at: i64, low: i64, high: i64| (if at < 0 { at.saturating_add(length) } else { at }).clamp(low, high);
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let start = start.map_or(if step > 0 { low } else { high }, |at| clamp(at, low, high));
    let stop = stop.map_or(if step > 0 { high } else { low }, |at| clamp(at, low, high));
    let places = std::iter::successors(Some(start), |at| at.checked_add(step))
        .take_while(|at| if step > 0 { *at < stop } else { *at > stop });
    Value::List(places.filter_map(|at| items.get(usize::try_from(at).ok()?).cloned()).collect())
}

fn compare(operator: &str, left: &Value, right: &Value) -> Value {
    // Python would take 1 for true.
    let same = left == right && matches!(left, Value::Bool(_)) == matches!(right, Value::Bool(_));
    let order = match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => functions::number(left)
            .zip(functions::number(right))
            .and_then(|(left, right)| left.partial_cmp(&right)),
    };
    match (operator, order) {
        ("==", _) => same.into(),
        ("!=", _) => (!same).into(),
        (_, None) => Value::Null,
        ("<", Some(order)) => order.is_lt().into(),
        ("<=", Some(order)) => order.is_le().into(),
        (">", Some(order)) => order.is_gt().into(),
        (_, Some(order)) => order.is_ge().into(),
    }
}
