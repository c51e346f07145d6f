//! A host's grains as the master keeps them: packed, until somebody looks.
//!
//! Opened, the grains of one host take some 50 KiB of memory, and a master keeps those of ten thousand hosts, most of which
//! nobody looks at for hours. As MessagePack they take 3 or 4, and compressed against those of another host some hundred bytes:
//! the hosts of a fleet are alike.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use common::id::HostId;
use common::value::Map;
use lz4_flex::block::{compress_with_dict, decompress_with_dict};

/// The grains that others are compressed against: the first that this process has seen, as MessagePack.
static MODEL: OnceLock<Box<[u8]>> = OnceLock::new();

/// How many bytes these have at the least, so that they are worth it, and at the most, which is how far back LZ4 looks.
const MODEL_SIZES: std::ops::RangeInclusive<usize> = 512..=64 << 10;

/// A host's grains. A clone shares the packed form, and the opened one if there is one.
#[derive(Clone, Debug)]
pub struct Grains {
    packed: Packed,
    opened: OnceLock<Arc<Map>>,
}

/// MessagePack, as in the database, compressed.
#[derive(Clone, Debug)]
struct Packed {
    compressed: Arc<[u8]>,
    /// How many bytes it has when it is not.
    size: u32,
    /// Whether it is compressed against the model.
    modelled: bool,
}

impl Grains {
    /// The grains of the host with this id. Their `id` is the one in the host's certificate, whatever the host says: pillar and
    /// targets ask for it, and a host must not read another's pillar by taking its name.
    #[must_use]
    pub fn of(id: &HostId, mut grains: Map) -> Self {
        grains.insert("id".into(), id.as_str().into());
        Self::from(grains)
    }

    /// Grains as the database has them, packed by this type.
    #[must_use]
    pub fn packed(bytes: &[u8]) -> Self {
        Self { packed: Packed::of(bytes), opened: OnceLock::new() }
    }

    /// MessagePack, for the database.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        self.packed.bytes()
    }

    /// The grains themselves.
    pub fn open(&self) -> &Arc<Map> {
        self.opened.get_or_init(|| {
            let opened = rmp_serde::from_slice(&self.bytes());
            // Only this type packs, so that is a damaged database; the host sends its grains anew when it connects.
            Arc::new(opened.unwrap_or_else(|error| {
                tracing::error!(%error, "the grains of a host cannot be read");
                Map::new()
            }))
        })
    }
}

impl From<Map> for Grains {
    fn from(grains: Map) -> Self {
        // Values that came over the wire, or could have, can be packed.
        let packed = rmp_serde::to_vec_named(&grains).unwrap_or_default();
        Self { packed: Packed::of(&packed), opened: OnceLock::new() }
    }
}

impl Packed {
    fn of(bytes: &[u8]) -> Self {
        let model = match MODEL.get() {
            None if MODEL_SIZES.contains(&bytes.len()) => Some(MODEL.get_or_init(|| bytes.into())),
            model => model,
        };
        let compressed = compress_with_dict(bytes, model.map_or(&[], |model| model));
        // What a greeting may bring is far below what the size can't hold; more than that is kept as it is.
        match u32::try_from(bytes.len()) {
            Ok(size) if compressed.len() < bytes.len() => {
                Self { compressed: compressed.into(), size, modelled: model.is_some() }
            }
            _ => Self { compressed: bytes.into(), size: 0, modelled: false },
        }
    }

    fn bytes(&self) -> Cow<'_, [u8]> {
        if self.size == 0 {
            return Cow::Borrowed(&self.compressed);
        }
        let model = if self.modelled { MODEL.get().map_or(&[][..], |model| model) } else { &[] };
        // This process has compressed it, so it can be read.
        Cow::Owned(decompress_with_dict(&self.compressed, self.size as usize, model).unwrap_or_default())
    }
}

impl Default for Grains {
    fn default() -> Self {
        Map::new().into()
    }
}

impl PartialEq for Grains {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&self.packed, &other.packed);
        if one.modelled == other.modelled {
            one.size == other.size && one.compressed == other.compressed
        } else {
            one.bytes() == other.bytes()
        }
    }
}

#[cfg(test)]
mod tests {
    use common::value::{get, map};

    use super::*;

    #[test]
    fn the_id_is_the_certificates_and_all_else_is_kept() {
        let said = map([("id", "fp-2".into()), ("os", "Debian".into())]);
        let grains = Grains::of(&"fp-1".parse().unwrap(), said);
        assert_eq!(get(grains.open(), "id"), Some(&"fp-1".into()));
        assert_eq!(get(grains.open(), "os"), Some(&"Debian".into()));
        let again = Grains::packed(&grains.bytes());
        assert_eq!(again, grains);
        assert_eq!(again.open(), grains.open());
    }

    #[test]
    fn what_hosts_have_in_common_takes_no_room() {
        let host = |number: i64| {
            let facts = (0..200).map(|fact: u64| {
                (format!("fact{fact}"), format!("{:x}", fact.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            });
            let mut grains: Map = facts.map(|(name, value)| (name.into(), value.as_str().into())).collect();
            grains.insert("number".into(), number.into());
            grains
        };
        // The first may have become the model.
        let hosts: Vec<Grains> = (0..3).map(|number| host(number).into()).collect();
        let plain = hosts[2].bytes().len();
        assert!(
            hosts[2].packed.compressed.len() < plain / 2,
            "{} of {plain}",
            hosts[2].packed.compressed.len()
        );
        for (number, grains) in (0..).zip(&hosts) {
            assert_eq!(**grains.open(), host(number));
            assert_eq!(*grains, Grains::packed(&grains.bytes()));
        }
        assert_ne!(hosts[1], hosts[2]);
    }

    #[test]
    fn what_is_looked_at_in_a_clone_stays_packed_where_it_is_kept() {
        let kept = Grains::from(map([("os", "Debian".into())]));
        let clone = kept.clone();
        clone.open();
        assert!(kept.opened.get().is_none());
        assert!(Grains::packed(b"\xc1").open().is_empty());
    }
}
