//! Hashes of passwords.

use super::accounts::Shadow;
use super::tools;
use crate::modules::{Call, Failure};

/// The hash to set: `password` itself, unless it is clear text. Clear text is hashed with the salt of the present hash,
/// so that the same password gives the same hash.
pub(super) fn wanted(
    call: &Call<'_>,
    password: Option<&str>,
    clear: bool,
    shadow: Option<&Shadow>,
) -> Result<Option<String>, Failure> {
    let Some(password) = password else { return Ok(None) };
    if !clear || password.is_empty() {
        return Ok(Some(password.into()));
    }
    let present = shadow.and_then(|shadow| scheme_and_salt(&shadow.passwd));
    let (scheme, salt) = present.unwrap_or_else(|| ("6", random_salt()));
    let option = format!("-{scheme}");
    let words = ["openssl", "passwd", &option, "-salt", &salt, "-stdin"];
    let output = tools::run_with_input(call.context, &words, format!("{password}\n"))?;
    let hash = output.stdout_text();
    if output.status != 0 || !hash.starts_with('$') {
        let sentence =
            "hash_password: the password could not be hashed with openssl; give its hash instead".into();
        return Err(Failure::new(tools::because(sentence, &output)));
    }
    Ok(Some(hash))
}

/// The scheme and the salt of a hash such as `$6$salt$…`, where openssl can make more of its kind.
fn scheme_and_salt(hash: &str) -> Option<(&'static str, String)> {
    let mut parts = hash.strip_prefix('$')?.splitn(3, '$');
    let scheme = match parts.next()? {
        "1" => "1",
        "5" => "5",
        "6" => "6",
        _ => return None,
    };
    let salt = parts.next()?;
    (!salt.contains('=')).then(|| (scheme, salt.into()))
}

fn random_salt() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_salt_of_a_hash() {
        assert_eq!(scheme_and_salt("$6$abc$def"), Some(("6", "abc".into())));
        assert_eq!(scheme_and_salt("$6$rounds=5000$abc$def"), None);
        assert_eq!(scheme_and_salt("$y$j9T$abc$def"), None);
        assert_eq!(scheme_and_salt("!"), None);
    }
}
