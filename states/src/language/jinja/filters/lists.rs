//! Filters on lists.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::values::{items_of, list, tuple};

/// The most items that a filter makes of the ways to combine others.
const COMBINATION_LIMIT: usize = 100_000;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("avg", |_, arguments| {
        let items = items_of(&arguments.required(0, "lst")?)?;
        let numbers = items.iter().map(|item| f64::try_from(item.clone())).collect::<Result<Vec<_>, _>>()?;
        if numbers.is_empty() {
            return Err(arguments.error("division by zero"));
        }
        #[expect(clippy::cast_precision_loss, reason = "a list has fewer than 2^52 items")]
        let count = numbers.len() as f64;
        Ok((numbers.iter().sum::<f64>() / count).into())
    }),
    ("check_whitelist_blacklist", check_lists),
    ("combinations", |_, arguments| {
        let (items, size) = (items_of(&arguments.required(0, "iterable")?)?, size(arguments)?);
        combine(arguments, &items, size, |chosen, next| chosen.last().is_none_or(|last| next > *last))
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
        Ok((value.kind() == ValueKind::Seq && !value.is_tuple()).into())
    }),
    ("list", |_, arguments| Ok(list(items_of(&arguments.required(0, "value")?)?))),
    ("permutations", |_, arguments| {
        let items = items_of(&arguments.required(0, "iterable")?)?;
        let size =
            arguments.optional_int(1, "r")?.map_or(items.len(), |size| usize::try_from(size).unwrap_or(0));
        combine(arguments, &items, size, |chosen, next| !chosen.contains(&next))
    }),
    ("sequence", |_, arguments| {
        let value = arguments.required(0, "data")?;
        Ok(if matches!(value.kind(), ValueKind::Seq | ValueKind::Map) { value } else { list(vec![value]) })
    }),
    ("sorted_ignorecase", |_, arguments| {
        let mut items = items_of(&arguments.required(0, "to_sort")?)?;
        items.sort_by_cached_key(|item| print::text(item).to_lowercase());
        Ok(list(items))
    }),
    ("substring_in_list", |_, arguments| {
        let wanted = arguments.text(0, "string_to_search_for")?;
        let items = items_of(&arguments.required(1, "list_to_search")?)?;
        Ok(items.iter().any(|item| item.as_str().is_some_and(|item| item.contains(&*wanted))).into())
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
    Ok(usize::try_from(arguments.int(1, "r")?).unwrap_or(0))
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
    let mut next = 0;
    if size > items.len() {
        return Ok(list(out));
    }
    loop {
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
    let value = arguments.text(0, "value")?;
    let patterns = |position: usize, name: &str| -> Result<Vec<String>, Error> {
        match arguments.optional(position, name).filter(Value::is_true) {
            None => Ok(Vec::new()),
            Some(list) if list.as_str().is_some() => Ok(vec![print::text(&list)]),
            Some(list) => Ok(items_of(&list)?.iter().map(print::text).collect()),
        }
    };
    let (white, black) = (patterns(1, "whitelist")?, patterns(2, "blacklist")?);
    let matches = |patterns: &[String]| {
        patterns.iter().any(|pattern| {
            common::target::fnmatch(&value, pattern)
                || common::regex::matches_at_start(&format!(r"(?:{pattern})\Z"), &value).unwrap_or(false)
        })
    };
    Ok((!matches(&black) && (white.is_empty() || matches(&white))).into())
}
