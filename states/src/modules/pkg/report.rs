//! What an installation brought about, in Salt's words.

use common::value::{Map, Value, get};

use super::dpkg::Packages;
use super::holding::Holding;
use super::targets::{Target, described, names};
use super::version::fulfils;
use crate::modules::Done;

/// What an installation left behind.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) changes: Map,
    pub(super) holdings: Vec<Holding>,
    pub(super) ignore_epoch: Option<bool>,
}

impl Outcome {
    /// Looks at what is installed now and tells which packages were installed, which had been, and which failed.
    pub(super) fn report(
        mut self,
        packages: &Packages,
        desired: &[Target],
        targets: &[Target],
        reinstalled: &[Target],
        from_files: bool,
    ) -> Done {
        let describe = |targets: &[&Target]| {
            let targets = targets.iter().copied();
            if from_files { names(targets) } else { described(targets) }
        };
        let fits = |target: &Target| {
            let Some(versions) = packages.versions(&target.name) else { return false };
            let wanted = target.version.as_deref().filter(|version| !from_files && *version != "latest");
            wanted.is_none_or(|wanted| {
                versions.iter().any(|version| fulfils(version, wanted, self.ignore_epoch, false))
            })
        };
        let (good, bad): (Vec<_>, Vec<_>) = desired.iter().partition(|target| fits(target));
        let (modified, unmodified): (Vec<_>, Vec<_>) =
            good.into_iter().partition(|target| targets.contains(target));
        let failed: Vec<_> = bad.into_iter().filter(|target| targets.contains(target)).collect();

        let mut comments = Vec::new();
        if !failed.is_empty() {
            comments.push(format!("The following packages failed to install/update: {}", describe(&failed)));
        }
        if !modified.is_empty() {
            let summary = describe(&modified);
            comments.push(if summary.len() < 20 {
                format!("The following packages were installed/updated: {summary}")
            } else {
                let (s, were) = plural(modified.len());
                format!("{} targeted package{s} {were} installed/updated.", modified.len())
            });
        }
        self.tell_changed_holdings(&mut comments);
        if !unmodified.is_empty() {
            comments.push(if unmodified.len() <= 20 {
                format!("The following packages were already installed: {}", describe(&unmodified))
            } else {
                let (s, were) = plural(unmodified.len());
                format!("{} targeted package{s} {were} already installed", unmodified.len())
            });
        }
        let unchanged = self.holdings.iter().filter(|holding| holding.changes.is_empty());
        comments.extend(unchanged.map(|holding| holding.comment.clone()));
        comments.extend(
            reinstalled.iter().map(|target| format!("Package {} was reinstalled.", target.described())),
        );
        let holdings_failed = self.holdings.iter().any(|holding| holding.result == Some(false));
        let comment = comments.join("\n");
        if failed.is_empty() && !holdings_failed {
            Done::ok(comment, self.changes)
        } else {
            Done::failed(comment, self.changes)
        }
    }

    /// Adds what holding changed to the packages' own changes.
    fn tell_changed_holdings(&mut self, comments: &mut Vec<String>) {
        for holding in self.holdings.iter().filter(|holding| !holding.changes.is_empty()) {
            comments.push(holding.comment.clone());
            let text = |map: &Map, key: &str| get(map, key).map(ToString::to_string).unwrap_or_default();
            let entry = self.changes.entry(Value::from(&holding.name)).or_insert_with(|| Map::new().into());
            let Some(entry) = entry.as_map_mut() else { continue };
            let known = !entry.is_empty();
            for key in ["new", "old"].into_iter().filter(|key| known || *key == "new") {
                let before = text(entry, key);
                let added = text(&holding.changes, key);
                let joined = if before.is_empty() { added } else { format!("{before}\n{added}") };
                entry.insert(key.into(), joined.into());
            }
        }
    }
}

fn plural(count: usize) -> (&'static str, &'static str) {
    if count > 1 { ("s", "were") } else { ("", "was") }
}
