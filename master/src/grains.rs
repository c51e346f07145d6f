//! A host's grains as the master keeps them: packed, until somebody looks.
//!
//! Opened, the grains of one host take some 50 KiB of memory, and a master keeps those of ten thousand hosts, most of which
//! nobody looks at for hours. Packed they take 3 or 4.

use std::sync::{Arc, OnceLock};

use common::id::HostId;
use common::value::Map;

/// A host's grains. A clone shares the packed form, and the opened one if there is one.
#[derive(Clone, Debug)]
pub struct Grains {
    /// MessagePack, as in the database.
    packed: Arc<[u8]>,
    opened: OnceLock<Arc<Map>>,
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
        Self { packed: bytes.into(), opened: OnceLock::new() }
    }

    /// For the database.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.packed
    }

    /// The grains themselves.
    pub fn open(&self) -> &Arc<Map> {
        self.opened.get_or_init(|| {
            let opened = rmp_serde::from_slice(&self.packed);
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
        Self { packed: packed.into(), opened: OnceLock::new() }
    }
}

impl Default for Grains {
    fn default() -> Self {
        Map::new().into()
    }
}

impl PartialEq for Grains {
    fn eq(&self, other: &Self) -> bool {
        self.packed == other.packed
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
        let again = Grains::packed(grains.bytes());
        assert_eq!(again, grains);
        assert_eq!(again.open(), grains.open());
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
