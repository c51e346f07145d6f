//! The tree of the demonstration, as it would lie in a working copy.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The files, by their paths in the working copy.
const FILES: &[(&str, &str)] = &[
    ("salt/top.sls", include_str!("../../../demo/salt/top.sls")),
    ("salt/macros.sls", include_str!("../../../demo/salt/macros.sls")),
    ("salt/motd/init.sls", include_str!("../../../demo/salt/motd/init.sls")),
    ("salt/motd/motd.jinja", include_str!("../../../demo/salt/motd/motd.jinja")),
    ("salt/proxy/init.sls", include_str!("../../../demo/salt/proxy/init.sls")),
    ("salt/proxy/files/proxy.conf", include_str!("../../../demo/salt/proxy/files/proxy.conf")),
    ("salt/monitor.sls", include_str!("../../../demo/salt/monitor.sls")),
    ("salt/typo.sls", include_str!("../../../demo/salt/typo.sls")),
    ("pillar/top.sls", include_str!("../../../demo/pillar/top.sls")),
    ("pillar/common.sls", include_str!("../../../demo/pillar/common.sls")),
    ("pillar/proxy.sls", include_str!("../../../demo/pillar/proxy.sls")),
    ("pillar/monitor.sls", include_str!("../../../demo/pillar/monitor.sls")),
];

/// The file that Git LFS keeps, and its path in the working copy.
const BINARY: (&str, &[u8]) = ("salt/proxy/files/http-proxy", include_bytes!("../../../demo/http-proxy"));

/// Writes the working copy into `folder`: the binary as a pointer, its content where Git LFS has it.
pub(super) fn unpack(folder: &Path) -> io::Result<()> {
    for (path, text) in FILES {
        put(folder.join(path), text.as_bytes())?;
    }
    let (path, content) = BINARY;
    let oid: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    let size = content.len();
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n");
    put(folder.join(path), pointer.as_bytes())?;
    put(folder.join(".git/lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(&oid), content)
}

fn put(path: PathBuf, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, content)
}

#[cfg(test)]
mod tests {
    use common::lfs::Pointer;

    use super::*;

    #[test]
    fn the_pointer_leads_to_the_binary() {
        let folder = tempfile::tempdir().unwrap();
        unpack(folder.path()).unwrap();
        let file = folder.path().join(BINARY.0);
        let pointer = Pointer::parse(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(std::fs::read(pointer.resolve(&file).unwrap()).unwrap(), BINARY.1);
    }
}
