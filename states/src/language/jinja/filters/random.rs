//! Filters that choose: the same on every run of one host.

use fastrand::Rng;
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::hashing::{base64, digest};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::functions::context_of;
use crate::language::jinja::random::generator;
use crate::language::jinja::run::defined;
use crate::language::jinja::values::{items_of, list};
use crate::mersenne::Random;

/// The longest random text.
const LENGTH_LIMIT: usize = 1 << 20;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("gen_mac", |state, arguments| {
        let mut rng = rng(state, "gen_mac");
        let mut byte = || rng.u8(..);
        let prefix = arguments.text(0, "prefix")?;
        Ok(format!("{prefix}:{:02X}:{:02X}:{:02X}", byte(), byte(), byte()).into())
    }),
    ("rand_str", hash),
    ("random", choose),
    ("random_hash", hash),
    ("random_sample", |state, arguments| {
        let size = usize::try_from(arguments.int(1, "size")?).unwrap_or(0);
        sample(state, arguments, Some(size), 2)
    }),
    ("random_shuffle", |state, arguments| sample(state, arguments, None, 1)),
    ("random_str", |state, arguments| {
        let size = usize::try_from(arguments.optional_int(0, "size")?.unwrap_or(32)).unwrap_or(0);
        if size > LENGTH_LIMIT {
            return Err(arguments.error(format!("a text may have {LENGTH_LIMIT} characters")));
        }
        let mut bytes = vec![0; size];
        rng(state, "random_str").fill(&mut bytes);
        Ok(base64(&bytes)[..size].into())
    }),
];

fn rng(state: &mut State, call: &str) -> Rng {
    let host = context_of(state).map(|context| context.id.clone()).unwrap_or_default();
    generator(state, &host, call)
}

fn choose(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let items = items_of(&arguments.required(0, "seq")?)?;
    if items.is_empty() {
        return Err(arguments.error("No random item, sequence was empty."));
    }
    // The rewriter hands over the line.
    let line = arguments.optional_int(1, "line")?.unwrap_or(0);
    let chosen = rng(state, &format!("random:{line}")).usize(..items.len());
    Ok(items[chosen].clone())
}

fn sample(
    state: &mut State,
    arguments: &Arguments<'_>,
    size: Option<usize>,
    seed_at: usize,
) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    defined(&value)?;
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::String) {
        return Err(arguments.error("Population must be a sequence.  For dicts or sets, use sorted(d)."));
    }
    let mut items = items_of(&value)?;
    let size = size.unwrap_or(items.len());
    if size > items.len() {
        return Err(arguments.error("Sample larger than population or is negative"));
    }
    match arguments.optional(seed_at, "seed").filter(|seed| !seed.is_none()) {
        // The seed alone decides, so that it gives the same choice in every template: Salt seeds with its hash.
        Some(seed) => {
            let Some(seed) = seed.as_str() else {
                let more = ": the seed is a text";
                return Err(arguments.error_with("object supporting the buffer API required", more));
            };
            let mut random = Random::from_text(&digest("sha512", seed.as_bytes()).unwrap_or_default());
            let places = random.sample(items.len(), size);
            Ok(list(places.into_iter().map(|at| items[at].clone()).collect()))
        }
        None => {
            rng(state, arguments.name()).shuffle(&mut items);
            items.truncate(size);
            Ok(list(items))
        }
    }
}

fn hash(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let size = arguments.optional_int(0, "size")?.unwrap_or(9_999_999_999).max(0);
    let form = arguments.optional_text(1, "hash_type")?.unwrap_or_else(|| "md5".into());
    let number = rng(state, "random_hash").i64(0..=size);
    match digest(&form, number.to_string().as_bytes()) {
        Some(sum) => Ok(sum.into()),
        None => Err(arguments.error(format!("module 'hashlib' has no attribute '{form}'"))),
    }
}
