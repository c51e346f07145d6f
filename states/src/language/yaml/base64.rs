//! Base64 as Python decodes it.

/// Decodes as Python's `binascii.a2b_base64` does: characters outside the alphabet are skipped, and what follows the
/// padding is not read.
///
/// # Errors
/// Python's words, when a byte is incomplete or padding lacks.
pub(crate) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    // How many characters of the group of four there are, their bits, and the padding behind them.
    let (mut count, mut bits, mut pads) = (0u8, 0u32, 0u8);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if count >= 2 => {
                pads += 1;
                if count + pads >= 4 {
                    return Ok(bytes);
                }
                continue;
            }
            _ => continue,
        };
        pads = 0;
        bits = bits << 6 | u32::from(value);
        // A character's six bits complete the byte that the one before it began.
        match count {
            0 => {}
            1 => bytes.push((bits >> 4 & 0xff) as u8),
            2 => bytes.push((bits >> 2 & 0xff) as u8),
            _ => bytes.push((bits & 0xff) as u8),
        }
        count = (count + 1) % 4;
    }
    match count {
        0 => Ok(bytes),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            bytes.len() / 3 * 4 + 1
        )),
        _ => Err("Incorrect padding".into()),
    }
}

/// Decodes a `!!binary`, as Salt does: padding may lack.
pub(super) fn decode_binary(text: &str) -> Result<Vec<u8>, String> {
    let missing = (4 - text.len() % 4) % 4;
    decode_base64(&[text.as_bytes(), &b"==="[..missing]].concat())
}
