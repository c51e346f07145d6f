//! The decoder of a snapshot's objects: any bytes are an object or an error, and no name leads out of its folder.
#![no_main]

use common::store::Hash;
use common::tree::{Directory, Snapshot};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let hash = Hash::of(bytes);
    if let Ok(directory) = Directory::from_object(hash, bytes) {
        directory.entries.iter().for_each(|entry| one_step(&entry.name));
        let again = directory.to_object();
        assert_eq!(Directory::from_object(Hash::of(&again), &again).expect("it can be read again"), directory);
    }
    if let Ok(snapshot) = Snapshot::from_object(hash, bytes) {
        snapshot.environments.iter().for_each(|environment| one_step(&environment.name));
        let again = snapshot.to_object();
        assert_eq!(Snapshot::from_object(Hash::of(&again), &again).expect("it can be read again"), snapshot);
    }
});

fn one_step(name: &str) {
    assert!(!name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '\0']), "{name:?}");
}
