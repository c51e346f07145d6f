//! A key that takes one of something, or a list.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// One of something, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several<T>(pub Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Several<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: FromStr<Err: fmt::Display>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = Several<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Several<T>, E> {
                text.parse().map(|one| Several(vec![one])).map_err(E::custom)
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<Several<T>, E> {
                Ok(Several::default())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Several<T>, A::Error> {
                let mut several = Vec::new();
                while let Some(text) = list.next_element::<String>()? {
                    several.push(text.parse().map_err(serde::de::Error::custom)?);
                }
                Ok(Several(several))
            }
        }
        deserializer.deserialize_any(Visitor(std::marker::PhantomData))
    }
}
