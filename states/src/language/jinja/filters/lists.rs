//! Filters on lists.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::numbers::to_float;
use super::{Filter, is_hashable};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::{defined, order};
use crate::language::jinja::values::{items_of, list, tuple};

/// The most items that a filter makes of the ways to combine others.
const COMBINATION_LIMIT: usize = 100_000;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("avg", average),
    ("check_whitelist_blacklist", check_lists),
    ("combinations", |_, arguments| {
        let (items, size) = (items_of(&arguments.required(0, "iterable")?)?, size(arguments)?);
        combine(arguments, &items, size, |chosen, next| chosen.last().is_none_or(|last| next > *last))
    }),
    ("combinations_with_replacement", |_, arguments| {
        let (items, size) = (items_of(&arguments.required(0, "iterable")?)?, size(arguments)?);
        combine(arguments, &items, size, |chosen, next| chosen.last().is_none_or(|last| next >= *last))
    }),
    ("compress", |_, arguments| {
        let (data, chosen) =
            (items_of(&arguments.required(0, "data")?)?, items_of(&arguments.required(1, "selectors")?)?);
        Ok(list(
            data.into_iter()
                .zip(chosen)
                .filter(|(_, chosen)| chosen.is_true())
                .map(|(item, _)| item)
                .collect(),
        ))
    }),
    ("exactly_n_true", |_, arguments| {
        let wanted = arguments.optional_int(1, "amount")?.unwrap_or(1);
        exactly(arguments, usize::try_from(wanted).unwrap_or(0))
    }),
    ("exactly_one_true", |_, arguments| exactly(arguments, 1)),
    ("flatten", |_, arguments| {
        let levels = arguments
            .optional_int(1, "levels")?
            .map_or(usize::MAX, |levels| usize::try_from(levels).unwrap_or(0));
        let mut out = Vec::new();
        let nulls = arguments.flag(2, "preserve_nulls", false);
        flatten(&items_of(&arguments.required(0, "data")?)?, levels, nulls, 0, &mut out)?;
        Ok(list(out))
    }),
    ("is_iter", |_, arguments| {
        let kind = arguments.required(0, "thing")?.kind();
        Ok(matches!(kind, ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Bytes).into())
    }),
    ("is_list", |_, arguments| {
        let value = arguments.required(0, "value")?;
        Ok((value.kind() == ValueKind::Seq && !value.is_tuple() && !print::is_range(&value)).into())
    }),
    ("list", |_, arguments| Ok(list(items_of(&arguments.required(0, "value")?)?))),
    ("permutations", |_, arguments| {
        let items = items_of(&arguments.required(0, "iterable")?)?;
        let size = arguments
            .optional(1, "r")
            .filter(|size| !size.is_none())
            .map_or(Ok(items.len()), |_| size(arguments))?;
        combine(arguments, &items, size, |chosen, next| !chosen.contains(&next))
    }),
    ("max", |_, arguments| extreme(arguments, Ordering::Greater)),
    ("min", |_, arguments| extreme(arguments, Ordering::Less)),
    ("product", product),
    ("sequence", |_, arguments| {
        let value = arguments.required(0, "data")?;
        let is_sequence = matches!(value.kind(), ValueKind::Seq | ValueKind::Map) && !print::is_range(&value);
        Ok(if is_sequence { value } else { list(vec![value]) })
    }),
    ("sorted_ignorecase", |_, arguments| {
        let mut items = items_of(&arguments.required(0, "to_sort")?)?;
        if let Some(other) = items.iter().find(|item| item.as_str().is_none()) {
            let kind = print::type_name(other);
            return Err(arguments.error(format!("'{kind}' object has no attribute 'lower'")));
        }
        items.sort_by_cached_key(|item| print::text(item).to_lowercase());
        Ok(list(items))
    }),
    ("substring_in_list", |_, arguments| {
        let wanted = arguments.text(0, "string_to_search_for")?;
        for item in items_of(&arguments.required(1, "list_to_search")?)? {
            let found = match item.as_str() {
                Some(text) => text.contains(&*wanted),
                None if matches!(item.kind(), ValueKind::Number | ValueKind::Bool | ValueKind::None) => {
                    let kind = print::type_name(&item);
                    return Err(arguments.error(format!("argument of type '{kind}' is not iterable")));
                }
                None => items_of(&item)?.contains(&Value::from(&*wanted)),
            };
            if found {
                return Ok(true.into());
            }
        }
        Ok(false.into())
    }),
    ("zip", |_, arguments| zip(arguments, false)),
    ("zip_longest", |_, arguments| zip(arguments, true)),
];

fn exactly(arguments: &Arguments<'_>, wanted: usize) -> Result<Value, Error> {
    let items = items_of(&arguments.required(0, "iterable")?)?;
    Ok((items.iter().filter(|item| item.is_true()).count() == wanted).into())
}

fn flatten(
    items: &[Value],
    levels: usize,
    nulls: bool,
    depth: usize,
    out: &mut Vec<Value>,
) -> Result<(), Error> {
    for item in items {
        let is_null = item.is_none() || matches!(item.as_str(), Some("None" | "null"));
        if is_null && !nulls {
            continue;
        }
        let nested = matches!(item.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::Map);
        if nested && depth < levels {
            flatten(&items_of(item)?, levels, nulls, depth + 1, out)?;
        } else {
            out.push(item.clone());
        }
    }
    Ok(())
}

fn zip(arguments: &Arguments<'_>, longest: bool) -> Result<Value, Error> {
    let columns = arguments.positional().iter().map(items_of).collect::<Result<Vec<_>, _>>()?;
    let lengths = columns.iter().map(Vec::len);
    let length = if longest { lengths.max() } else { lengths.min() }.unwrap_or(0);
    let missing = arguments.optional(usize::MAX, "fillvalue").unwrap_or_else(|| Value::from(()));
    let row =
        |at: usize| tuple(columns.iter().map(|column| column.get(at).unwrap_or(&missing).clone()).collect());
    Ok(list((0..length).map(row).collect()))
}

fn size(arguments: &Arguments<'_>) -> Result<usize, Error> {
    let Some(size) = arguments.optional(1, "r") else {
        let name = arguments.name();
        return Err(arguments.error(format!("{name}() missing required argument 'r' (pos 2)")));
    };
    if size.is_none() {
        return Err(arguments.error("'NoneType' object cannot be interpreted as an integer"));
    }
    usize::try_from(arguments.int(1, "r")?).map_err(|_| arguments.error("r must be non-negative"))
}

/// Every way to take one item of each list, the last changing fastest.
fn product(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let lists = arguments.positional().iter().map(items_of).collect::<Result<Vec<_>, _>>()?;
    let times = arguments.optional_int(usize::MAX, "repeat")?.unwrap_or(1);
    let times = usize::try_from(times).map_err(|_| arguments.error("repeat argument cannot be negative"))?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for items in std::iter::repeat_n(&lists, times.min(COMBINATION_LIMIT)).flatten() {
        if rows.len().saturating_mul(items.len()) > COMBINATION_LIMIT {
            return Err(arguments.error(format!("there are more than {COMBINATION_LIMIT} results")));
        }
        let with = |row: &Vec<Value>, item: &Value| row.iter().chain([item]).cloned().collect();
        rows = rows.iter().flat_map(|row| items.iter().map(move |item| with(row, item))).collect();
    }
    Ok(list(rows.into_iter().map(tuple).collect()))
}

/// The mean of a list of numbers; of one number, or text that is one, that number.
fn average(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "lst")?;
    defined(&value)?;
    if is_hashable(&value) {
        return match (value.as_str(), to_float(&value)) {
            (_, Some(number)) => Ok(number.into()),
            (Some(text), None) => {
                let text = Value::from(text);
                Err(arguments.error(format!("could not convert string to float: {}", print::repr(&text))))
            }
            (None, None) => {
                let kind = print::type_name(&value);
                Err(arguments
                    .error(format!("float() argument must be a string or a real number, not '{kind}'")))
            }
        };
    }
    let items = items_of(&value)?;
    let mut kind = "int";
    for item in &items {
        if !matches!(item.kind(), ValueKind::Number | ValueKind::Bool) {
            let other = print::type_name(item);
            return Err(arguments.error(format!("unsupported operand type(s) for +: '{kind}' and '{other}'")));
        }
        if !item.is_integer() {
            kind = "float";
        }
    }
    if items.is_empty() {
        return Err(arguments.error("division by zero"));
    }
    #[expect(clippy::cast_precision_loss, reason = "a list has fewer than 2^52 items")]
    let count = items.len() as f64;
    Ok((items.iter().filter_map(to_float).sum::<f64>() / count).into())
}

/// The first of the greatest or least items.
fn extreme(arguments: &Arguments<'_>, wanted: Ordering) -> Result<Value, Error> {
    let items = items_of(&arguments.required(0, "obj")?)?;
    let mut best: Option<&Value> = None;
    for item in &items {
        let Some(so_far) = best else {
            best = Some(item);
            continue;
        };
        if order(if wanted.is_gt() { ">" } else { "<" }, item, so_far)? == Some(wanted) {
            best = Some(item);
        }
    }
    best.cloned().ok_or_else(|| {
        let name = arguments.name();
        arguments.error(format!("{name}() arg is an empty sequence"))
    })
}

/// Every choice of `size` positions of which each next one `fits`, in order.
fn combine(
    arguments: &Arguments<'_>,
    items: &[Value],
    size: usize,
    fits: fn(&[usize], usize) -> bool,
) -> Result<Value, Error> {
    let mut out = Vec::new();
    let mut chosen: Vec<usize> = Vec::with_capacity(size.min(items.len()));
    let (mut next, mut steps) = (0, 0);
    loop {
        steps += 1;
        if steps > 20 * COMBINATION_LIMIT {
            return Err(arguments.error("there are too many ways to combine these"));
        }
        if chosen.len() == size {
            out.push(tuple(chosen.iter().map(|at| items[*at].clone()).collect()));
            if out.len() > COMBINATION_LIMIT {
                return Err(arguments.error(format!("there are more than {COMBINATION_LIMIT} results")));
            }
        } else if let Some(fit) = (next..items.len()).find(|at| fits(&chosen, *at)) {
            chosen.push(fit);
            next = 0;
            continue;
        }
        match chosen.pop() {
            Some(last) => next = last + 1,
            None => return Ok(list(out)),
        }
    }
}

fn check_lists(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    defined(&value)?;
    let patterns = |position: usize, name: &str| -> Result<Option<Vec<Value>>, Error> {
        match arguments.optional(position, name).filter(Value::is_true) {
            None => Ok(None),
            Some(list) if list.as_str().is_some() => Ok(Some(vec![list])),
            Some(list) if matches!(list.kind(), ValueKind::Number | ValueKind::Bool) => {
                let (kind, shown) = (print::type_name(&list), print::text(&list));
                Err(arguments.error(format!("Expecting iterable {name}, but got {kind} ({shown})")))
            }
            Some(list) => items_of(&list).map(Some),
        }
    };
    let (black, white) = (patterns(2, "blacklist")?, patterns(1, "whitelist")?);
    // What is no text matches nothing.
    let fits = |pattern: &Value| match (value.as_str(), pattern.as_str()) {
        (Some(value), Some(pattern)) => {
            common::target::fnmatch(value, pattern)
                || common::regex::matches_at_start(&format!(r"\A{pattern}\Z"), value).unwrap_or(false)
        }
        _ => false,
    };
    let listed = |patterns: &Option<Vec<Value>>| patterns.as_ref().map(|patterns| patterns.iter().any(fits));
    Ok((listed(&black) != Some(true) && listed(&white) != Some(false)).into())
}
