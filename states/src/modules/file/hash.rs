//! Hashes of files, and `source_hash`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::Digest;

/// A hash function by its name in Salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A hash that a file shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Its function.
    pub(crate) kind: Kind,
    /// Its digits, lower case.
    pub(crate) hex: String,
}

const KINDS: &[(Kind, &str, usize)] = &[
    (Kind::Md5, "md5", 32),
    (Kind::Sha1, "sha1", 40),
    (Kind::Sha224, "sha224", 56),
    (Kind::Sha256, "sha256", 64),
    (Kind::Sha384, "sha384", 96),
    (Kind::Sha512, "sha512", 128),
];

impl Sum {
    /// Reads `sha256=…`, `sha256:…`, or digits alone, whose number tells the function.
    ///
    /// # Errors
    /// A sentence, when it is none of these.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        let (name, hex) =
            text.split_once(['=', ':']).map_or((None, text.as_str()), |(name, hex)| (Some(name), hex));
        let found = KINDS
            .iter()
            .find(|(_, known, length)| hex.len() == *length && name.is_none_or(|name| name == *known));
        match found {
            Some((kind, ..)) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self { kind: *kind, hex: hex.into() })
            }
            _ => Err(format!("source_hash '{text}' is not a hash: write sha256= and 64 hexadecimal digits")),
        }
    }
}

impl Kind {
    /// The function of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }

    /// The hash of a file, as hexadecimal digits.
    pub(crate) fn of_file(self, path: &Path) -> io::Result<String> {
        match self {
            Self::Md5 => digest::<md5::Md5>(path),
            Self::Sha1 => digest::<sha1::Sha1>(path),
            Self::Sha224 => digest::<sha2::Sha224>(path),
            Self::Sha256 => digest::<sha2::Sha256>(path),
            Self::Sha384 => digest::<sha2::Sha384>(path),
            Self::Sha512 => digest::<sha2::Sha512>(path),
        }
    }
}

/// The hash by which the tree knows its files.
pub(crate) fn blake3_of(path: &Path) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(*hasher.finalize().as_bytes())
}

fn digest<D: Digest>(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = D::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        let md5 = "d41d8cd98f00b204e9800998ecf8427e";
        for text in [md5.to_owned(), format!("md5={md5}"), format!("MD5:{}", md5.to_uppercase())] {
            assert_eq!(Sum::parse(&text).unwrap(), Sum { kind: Kind::Md5, hex: md5.into() });
        }
        assert!(Sum::parse("sha256=abc").is_err());
        assert!(Sum::parse("http://example.com/sums").is_err());
    }

    #[test]
    fn hashes_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        assert_eq!(Kind::Md5.of_file(file.path()).unwrap(), "900150983cd24fb0d6963f7d28e17f72");
        assert!(Kind::Sha256.of_file(file.path()).unwrap().starts_with("ba7816bf"));
        assert_eq!(blake3_of(file.path()).unwrap(), *blake3::hash(b"abc").as_bytes());
    }
}
