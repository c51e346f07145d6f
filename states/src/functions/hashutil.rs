//! `hashutil.*`: hashes and encodings of texts.

use std::path::Path;
use std::sync::Arc;

use common::value::Value;

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::files::READ_LIMIT;
use crate::language::hashing::{base64, digest, hmac_sha1, hmac_sha256, read_base64, to_hex};

/// Declares a function of one text.
macro_rules! of_text {
    ($name:literal, $doc:literal, $make:expr) => {
        Function {
            name: $name,
            doc: concat!($doc, "\n\ninstr: the text"),
            parameters: &["instr"],
            run: |_, arguments| {
                let make: fn(&[u8]) -> Result<Value, String> = $make;
                make(&bytes(arguments, 0, "instr", $name)?)
                    .map_err(|reason| FunctionError::Arguments { name: $name.into(), reason })
            },
        }
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_text!("hashutil.base64_b64decode", "The text that Base64 stands for.", decoded),
    of_text!("hashutil.base64_b64encode", "The text in Base64.", |text| Ok(base64(text).into())),
    of_text!("hashutil.base64_decodestring", "The text that Base64 stands for.", decoded),
    of_text!("hashutil.base64_encodestring", "The text in Base64, in lines of 76 characters.", |text| {
        let letters: Vec<char> = base64(text).chars().collect();
        Ok(letters.chunks(76).map(|line| line.iter().collect::<String>() + "\n").collect::<String>().into())
    }),
    Function {
        name: "hashutil.digest",
        doc: "The hash of a text.\n\ninstr: the text\nchecksum: md5 (the default), sha256 or sha512",
        parameters: &["instr", "checksum"],
        run: |_, arguments| {
            hashed(arguments, &bytes(arguments, 0, "instr", "hashutil.digest")?, "hashutil.digest")
        },
    },
    Function {
        name: "hashutil.digest_file",
        doc: "The hash of a file of this host.\n\ninfile: its path\nchecksum: md5 (the default), sha256 or sha512",
        parameters: &["infile", "checksum"],
        run: digest_file,
    },
    Function {
        name: "hashutil.github_signature",
        doc: "Whether a signature as GitHub sends it fits.\n\nstring: the text\nshared_secret: the secret\nchallenge_hmac: sha1=…",
        parameters: &["string", "shared_secret", "challenge_hmac"],
        run: |_, arguments| {
            let name = "hashutil.github_signature";
            let (text, secret) =
                (bytes(arguments, 0, "string", name)?, bytes(arguments, 1, "shared_secret", name)?);
            let challenge = required(arguments, 2, "challenge_hmac", name)?;
            let sum = match challenge.split_once('=') {
                Some(("sha1", _)) => hmac_sha1(&secret, &text),
                Some(("sha256", _)) => hmac_sha256(&secret, &text),
                _ => {
                    let reason = "challenge_hmac begins with sha1= or sha256=".into();
                    return Err(FunctionError::Arguments { name: name.into(), reason });
                }
            };
            Ok(challenge.split_once('=').is_some_and(|(_, challenge)| to_hex(&sum) == challenge).into())
        },
    },
    Function {
        name: "hashutil.hmac_compute",
        doc: "The HMAC of a text, in hexadecimal.\n\nstring: the text\nshared_secret: the secret",
        parameters: &["string", "shared_secret"],
        run: |_, arguments| {
            let name = "hashutil.hmac_compute";
            let (text, secret) =
                (bytes(arguments, 0, "string", name)?, bytes(arguments, 1, "shared_secret", name)?);
            Ok(to_hex(&hmac_sha256(&secret, &text)).into())
        },
    },
    Function {
        name: "hashutil.hmac_signature",
        doc: "Whether a text has an HMAC.\n\nstring: the text\nshared_secret: the secret\nchallenge_hmac: the HMAC in Base64",
        parameters: &["string", "shared_secret", "challenge_hmac"],
        run: |_, arguments| {
            let name = "hashutil.hmac_signature";
            let (text, secret) =
                (bytes(arguments, 0, "string", name)?, bytes(arguments, 1, "shared_secret", name)?);
            let challenge = required(arguments, 2, "challenge_hmac", name)?;
            Ok((base64(&hmac_sha256(&secret, &text)) == challenge).into())
        },
    },
    of_text!("hashutil.md5_digest", "The MD5 of a text.", |text| Ok(digest("md5", text).into())),
    of_text!("hashutil.sha256_digest", "The SHA-256 of a text.", |text| Ok(digest("sha256", text).into())),
    of_text!("hashutil.sha512_digest", "The SHA-512 of a text.", |text| Ok(digest("sha512", text).into())),
];

fn bytes(
    arguments: &Arguments,
    position: usize,
    name: &str,
    function: &str,
) -> Result<Vec<u8>, FunctionError> {
    match arguments.get(position, name) {
        Some(Value::String(text)) => Ok(text.as_bytes().to_vec()),
        Some(Value::Bytes(bytes)) => Ok(bytes.to_vec()),
        other => {
            let kind = other.map_or("NoneType", Value::type_name);
            let reason = format!("expected str, bytes, or bytearray not <class '{kind}'>");
            Err(FunctionError::Arguments { name: function.into(), reason })
        }
    }
}

fn decoded(text: &[u8]) -> Result<Value, String> {
    let bytes = read_base64(text).ok_or("Incorrect padding")?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => Value::Bytes(error.into_bytes().into()),
    })
}

fn hashed(arguments: &Arguments, content: &[u8], function: &str) -> Result<Value, FunctionError> {
    let form = arguments.get(1, "checksum").map_or("md5".into(), ToString::to_string);
    let known = matches!(&*form, "md5" | "sha256" | "sha512").then(|| digest(&form, content)).flatten();
    known.map(Value::from).ok_or_else(|| FunctionError::Failed {
        name: function.into(),
        reason: format!("Hash func '{form}' is not supported."),
    })
}

fn digest_file(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "hashutil.digest_file";
    let path = required(arguments, 0, "infile", function)?;
    let failed = |reason: String| FunctionError::Failed { name: function.into(), reason };
    if !Path::new(&path).is_file() {
        return Err(failed(format!("File path '{path}' not found.")));
    }
    match std::fs::metadata(&path) {
        Ok(meta) if meta.len() > READ_LIMIT => {
            Err(failed(format!("{path} has {} bytes, more than {READ_LIMIT}", meta.len())))
        }
        _ => {
            let content = std::fs::read(&path).map_err(|error| failed(format!("{path}: {error}")))?;
            hashed(arguments, &content, function)
        }
    }
}
