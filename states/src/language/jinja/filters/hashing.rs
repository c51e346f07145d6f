//! Filters that hash and encode.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};
use sha1::Sha1;
use sha2::Digest;

use super::Filter;
use crate::language::hashing::{base64, digest, hmac_sha256, to_hex};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::defined;
use crate::language::yaml::decode_base64;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("base64_decode", |_, arguments| match decode_base64(&bytes(arguments, 0, "instr")?) {
        Ok(bytes) => Ok(match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => Value::from_bytes(error.into_bytes()),
        }),
        Err(error) => Err(arguments.error(error)),
    }),
    ("base64_encode", |_, arguments| Ok(base64(&bytes(arguments, 0, "instr")?).into())),
    ("hmac", |_, arguments| {
        let sum = hmac_sha256(&bytes(arguments, 1, "shared_secret")?, &bytes(arguments, 0, "string")?);
        Ok((base64(&sum).as_bytes() == bytes(arguments, 2, "challenge_hmac")?).into())
    }),
    ("hmac_compute", |_, arguments| {
        Ok(to_hex(&hmac_sha256(&bytes(arguments, 1, "shared_secret")?, &bytes(arguments, 0, "string")?))
            .into())
    }),
    ("md5", |_, arguments| sum(arguments, "md5")),
    ("sha1", |_, arguments| sum(arguments, "sha1")),
    ("sha256", |_, arguments| sum(arguments, "sha256")),
    ("sha512", |_, arguments| sum(arguments, "sha512")),
    ("to_bytes", to_bytes),
    ("uuid", uuid),
];

fn sum(arguments: &Arguments<'_>, name: &str) -> Result<Value, Error> {
    Ok(digest(name, &bytes(arguments, 0, "instr")?).into())
}

fn bytes(arguments: &Arguments<'_>, position: usize, name: &str) -> Result<Vec<u8>, Error> {
    let value = arguments.required(position, name)?;
    defined(&value)?;
    match value.kind() {
        ValueKind::Bytes | ValueKind::String => Ok(value.as_bytes().unwrap_or_default().to_vec()),
        _ => {
            let kind = print::type_name(&value);
            Err(arguments.error(format!("expected str, bytes, or bytearray not <class '{kind}'>")))
        }
    }
}

/// The text in an encoding that Python knows: UTF-8, ASCII or Latin-1.
fn to_bytes(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let all = bytes(arguments, 0, "s")?;
    let encoding = arguments.optional_text(1, "encoding")?.unwrap_or_else(|| "utf-8".into());
    let limit = match &*encoding.to_lowercase().replace('_', "-") {
        "utf-8" | "utf8" => return Ok(Value::from_bytes(all)),
        "latin-1" | "latin1" | "iso-8859-1" => 0xff,
        "ascii" | "us-ascii" => 0x7f,
        _ => return Err(arguments.error(format!("unknown encoding: {encoding}"))),
    };
    let text = String::from_utf8_lossy(&all);
    let lenient = arguments.optional_text(2, "errors")?.is_some_and(|errors| errors != "strict");
    let mut out = Vec::with_capacity(all.len());
    for (at, letter) in text.chars().enumerate() {
        match u8::try_from(letter) {
            Ok(byte) if byte <= limit => out.push(byte),
            _ if lenient => out.extend(
                (arguments.optional_text(2, "errors")?.as_deref() == Some("replace")).then_some(b'?'),
            ),
            _ => {
                let reason = format!("'{encoding}' codec can't encode character {letter:?} in position {at}");
                return Err(arguments.error(reason));
            }
        }
    }
    Ok(Value::from_bytes(out))
}

/// A UUID of version 5 in Salt's namespace.
fn uuid(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    const NAMESPACE: [u8; 16] = 0x9163_3EBF_1C86_5E33_935A_2806_1F4B_480E_u128.to_be_bytes();
    let sum = Sha1::new().chain_update(NAMESPACE).chain_update(bytes(arguments, 0, "val")?).finalize();
    let mut id = [0u8; 16];
    id.copy_from_slice(&sum[..16]);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = to_hex(&id);
    Ok(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]).into())
}
