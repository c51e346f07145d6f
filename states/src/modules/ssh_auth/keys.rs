//! The text of an `authorized_keys` file, and keys as states give them.

/// A public key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Key {
    /// What its holder may do, before the key.
    pub(super) options: Vec<String>,
    /// Its type: `ssh-ed25519`.
    pub(super) kind: String,
    /// The key itself, in base64.
    pub(super) key: String,
    /// What stands behind it.
    pub(super) comment: String,
}

/// How a file stands to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is there as it shall be.
    Exists,
    /// It is there with other options, type or comment.
    Update,
    /// It is not there.
    Add,
}

impl Standing {
    /// Salt's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Update => "update",
            Self::Add => "add",
        }
    }
}

/// Every key of a file, in its order. Lines that are no keys are left out.
pub(super) fn parse_file(text: &str) -> Vec<Key> {
    text.lines().filter_map(parse_line).collect()
}

/// Reads a line `[options ]type key[ comment]`.
pub(super) fn parse_line(line: &str) -> Option<Key> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let (options, rest) = split_options(line)?;
    let mut words = rest.split_whitespace();
    let (kind, key) = (words.next()?.to_owned(), words.next()?.to_owned());
    let comment = words.collect::<Vec<_>>().join(" ");
    let options = if options.is_empty() { Vec::new() } else { options.split(',').map(Into::into).collect() };
    is_base64(&key).then_some(Key { options, kind, key, comment })
}

/// How the text of a file stands to a key.
pub(super) fn standing(text: &str, wanted: &Key) -> Standing {
    match parse_file(text).into_iter().rfind(|key| key.key == wanted.key) {
        None => Standing::Add,
        Some(key) if key.line() == wanted.line() => Standing::Exists,
        Some(_) => Standing::Update,
    }
}

/// The text with the key in it: in place of the same key, else at the end.
pub(super) fn with_key(text: &str, wanted: &Key) -> String {
    match standing(text, wanted) {
        Standing::Exists => text.into(),
        Standing::Add => {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            format!("{text}{end}{}", wanted.line())
        }
        Standing::Update => lines(text).fold(String::new(), |mut new, line| {
            if parse_line(line).is_some_and(|key| key.key == wanted.key) {
                new.push_str(&wanted.line());
            } else {
                new.push_str(line);
                new.push('\n');
            }
            new
        }),
    }
}

/// The text without the key.
pub(super) fn without_key(text: &str, key: &str) -> String {
    let stays = lines(text).filter(|line| parse_line(line).is_none_or(|found| found.key != key));
    stays.fold(String::new(), |new, line| new + line + "\n")
}

/// A file that is rewritten loses its empty lines.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

impl Key {
    /// The line of the file, as Salt writes it.
    pub(super) fn line(&self) -> String {
        let options =
            if self.options.is_empty() { String::new() } else { format!("{} ", self.options.join(",")) };
        format!("{options}{} {} {}\n", self.kind, self.key, self.comment)
    }

    /// Reads the `name` of a state: a line of the file, or only the key with an optional comment, to which the state's
    /// other arguments add.
    pub(super) fn of_state(name: &str, kind: &str, comment: &str, options: &[String]) -> Self {
        let mut key =
            Self { options: options.into(), kind: kind.into(), key: String::new(), comment: comment.into() };
        let rest = match split_options(name.trim()) {
            Some((given, rest)) => {
                if !given.is_empty() {
                    key.options = given.split(',').map(Into::into).collect();
                }
                let (kind, rest) = split_word(rest);
                key.kind = kind.into();
                rest
            }
            None => name.trim(),
        };
        let (text, comment) = split_word(rest);
        key.key = text.into();
        if !comment.is_empty() {
            key.comment = comment.into();
        }
        key
    }

    /// What is wrong with it, if anything is.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let fine = !self.key.is_empty() && is_base64(&self.key);
        (!fine).then_some("Invalid public ssh key, most likely has spaces or invalid syntax")
    }
}

/// The full name of a key type, from Salt's short forms.
///
/// # Errors
/// A sentence, when there is no such type.
pub(super) fn full_kind(kind: &str) -> Result<&str, String> {
    Ok(match kind {
        "r" | "rsa" => "ssh-rsa",
        "d" | "dsa" | "dss" => "ssh-dss",
        "e" | "ecdsa" => "ecdsa-sha2-nistp256",
        "ed25519" => "ssh-ed25519",
        kind if KINDS.contains(&kind.strip_suffix("-cert-v01@openssh.com").unwrap_or(kind)) => kind,
        kind => return Err(format!("Incorrect encryption key type '{kind}'.")),
    })
}

const KINDS: &[&str] = &[
    "ssh-rsa",
    "ssh-dss",
    "ssh-ed25519",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "sk-ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
];

/// Splits a line before the type of its key, which is the first word that looks like one; `None` when none does.
fn split_options(line: &str) -> Option<(&str, &str)> {
    let starts = std::iter::once(0)
        .chain(line.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at + 1));
    for start in starts {
        let Some(rest) = line.get(start..) else { continue };
        let bare = rest.strip_prefix("sk-").unwrap_or(rest);
        let is_kind =
            (bare.starts_with("ssh-") || bare.starts_with("ecds")) && rest.contains(char::is_whitespace);
        if is_kind {
            return Some((line[..start].trim_end(), rest));
        }
    }
    None
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str, comment: &str) -> Key {
        Key { options: Vec::new(), kind: "ssh-rsa".into(), key: key.into(), comment: comment.into() }
    }

    #[test]
    fn reads_lines_in_every_form() {
        let line = r#"command="echo a, b",no-pty ssh-rsa AAAA me@host and more"#;
        let read = parse_line(line).unwrap();
        assert_eq!(read.options, [r#"command="echo a"#, r#" b""#, "no-pty"]);
        assert_eq!(read.line(), format!("{line}\n"));
        assert_eq!(parse_line("ssh-rsa AAAA").unwrap().line(), "ssh-rsa AAAA \n");
        assert_eq!(
            parse_line("sk-ssh-ed25519@openssh.com AAAA c").unwrap().kind,
            "sk-ssh-ed25519@openssh.com"
        );
        assert!(parse_line("# ssh-rsa AAAA").is_none());
        assert!(parse_line("not a key").is_none());
        assert!(parse_line("ssh-rsa AAA").is_none());
    }

    #[test]
    fn reads_names_in_every_form() {
        assert_eq!(Key::of_state("AAAA", "ssh-rsa", "c", &[]), key("AAAA", "c"));
        assert_eq!(Key::of_state("AAAA me too", "ssh-rsa", "c", &[]), key("AAAA", "me too"));
        let full = Key::of_state("no-pty,no-x ssh-ed25519 AAAA me", "ssh-rsa", "", &[]);
        assert_eq!((full.kind.as_str(), full.options.len(), full.comment.as_str()), ("ssh-ed25519", 2, "me"));
    }

    #[test]
    fn adding_twice_changes_once() {
        let text = with_key("# mine\nssh-rsa BBBB x", &key("AAAA", "me"));
        assert_eq!(text, "# mine\nssh-rsa BBBB x\nssh-rsa AAAA me\n");
        assert_eq!(standing(&text, &key("AAAA", "me")), Standing::Exists);
        assert_eq!(with_key(&text, &key("AAAA", "me")), text);
        let updated = with_key(&text, &key("BBBB", "y"));
        assert_eq!(updated, "# mine\nssh-rsa BBBB y\nssh-rsa AAAA me\n");
        assert_eq!(without_key(&updated, "AAAA"), "# mine\nssh-rsa BBBB y\n");
    }

    #[test]
    fn kinds_have_short_forms() {
        assert_eq!(full_kind("ed25519"), Ok("ssh-ed25519"));
        assert_eq!(full_kind("ssh-rsa-cert-v01@openssh.com"), Ok("ssh-rsa-cert-v01@openssh.com"));
        assert!(full_kind("rot13").is_err());
    }
}
