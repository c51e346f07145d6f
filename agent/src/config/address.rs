//! Where a master is: `HOST` or `HOST:PORT`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// The UDP port of a master.
pub const MASTER_PORT: u16 = 4505;

/// Where a master is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    /// A name or an IP address.
    pub host: String,
    /// The UDP port.
    pub port: u16,
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the address of a master: use HOST or HOST:PORT, such as master.example:{MASTER_PORT} or [2001:db8::1]:{MASTER_PORT}"
)]
pub struct AddressError(String);

impl Default for Address {
    /// Salt's default: a host called `salt`.
    fn default() -> Self {
        Self { host: "salt".into(), port: MASTER_PORT }
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError(text.chars().take(HOST_LIMIT).collect());
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or_else(error)?;
                match rest.strip_prefix(':') {
                    Some(port) => (host, Some(port)),
                    None if rest.is_empty() => (host, None),
                    None => return Err(error()),
                }
            }
            // More than one colon without brackets: an IPv6 address, and no port.
            None if text.matches(':').count() > 1 => (text, None),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(error)?,
            None => MASTER_PORT,
        };
        if host.is_empty() || host.len() > HOST_LIMIT || host.contains(char::is_whitespace) {
            return Err(error());
        }
        Ok(Self { host: host.into(), port })
    }
}

/// The longest name of a host.
const HOST_LIMIT: usize = 253;

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, host, port) in [
            ("cm", "cm", 4505),
            ("cm:1", "cm", 1),
            ("::1", "::1", 4505),
            ("[::1]:9", "::1", 9),
            ("[::1]", "::1", 4505),
            ("10.0.0.1:4505", "10.0.0.1", 4505),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port), "{text}");
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        for bad in ["", ":1", "a:0", "a:x", "[::1", "[::1]9", "a b", "a:70000"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
