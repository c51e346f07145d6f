//! `file.absent`: nothing at this path.

use std::path::PathBuf;

use serde::Deserialize;

use super::super::arguments::Text;
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::paths;

/// The arguments of `file.absent`.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
}

impl StateFunction for Absent {
    const NAME: &'static str = "file.absent";
    const DOC: &'static str = "No file, link or directory at this path.\n\nname: an absolute path";
    const SWALLOWS: bool = true;

    type Plan = PathBuf;

    fn check(&self, _: &Call<'_>) -> Result<Check<PathBuf>, Failure> {
        let path = paths::target(&self.name, Self::NAME)?;
        // `/..` and `//` are the root too.
        if path.canonicalize().is_ok_and(|real| real.parent().is_none()) && !paths::is_link(&path) {
            return Err(Failure::new("Refusing to make \"/\" absent"));
        }
        let name = path.display().to_string();
        if !paths::exists_itself(&path) {
            return Ok(Check::clean(format!("File {name} is not present")));
        }
        let comment = format!("{} {name} is set for removal", capitalized(&path));
        Ok(Check::differs(path, comment, change("removed", name)))
    }

    fn converge(&self, _: &Call<'_>, path: PathBuf) -> Result<Done, Failure> {
        let comment = format!("Removed {} {}", capitalized(&path).to_lowercase(), path.display());
        match paths::remove(&path) {
            Ok(()) => Ok(Done::ok(comment, change("removed", path.display().to_string()))),
            Err(error) => Err(paths::failure("Failed to remove", &path, &error)),
        }
    }
}

fn capitalized(path: &std::path::Path) -> &'static str {
    if path.is_dir() && !paths::is_link(path) { "Directory" } else { "File" }
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::super::testing::Host;

    #[test]
    fn removes_files_links_and_directories_once() {
        let mut host = Host::new(&[]);
        std::fs::create_dir_all(host.path("d/e")).unwrap();
        host.write("d/e/f", "");
        std::os::unix::fs::symlink(host.path("d"), host.path("l")).unwrap();
        let name = |host: &Host, name: &str| host.path(name).display().to_string();
        let (dry, real) = host.converge("file.absent", "l", "{}");
        assert_eq!(dry.comment, format!("File {} is set for removal", name(&host, "l")));
        assert_eq!(real.comment, format!("Removed file {}", name(&host, "l")));
        assert!(host.path("d/e/f").exists());
        let (dry, real) = host.converge("file.absent", "d", "{}");
        assert_eq!(dry.comment, format!("Directory {} is set for removal", name(&host, "d")));
        assert_eq!(real.changes, map([("removed", name(&host, "d").into())]));
        assert_eq!(
            host.run("file.absent", "d", "{}").comment,
            format!("File {} is not present", name(&host, "d"))
        );
    }

    #[test]
    fn the_root_is_safe() {
        for root in ["/", "//", "/tmp/../"] {
            assert_eq!(
                Host::new(&[]).test("file.absent", root, "{}").comment,
                "Refusing to make \"/\" absent"
            );
        }
    }
}
