//! The keys that sign repositories.

use std::fs;
use std::path::{Path, PathBuf};

use super::managed::Managed;
use crate::modules::pkg::apt;
use crate::modules::{Call, Failure};

/// apt's own program for downloads: it is there wherever apt is.
const DOWNLOADER: &str = "/usr/lib/apt/apt-helper";

/// Installs the keys that a state names: into the file that `signed-by` names, else into apt's common ring.
pub(super) fn install(state: &Managed, call: &Call<'_>, signed_by: Option<&str>) -> Result<(), Failure> {
    let ring = Ring::choose(state, call, signed_by);
    if let Some(server) = &state.keyserver {
        for id in state.key_ids() {
            ring.receive(call, server, &id)?;
        }
    } else if let Some(url) = &state.key_url {
        let key = fetch(call, url)?;
        ring.add(call, &key)?;
    } else if let Some(text) = &state.key_text {
        ring.add(call, text.as_bytes())?;
    }
    Ok(())
}

/// Where keys go.
enum Ring {
    /// A file of its own.
    File(PathBuf),
    /// apt-key, on hosts that still have it.
    Common,
    /// Nowhere: apt-key is gone and the repository names no file.
    None,
}

impl Ring {
    fn choose(state: &Managed, call: &Call<'_>, signed_by: Option<&str>) -> Self {
        let has_apt_key = call.context.run.host_path("/usr/bin/apt-key").exists();
        match signed_by {
            // With apt-key there, Salt puts the key into the common ring even so; then apt would not find it in the file.
            Some(file) => Self::File(call.context.run.host_path(file)),
            None if has_apt_key && state.aptkey.0 => Self::Common,
            None => Self::None,
        }
    }

    fn add(&self, call: &Call<'_>, key: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(file) => {
                let armoured = file.extension().is_some_and(|extension| extension == "asc");
                let key = if armoured { key.to_vec() } else { dearmour(key)? };
                let failed = |error: std::io::Error| {
                    Failure::new(format!("cannot write the key {}: {error}", file.display()))
                };
                fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).map_err(failed)?;
                fs::write(file, key).map_err(failed)?;
                fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).map_err(failed)
            }
            Self::Common => {
                let mut command = crate::process::Command::direct(["apt-key", "add", "-"]);
                command.stdin = Some(key.to_vec());
                let output = call.context.processes.run(&command)?;
                if output.status == 0 {
                    return Ok(());
                }
                Err(Failure::new(format!("Error: failed to add key: {}", output.stderr_text())))
            }
            Self::None => Err(nowhere()),
        }
    }

    fn receive(&self, call: &Call<'_>, server: &str, id: &str) -> Result<(), Failure> {
        let words: Vec<String> = match self {
            Self::File(file) if file.exists() => return Ok(()),
            Self::File(file) => {
                let ring = file.to_string_lossy().into_owned();
                if let Some(folder) = file.parent() {
                    fs::create_dir_all(folder).map_err(|error| {
                        Failure::new(format!("cannot make {}: {error}", folder.display()))
                    })?;
                }
                let words = ["gpg", "--batch", "--no-default-keyring", "--keyring", &ring];
                words.into_iter().chain(["--keyserver", server, "--recv-keys", id]).map(Into::into).collect()
            }
            Self::Common => {
                if apt::run(call.context, ["apt-key", "export", id])?
                    .stdout_text()
                    .starts_with("-----BEGIN PGP")
                {
                    return Ok(());
                }
                let words = ["apt-key", "adv", "--batch", "--keyserver", server, "--logger-fd", "1"];
                words.into_iter().chain(["--recv-keys", id]).map(Into::into).collect()
            }
            Self::None => return Err(nowhere()),
        };
        let output = apt::run(call.context, words)?;
        if output.status == 0 {
            return Ok(());
        }
        let said = [output.stderr_text(), output.stdout_text()].join("\n");
        Err(Failure::new(format!("Error: key retrieval failed: {}", said.trim())))
    }
}

fn nowhere() -> Failure {
    Failure::new(
        "missing 'signedby' or 'trusted' option when apt-key is missing: name the key's file in the repository, as in 'deb [signed-by=/etc/apt/keyrings/NAME.gpg] …'",
    )
}

/// The content of a key's file, from the tree, this host or a server.
fn fetch(call: &Call<'_>, url: &str) -> Result<Vec<u8>, Failure> {
    let missing = || Failure::new(format!("Error: file not found: {url}"));
    if let Some(path) = url.strip_prefix("salt://") {
        return Ok(call.context.files.read(call.saltenv, path)?.ok_or_else(missing)?.to_vec());
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return fs::read(url.strip_prefix("file://").unwrap_or(url)).map_err(|_| missing());
    }
    let folder =
        tempfile::tempdir().map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let file = folder.path().join("key");
    let output = apt::run(call.context, [DOWNLOADER, "download-file", url, &file.to_string_lossy()])?;
    if output.status != 0 {
        return Err(Failure::new(format!("Error: {url} could not be downloaded: {}", output.stderr_text())));
    }
    fs::read(&file).map_err(|_| missing())
}

/// The bytes of a key in ASCII armour; any other key as it is.
fn dearmour(key: &[u8]) -> Result<Vec<u8>, Failure> {
    let text = String::from_utf8_lossy(key);
    let Some((_, body)) = text.split_once("-----BEGIN PGP PUBLIC KEY BLOCK-----") else {
        return Ok(key.into());
    };
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    // Headers end with an empty line; a line that begins with `=` is a checksum.
    let lines =
        body.lines().skip(1).skip_while(|line| line.contains(':')).skip_while(|line| line.trim().is_empty());
    for line in lines.take_while(|line| !line.starts_with('=') && !line.starts_with('-')) {
        for byte in line.trim().bytes().filter(|byte| *byte != b'=') {
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return Err(Failure::new("the key is damaged: its text is not base64")),
            };
            bits = (bits << 6) | u32::from(digit);
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from((bits >> count) & 0xff).unwrap_or_default());
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn armour_is_taken_off() {
        let key = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: x\n\nSGVsbG8s\nIHdvcmxk\nIQ==\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n";
        assert_eq!(dearmour(key).unwrap(), b"Hello, world!");
        assert_eq!(dearmour(b"\x99\x01").unwrap(), b"\x99\x01");
        let damaged = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nSG%s\n-----END";
        assert!(dearmour(damaged).is_err());
    }
}
