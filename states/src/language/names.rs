//! The names that an SLS sees of itself: `sls`, `slspath`, `tpldir`, ….

use std::borrow::Cow;

use common::value::Value;

use super::Source;

/// What Salt derives from the path of an SLS. A file and an `init.sls` both name the folder they stand in.
pub(super) fn of_sls(source: &Source) -> Vec<(Cow<'static, str>, Value)> {
    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let tpldir = if folder.is_empty() { "." } else { folder };
    let named = [
        ("sls", source.sls.to_string()),
        ("slspath", folder.into()),
        ("slsdotpath", folder.replace('/', ".")),
        ("slscolonpath", folder.replace('/', ":")),
        ("sls_path", folder.replace('/', "_")),
        ("tplfile", source.path.to_string()),
        ("tplpath", source.path.to_string()),
        ("tpldir", tpldir.into()),
        ("tpldot", folder.replace('/', ".")),
    ];
    named.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}
