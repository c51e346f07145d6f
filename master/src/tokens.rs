//! Join tokens: so many hosts whose ids match a glob may come in until a moment, without an operator.
//!
//! Decisions are made here, in memory and without I/O, under the lock of the [`Keyring`](crate::keys::Keyring): two agents that
//! show the last use of a token at once find it there once.

use std::collections::BTreeMap;

use common::id::HostId;
use common::identity::TokenHash;
use common::target::fnmatch;
use serde::{Deserialize, Serialize};

/// How many tokens there may be.
pub const TOKENS_LIMIT: usize = 1000;

/// How long a token is remembered after its time, so that who comes late is told why: a week, in milliseconds.
const REMEMBERED: i64 = 7 * 86_400_000;

/// A join token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The hash of its secret, whose first digits are its name.
    pub hash: TokenHash,
    /// Which ids it lets in, as a glob.
    pub pattern: String,
    /// How many hosts it lets in.
    pub uses: u32,
    /// How many it has let in.
    pub used: u32,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// When its time is over, likewise.
    pub expires: i64,
    /// Who made it.
    pub user: String,
}

/// Why a token does not let a host in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// There is no such token.
    #[error(
        "this master does not know the join token: it was revoked, or its time is long over; `master keys token` makes a new one"
    )]
    Unknown,
    /// Its time is over.
    #[error("the join token {token} expired at {at}; `master keys token` makes a new one")]
    Expired {
        /// Its name.
        token: String,
        /// When, in UTC.
        at: String,
    },
    /// It has let in as many hosts as it may.
    #[error(
        "the join token {token} was for {uses} hosts, and as many have come; `master keys token` makes a new one"
    )]
    UsedUp {
        /// Its name.
        token: String,
        /// How many those are.
        uses: u32,
    },
    /// It is for other hosts.
    #[error("the join token {token} is for hosts whose id matches {pattern:?}, and {id} does not")]
    WrongId {
        /// Its name.
        token: String,
        /// Which ids it lets in.
        pattern: String,
        /// The id that was asked for.
        id: HostId,
    },
}

/// All tokens.
#[derive(Debug, Default)]
pub struct Tokens {
    tokens: BTreeMap<TokenHash, Token>,
}

impl Token {
    /// The digits by which people name it.
    #[must_use]
    pub fn name(&self) -> String {
        self.hash.short()
    }

    /// What becomes of it: `open`, `used up` or `expired`.
    #[must_use]
    pub fn state(&self, now: i64) -> &'static str {
        match () {
            () if self.used >= self.uses => "used up",
            () if self.expires <= now => "expired",
            () => "open",
        }
    }

    fn fault(&self, id: &HostId, now: i64) -> Option<TokenFault> {
        let token = self.name();
        if self.expires <= now {
            let at = jiff::Timestamp::from_millisecond(self.expires)
                .map(|at| at.strftime("%F %T UTC").to_string());
            return Some(TokenFault::Expired { token, at: at.unwrap_or_default() });
        }
        if !fnmatch(id.as_str(), &self.pattern) {
            return Some(TokenFault::WrongId { token, pattern: self.pattern.clone(), id: id.clone() });
        }
        (self.used >= self.uses).then_some(TokenFault::UsedUp { token, uses: self.uses })
    }
}

impl Tokens {
    /// Tokens as the database has them.
    #[must_use]
    pub fn new(tokens: impl IntoIterator<Item = Token>) -> Self {
        Self { tokens: tokens.into_iter().map(|token| (token.hash, token)).collect() }
    }

    /// Adds a token.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add(&mut self, token: Token) -> Result<(), String> {
        if self.tokens.len() >= TOKENS_LIMIT {
            return Err(format!("there are {TOKENS_LIMIT} join tokens already: revoke some"));
        }
        self.tokens.insert(token.hash, token);
        Ok(())
    }

    /// Uses a token up by one. Returns it as it is then.
    ///
    /// # Errors
    /// See [`TokenFault`]; nothing has changed then.
    pub fn take(&mut self, hash: TokenHash, id: &HostId, now: i64) -> Result<Token, TokenFault> {
        let token = self.tokens.get_mut(&hash).ok_or(TokenFault::Unknown)?;
        if let Some(fault) = token.fault(id, now) {
            return Err(fault);
        }
        token.used += 1;
        Ok(token.clone())
    }

    /// Takes a use back that could not be written down.
    pub fn give_back(&mut self, hash: TokenHash) {
        if let Some(token) = self.tokens.get_mut(&hash) {
            token.used = token.used.saturating_sub(1);
        }
    }

    /// Removes the tokens whose name begins so. Returns them.
    pub fn revoke(&mut self, name: &str) -> Vec<Token> {
        let named = self.list().into_iter().filter(|token| token.hash.to_string().starts_with(name));
        let gone: Vec<_> = named.collect();
        for token in &gone {
            self.tokens.remove(&token.hash);
        }
        gone
    }

    /// Removes the tokens whose time has been over for long. Returns them.
    pub fn expire(&mut self, now: i64) -> Vec<Token> {
        let old = self.list().into_iter().filter(|token| token.expires.saturating_add(REMEMBERED) < now);
        let gone: Vec<_> = old.collect();
        for token in &gone {
            self.tokens.remove(&token.hash);
        }
        gone
    }

    /// All tokens, the newest last.
    #[must_use]
    pub fn list(&self) -> Vec<Token> {
        let mut tokens: Vec<_> = self.tokens.values().cloned().collect();
        tokens.sort_by_key(|token| token.created);
        tokens
    }
}

#[cfg(test)]
mod tests {
    use common::identity::TokenSecret;
    use proptest::prelude::*;

    use super::*;

    fn token(pattern: &str, uses: u32, expires: i64) -> Token {
        Token {
            hash: TokenSecret::generate().unwrap().hash(),
            pattern: pattern.into(),
            uses,
            used: 0,
            created: 0,
            expires,
            user: "root".into(),
        }
    }

    fn id(text: &str) -> HostId {
        text.parse().unwrap()
    }

    #[test]
    fn each_way_to_be_refused_has_its_words() {
        let (open, late) = (token("fp-*", 1, 100), token("*", 1, 5));
        let mut tokens = Tokens::new([open.clone(), late.clone()]);
        let unknown = TokenSecret::generate().unwrap().hash();
        let mut refused = |hash, host: &str, words: &str| {
            let error = tokens.take(hash, &id(host), 10).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        refused(unknown, "fp-1", "does not know");
        refused(late.hash, "fp-1", "expired at 1970-01-01 00:00:00 UTC");
        refused(open.hash, "cm-1", "\"fp-*\", and cm-1 does not");
        assert_eq!(tokens.take(open.hash, &id("fp-1"), 10).unwrap().used, 1);
        let error = tokens.take(open.hash, &id("fp-2"), 10).unwrap_err();
        assert!(error.to_string().contains("was for 1 hosts"), "{error}");
        tokens.give_back(open.hash);
        assert!(tokens.take(open.hash, &id("fp-2"), 10).is_ok());
        let listed = tokens.list().into_iter().find(|listed| listed.hash == open.hash);
        assert_eq!(listed.unwrap().state(10), "used up");
        assert_eq!(tokens.expire(REMEMBERED + 50), [late]);
        assert_eq!(tokens.revoke(&open.name()).len(), 1);
        assert!(tokens.list().is_empty());
    }

    proptest! {
        /// However hosts, times and failures are mixed, a token lets in as many as it may, and each of them fits.
        #[test]
        fn a_token_is_used_as_often_as_allowed(
            uses in 1_u32..6,
            expires in 0_i64..50,
            knocks in proptest::collection::vec((0_i64..60, any::<bool>(), 0_u8..5), 0..60),
        ) {
            let token = token("fp-*", uses, expires);
            let mut tokens = Tokens::new([token.clone()]);
            let mut let_in = 0;
            for (now, fits, failure) in knocks {
                let id = id(if fits { "fp-1" } else { "cm-1" });
                match tokens.take(token.hash, &id, now) {
                    Ok(_) if failure == 0 => tokens.give_back(token.hash),
                    Ok(taken) => {
                        let_in += 1;
                        prop_assert!(fits && now < expires);
                        prop_assert_eq!(taken.used, let_in);
                    }
                    Err(TokenFault::UsedUp { .. }) => prop_assert_eq!(let_in, uses),
                    Err(_) => prop_assert!(!fits || now >= expires),
                }
                prop_assert!(let_in <= uses);
            }
        }
    }
}
