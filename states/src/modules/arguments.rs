//! The types of state functions' arguments: as lenient as Salt's functions are, and no more.

use std::fmt;

use common::value::{Map, Value};
use serde::de::{self, DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

/// Text from any scalar, as Python's `str()` gives it (`1.10` unquoted is `1.1`, `yes` is `True`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

/// A switch: Python's truth of whatever is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

/// One item or a list of them; `null` is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Many<T>(pub Vec<T>);

/// A file mode: the decimal digits of an integer and the text of a string are read as octal (`644`, `'0644'`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode(pub u32);

/// A list of one-key maps or a map, in order, as `env`, `context` and the like take.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs(pub Map);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Mode {
    /// Four octal digits, as Salt shows modes: `0644`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            value @ (Value::List(_) | Value::Map(_)) => Err(de::Error::custom(format!(
                "expected text, found the {} {}",
                value.type_name(),
                value.repr()
            ))),
            value => Ok(Self(value.to_string())),
        }
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer)?.is_true()))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::Null => Vec::new(),
            Value::List(items) => items,
            item => vec![item],
        };
        items.into_iter().map(T::deserialize).collect::<Result<_, _>>().map(Self).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = value.to_string();
        let digits = text.trim().trim_start_matches("0o");
        match u32::from_str_radix(if digits.is_empty() { "x" } else { digits }, 8) {
            Ok(mode) if mode <= 0o7777 => Ok(Self(mode)),
            _ => Err(de::Error::custom(format!(
                "{} is not a file mode: write octal digits such as '0644'",
                value.repr()
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::default()),
            Value::Map(map) => Ok(Self(map)),
            Value::List(items) => {
                let mut pairs = Map::new();
                for item in items {
                    let Value::Map(item) = item else {
                        return Err(de::Error::custom(format!(
                            "expected a list of 'key: value', found {}",
                            item.repr()
                        )));
                    };
                    pairs.extend(item);
                }
                Ok(Self(pairs))
            }
            value => {
                Err(de::Error::custom(format!("expected a list of 'key: value', found {}", value.repr())))
            }
        }
    }
}

/// An argument that Salt's function leaves alone unless it is true to Python: `''`, `false`, `[]`, `{}` and 0 are none, as null
/// is. For `#[serde(default, deserialize_with = "unless_empty")]`.
///
/// # Errors
/// What is wrong with the value where it is not empty.
pub fn unless_empty<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if !value.is_true() {
        return Ok(None);
    }
    T::deserialize(value).map(Some).map_err(de::Error::custom)
}

/// As [`unless_empty`], for arguments of which 0 is a value, such as modes.
///
/// # Errors
/// What is wrong with the value where it is not empty.
pub fn unless_blank<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    match Value::deserialize(deserializer)? {
        value if !value.is_true() && !matches!(value, Value::Int(_)) => Ok(None),
        value => T::deserialize(value).map(Some).map_err(de::Error::custom),
    }
}

/// A number, also where a template has put quotes around it; an empty value is none. For
/// `#[serde(default, deserialize_with = "number")]`.
///
/// # Errors
/// What stands in its place.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let read = match &value {
        value if !value.is_true() && !matches!(value, Value::Int(_)) => return Ok(None),
        Value::Int(number) => u32::try_from(*number).ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match read {
        Some(number) => Ok(Some(number)),
        None => Err(de::Error::custom(format!("expected a number, found {}", value.repr()))),
    }
}

/// The names of a struct's fields and their aliases, taken from serde's derive.
#[must_use]
pub fn parameters_of<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Probe<'a>(&'a mut &'static [&'static str]);
    impl<'de> Deserializer<'de> for Probe<'_> {
        type Error = de::value::Error;
        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(de::Error::custom("not a struct"))
        }
        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(de::Error::custom("probed"))
        }
        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut fields: &'static [&'static str] = &[];
    // The probe always answers with an error; what it wants is the list it was handed.
    let _ = T::deserialize(Probe(&mut fields));
    fields
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its field names matter")]
    struct Arguments {
        name: String,
        #[serde(default, alias = "mode")]
        dir_mode: Option<Mode>,
    }

    #[test]
    fn names_the_fields_of_a_struct() {
        let fields = parameters_of::<Arguments>();
        assert!(
            fields.contains(&"name") && fields.contains(&"dir_mode") && fields.contains(&"mode"),
            "{fields:?}"
        );
    }

    #[test]
    fn modes_are_octal_digits_however_written() {
        for value in [Value::Int(644), Value::from("0644"), Value::from("644")] {
            assert_eq!(Mode::deserialize(value).unwrap(), Mode(0o644));
        }
        assert!(Mode::deserialize(Value::from("rw")).is_err());
        assert!(Mode::deserialize(Value::Int(99999)).is_err());
        assert_eq!(Mode(0o2750).to_string(), "2750");
    }

    #[test]
    fn empty_is_not_given() {
        #[derive(Deserialize)]
        struct Arguments {
            #[serde(default, deserialize_with = "unless_empty")]
            runas: Option<Text>,
        }
        let runas = |value: Value| {
            Arguments::deserialize(Value::Map(map([("runas", value)]))).map(|arguments| arguments.runas)
        };
        let empty = [
            Value::Null,
            false.into(),
            0.into(),
            "".into(),
            Vec::<Value>::new().into(),
            Value::Map(Map::new()),
        ];
        for value in empty {
            assert_eq!(runas(value.clone()).unwrap(), None, "{value}");
        }
        assert_eq!(unless_blank::<_, Mode>(Value::from("")).unwrap(), None);
        assert_eq!(unless_blank(Value::from(0)).unwrap(), Some(Mode(0)));
        assert_eq!(runas(5.into()).unwrap(), Some(Text("5".into())));
        assert!(
            runas(vec!["a"].into()).unwrap_err().to_string().contains("expected text, found the list ['a']")
        );
        assert_eq!(Arguments::deserialize(Value::Map(Map::new())).unwrap().runas, None);
    }

    #[test]
    fn numbers_in_quotes() {
        assert_eq!(number(Value::from("5001")).unwrap(), Some(5001));
        assert_eq!(number(Value::from(0)).unwrap(), Some(0));
        assert_eq!(number(Value::from("")).unwrap(), None);
        assert_eq!(number(Value::from("None")).unwrap_err().to_string(), "expected a number, found 'None'");
        assert!(number(Value::from(-1)).is_err());
    }

    #[test]
    fn one_or_many() {
        assert_eq!(Many::<Text>::deserialize(Value::from("a")).unwrap().0, [Text("a".into())]);
        assert_eq!(
            Many::<Text>::deserialize(Value::from(vec![1i64, 2])).unwrap().0,
            [Text("1".into()), Text("2".into())]
        );
    }
}
