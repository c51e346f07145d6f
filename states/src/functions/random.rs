//! `random.*`: numbers and choices. With a seed they are those of Python, so that a host keeps what it got under Salt.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use common::value::{Value, get};

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::language::hashing::{base64, digest};
use crate::mersenne::Random;

/// Whether a character is of a class.
type Class = fn(&char) -> bool;

/// The longest text that `random.get_str` makes.
const LENGTH_LIMIT: usize = 1 << 16;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "random.get_str",
        doc: "A random text.\n\nlength: 20\nchars: the characters to choose from, else those that lowercase, uppercase, \
              digits, punctuation, whitespace and printable name",
        parameters: &[
            "length",
            "chars",
            "lowercase",
            "uppercase",
            "digits",
            "punctuation",
            "whitespace",
            "printable",
        ],
        run: get_str,
    },
    Function {
        name: "random.hash",
        doc: "The hash of a text.\n\nvalue: the text\nalgorithm: sha512",
        parameters: &["value", "algorithm"],
        run: |_, arguments| {
            let wrong =
                |reason: &str| FunctionError::Arguments { name: "random.hash".into(), reason: reason.into() };
            let Some(Value::String(text)) = arguments.get(0, "value") else {
                return Err(wrong("object supporting the buffer API required"));
            };
            let form = arguments.get(1, "algorithm").map_or("sha512".into(), ToString::to_string);
            digest(&form, text.as_bytes())
                .map(Value::from)
                .ok_or_else(|| wrong("You must specify a valid algorithm."))
        },
    },
    Function {
        name: "random.rand_int",
        doc: "A whole number.\n\nstart: 1\nend: 10, which may come up\nseed: what decides the number",
        parameters: &["start", "end", "seed"],
        run: |_, arguments| {
            let (start, end) = (
                number(arguments, 0, "start", 1, "random.rand_int")?,
                number(arguments, 1, "end", 10, "random.rand_int")?,
            );
            let seed = arguments.get(2, "seed").filter(|seed| !seed.is_null());
            let width = end
                .checked_sub(start)
                .and_then(|width| u64::try_from(width).ok())
                .and_then(|w| w.checked_add(1));
            let Some(width) = width else {
                let reason = format!(
                    "empty range for randrange() ({start}, {}, {})",
                    end.saturating_add(1),
                    end.saturating_sub(start).saturating_add(1)
                );
                return Err(FunctionError::Arguments { name: "random.rand_int".into(), reason });
            };
            let drawn = seeded(seed, "random.rand_int")?.below(width);
            Ok(start.saturating_add(i64::try_from(drawn).unwrap_or(0)).into())
        },
    },
    Function {
        name: "random.sample",
        doc: "Some items of a list.\n\nvalue: the list\nsize: how many\nseed: a text that decides which",
        parameters: &["value", "size", "seed"],
        run: |_, arguments| {
            let size = number(arguments, 1, "size", 0, "random.sample")?;
            chosen(arguments, Some(size), 2, "random.sample")
        },
    },
    Function {
        name: "random.seed",
        doc: "A number that the host's id decides.\n\nrange: 10, which the number is below\nhash: what decides it instead of the id",
        parameters: &["range", "hash"],
        run: |context, arguments| {
            let limit = number(arguments, 0, "range", 10, "random.seed")?;
            let Some(limit) = u64::try_from(limit).ok().filter(|limit| *limit > 0) else {
                let reason = "empty range for randrange()".into();
                return Err(FunctionError::Arguments { name: "random.seed".into(), reason });
            };
            let id = get(&context.grains, "id").cloned().unwrap_or_else(|| context.id.as_str().into());
            let seed = arguments.get(1, "hash").filter(|seed| !seed.is_null()).unwrap_or(&id);
            let drawn = seeded(Some(seed), "random.seed")?.below(limit);
            Ok(i64::try_from(drawn).unwrap_or(0).into())
        },
    },
    Function {
        name: "random.shuffle",
        doc: "The items of a list in another order.\n\nvalue: the list\nseed: a text that decides the order",
        parameters: &["value", "seed"],
        run: |_, arguments| chosen(arguments, None, 1, "random.shuffle"),
    },
    Function {
        name: "random.str_encode",
        doc: "A text in Base64.\n\nvalue: the text\nencoder: base64",
        parameters: &["value", "encoder"],
        run: |_, arguments| {
            let text = required(arguments, 0, "value", "random.str_encode")?;
            let failed = |reason: &str| FunctionError::Failed {
                name: "random.str_encode".into(),
                reason: reason.into(),
            };
            match arguments.get(1, "encoder").and_then(Value::as_str).unwrap_or("base64") {
                "base64" => Ok(base64(text.as_bytes()).into()),
                _ => Err(failed("Value must be an encode-able string")),
            }
        },
    },
];

fn number(
    arguments: &Arguments,
    position: usize,
    name: &str,
    default: i64,
    function: &str,
) -> Result<i64, FunctionError> {
    match arguments.get(position, name) {
        None => Ok(default),
        Some(Value::Int(number)) => Ok(*number),
        Some(other) => Err(FunctionError::Arguments {
            name: function.into(),
            reason: format!("'{}' object cannot be interpreted as an integer", other.type_name()),
        }),
    }
}

/// A generator of this seed; without one, of what the system has.
fn seeded(seed: Option<&Value>, function: &str) -> Result<Random, FunctionError> {
    match seed {
        Some(Value::String(text)) => Ok(Random::from_text(text)),
        Some(Value::Int(number)) => Ok(Random::from_number(*number)),
        Some(Value::Bool(flag)) => Ok(Random::from_number((*flag).into())),
        Some(_) => Err(FunctionError::Arguments {
            name: function.into(),
            reason: "The only supported seed types are: None, int, float, str, bytes, and bytearray.".into(),
        }),
        None => Ok(Random::from_number(fastrand::i64(0..))),
    }
}

fn chosen(
    arguments: &Arguments,
    size: Option<i64>,
    seed_at: usize,
    function: &str,
) -> Result<Value, FunctionError> {
    let wrong = |reason: &str| FunctionError::Arguments { name: function.into(), reason: reason.into() };
    let Some(Value::List(items)) = arguments.get(0, "value") else {
        return Err(wrong("Population must be a sequence.  For dicts or sets, use sorted(d)."));
    };
    let size =
        size.map_or(Some(items.len()), |size| usize::try_from(size).ok()).filter(|size| *size <= items.len());
    let size = size.ok_or_else(|| wrong("Sample larger than population or is negative"))?;
    let mut random = match arguments.get(seed_at, "seed").filter(|seed| !seed.is_null()) {
        None => seeded(None, function)?,
        // Salt seeds with the hash of the text.
        Some(Value::String(text)) => {
            Random::from_text(&digest("sha512", text.as_bytes()).unwrap_or_default())
        }
        Some(_) => return Err(wrong("object supporting the buffer API required")),
    };
    Ok(Value::List(random.sample(items.len(), size).into_iter().map(|at| items[at].clone()).collect()))
}

/// A text that may be a secret: the system's own random bytes decide it.
fn get_str(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "random.get_str";
    let failed = |reason: String| FunctionError::Failed { name: function.into(), reason };
    let flag = |position, name, default| arguments.get(position, name).map_or(default, Value::is_true);
    let mut letters = arguments
        .get(1, "chars")
        .filter(|chars| chars.is_true())
        .map(ToString::to_string)
        .unwrap_or_default();
    let (printable, blanks) = (flag(7, "printable", false), " \t\n\r\u{b}\u{c}");
    if letters.is_empty() || printable {
        letters.clear();
        let classes: [(bool, Class); 4] = [
            (flag(2, "lowercase", true), char::is_ascii_lowercase),
            (flag(3, "uppercase", true), char::is_ascii_uppercase),
            (flag(4, "digits", true), char::is_ascii_digit),
            (flag(5, "punctuation", true), char::is_ascii_punctuation),
        ];
        let chosen = classes.iter().filter(|(wanted, _)| *wanted || printable);
        letters.extend(chosen.flat_map(|(_, fits)| (' '..='~').filter(*fits)));
        if flag(6, "whitespace", false) || printable {
            letters.push_str(blanks);
        }
    }
    let letters: Vec<char> = letters.chars().take(256).collect();
    let length = match arguments.get(0, "length") {
        None => 20,
        Some(length) => length.to_string().parse().map_err(|_| failed(format!("invalid length {length}")))?,
    };
    if letters.is_empty() || length > LENGTH_LIMIT {
        return Err(failed(format!(
            "a text may have {LENGTH_LIMIT} characters, and needs some to choose from"
        )));
    }
    let mut source = File::open("/dev/urandom").map_err(|error| failed(error.to_string()))?;
    let fair = 256 / letters.len() * letters.len();
    let mut out = String::with_capacity(length);
    let mut count = 0;
    while count < length {
        let mut bytes = [0; 64];
        source.read_exact(&mut bytes).map_err(|error| failed(error.to_string()))?;
        for byte in bytes.into_iter().map(usize::from).filter(|byte| *byte < fair).take(length - count) {
            out.push(letters[byte % letters.len()]);
            count += 1;
        }
    }
    Ok(out.into())
}
