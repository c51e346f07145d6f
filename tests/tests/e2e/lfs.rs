//! Files under Git LFS: their content is shipped, never the pointer.

use std::os::unix::fs::PermissionsExt as _;

use tests::fixtures::{lose_lfs_objects, track_with_lfs};
use tests::fleet::{Fleet, results};

fn binary_tree(fleet: &Fleet) -> Vec<u8> {
    let content: Vec<u8> =
        (0..300_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
    fleet.tree(
        "binary.sls",
        "{{ grains['root'] }}/before:\n  file.managed:\n    - contents: x\n    - order: 1\n\
         {{ grains['root'] }}/http-proxy:\n  file.managed:\n    - source: salt://files/http-proxy\n    - mode: keep\n",
    );
    let file = fleet.path("tree").join("files/http-proxy");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, &content).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    track_with_lfs(&fleet.path("tree"), "files/http-proxy");
    content
}

#[test]
fn the_content_arrives_in_place_of_the_pointer() {
    let fleet = Fleet::of(&["fp-1", "fp-2"]);
    let content = binary_tree(&fleet);
    let report = fleet.master(&["apply", "binary", "--out", "json"]).code(0).json();
    for id in ["fp-1", "fp-2"] {
        assert_eq!(results(&report[id], Some(true)), 2, "{report}");
        let file = fleet.root(id, "http-proxy");
        assert!(std::fs::read(&file).unwrap() == content, "{id} has something else than the binary");
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o111,
            0o111,
            "no longer executable"
        );
    }
}

#[test]
fn a_pointer_without_its_content_fails_the_job_before_any_host_is_touched() {
    let fleet = Fleet::of(&["fp-1"]);
    binary_tree(&fleet);
    lose_lfs_objects(&fleet.path("tree"));
    let ran = fleet.master(&["apply", "binary"]).says("files/http-proxy").says("git lfs pull");
    assert_ne!(ran.code, 0);
    assert!(!fleet.root("fp-1", "before").exists(), "the host was touched");
}

#[test]
fn content_that_is_not_what_the_pointer_says_is_refused() {
    let fleet = Fleet::of(&["fp-1"]);
    binary_tree(&fleet);
    let objects = fleet.path("tree").join(".git/lfs/objects");
    let object = walk(&objects);
    let size = std::fs::metadata(&object).unwrap().len();
    std::fs::write(&object, vec![b'x'; usize::try_from(size).unwrap()]).unwrap();
    let ran = fleet.master(&["apply", "binary"]).says("files/http-proxy");
    assert_ne!(ran.code, 0);
    assert!(!fleet.root("fp-1", "http-proxy").exists());
}

/// The one file below a folder.
fn walk(folder: &std::path::Path) -> std::path::PathBuf {
    let path = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    if path.is_dir() { walk(&path) } else { path }
}
