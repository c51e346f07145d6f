//! Hashes and encodings that filters and execution functions share.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// The digest of that name, in hexadecimal.
pub(crate) fn digest(name: &str, content: &[u8]) -> Option<String> {
    Some(match name {
        "md5" => to_hex(&Md5::digest(content)),
        "sha1" => to_hex(&Sha1::digest(content)),
        "sha224" => to_hex(&Sha224::digest(content)),
        "sha256" => to_hex(&Sha256::digest(content)),
        "sha384" => to_hex(&Sha384::digest(content)),
        "sha512" => to_hex(&Sha512::digest(content)),
        _ => return None,
    })
}

/// Bytes in hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes in Base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    super::yaml::base64(bytes)
}

/// Base64 as Python reads it: letters that are none of its own do not count, but the padding does.
pub(crate) fn read_base64(text: &[u8]) -> Option<Vec<u8>> {
    super::yaml::decode_base64(text).ok()
}

/// HMAC with SHA-256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::<Sha256>(key, message)
}

/// HMAC with SHA-1.
pub(crate) fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::<Sha1>(key, message)
}

/// HMAC (RFC 2104) with a hash whose blocks have 64 bytes.
fn hmac<D: Digest>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        let sum = D::digest(key);
        block[..sum.len()].copy_from_slice(&sum);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = D::new().chain_update(padded(0x36)).chain_update(message).finalize();
    D::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}
