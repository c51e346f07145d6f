//! Filters that hash and encode.

use md5::Md5;
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::yaml::{base64, decode_base64};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("base64_decode", |_, arguments| match decode_base64(arguments.text(0, "instr")?.as_bytes()) {
        Ok(bytes) => Ok(match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => Value::from_bytes(error.into_bytes()),
        }),
        Err(error) => Err(arguments.error(error)),
    }),
    ("base64_encode", |_, arguments| Ok(base64(&bytes(arguments, 0, "instr")?).into())),
    ("hmac", |_, arguments| {
        let sum = hmac(&bytes(arguments, 1, "shared_secret")?, &bytes(arguments, 0, "string")?);
        Ok((base64(&sum).as_bytes() == bytes(arguments, 2, "challenge_hmac")?).into())
    }),
    ("hmac_compute", |_, arguments| {
        Ok(hex(&hmac(&bytes(arguments, 1, "shared_secret")?, &bytes(arguments, 0, "string")?)).into())
    }),
    ("md5", |_, arguments| sum(arguments, "md5")),
    ("sha1", |_, arguments| sum(arguments, "sha1")),
    ("sha256", |_, arguments| sum(arguments, "sha256")),
    ("sha512", |_, arguments| sum(arguments, "sha512")),
    ("to_bytes", |_, arguments| Ok(Value::from_bytes(bytes(arguments, 0, "s")?))),
    ("uuid", uuid),
];

/// The digest of that name, in hexadecimal.
pub(super) fn digest(name: &str, content: &[u8]) -> Option<String> {
    Some(match name {
        "md5" => hex(&Md5::digest(content)),
        "sha1" => hex(&Sha1::digest(content)),
        "sha224" => hex(&Sha224::digest(content)),
        "sha256" => hex(&Sha256::digest(content)),
        "sha384" => hex(&Sha384::digest(content)),
        "sha512" => hex(&Sha512::digest(content)),
        _ => return None,
    })
}

fn sum(arguments: &Arguments<'_>, name: &str) -> Result<Value, Error> {
    Ok(digest(name, &bytes(arguments, 0, "instr")?).into())
}

fn bytes(arguments: &Arguments<'_>, position: usize, name: &str) -> Result<Vec<u8>, Error> {
    let value = arguments.required(position, name)?;
    match value.kind() {
        ValueKind::Undefined => arguments.text(position, name).map(Into::into),
        ValueKind::Bytes | ValueKind::String => Ok(value.as_bytes().unwrap_or_default().to_vec()),
        _ => Err(arguments.error(format!("expected str, bytes, or bytearray not {}", print::repr(&value)))),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC (RFC 2104) with SHA-256.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

/// A UUID of version 5 in Salt's namespace.
fn uuid(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    const NAMESPACE: [u8; 16] = 0x9163_3EBF_1C86_5E33_935A_2806_1F4B_480E_u128.to_be_bytes();
    let sum = Sha1::new().chain_update(NAMESPACE).chain_update(bytes(arguments, 0, "val")?).finalize();
    let mut id = [0u8; 16];
    id.copy_from_slice(&sum[..16]);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = hex(&id);
    Ok(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]).into())
}
