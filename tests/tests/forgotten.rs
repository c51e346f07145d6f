//! A file of tests that `main.rs` does not name would never run.

use std::path::Path;

#[test]
fn every_file_is_part_of_the_binary() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    forgotten(&folder, &folder.join("main.rs"));
}

/// Every `.rs` file or folder beside `module` must be named in it.
fn forgotten(folder: &Path, module: &Path) {
    let text = std::fs::read_to_string(module).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path == module || !(path.is_dir() || path.extension().is_some_and(|extension| extension == "rs")) {
            continue;
        }
        assert!(
            text.contains(&format!("mod {name};")),
            "{} is not named in {}",
            path.display(),
            module.display()
        );
        if path.is_dir() {
            forgotten(&path, &path.join("mod.rs"));
        }
    }
}
