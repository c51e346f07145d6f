//! The grammar of targets: any text is a target or an error, and a target can be asked.
#![no_main]

use std::sync::LazyLock;

use common::target::{KINDS, Known, Target, matches_kind, matches_top};
use common::value::{Map, Value, map};
use libfuzzer_sys::fuzz_target;

static GRAINS: LazyLock<Map> = LazyLock::new(|| {
    map([
        ("id", Value::from("web-1")),
        ("os", "Debian".into()),
        ("roles", vec!["proxy", "cache"].into()),
        ("ipv4", vec!["10.0.0.1"].into()),
        ("nested", Value::Map(map([("key", Value::Int(1))]))),
    ])
});

static NODEGROUPS: LazyLock<Map> = LazyLock::new(|| {
    map([
        ("proxies", Value::from("web-* or N@caches")),
        ("caches", "G@roles:cache".into()),
        ("circle", "N@circle".into()),
        ("list", vec!["a", "or", "b"].into()),
    ])
});

fuzz_target!(|text: &str| {
    let host = Known { id: "web-1", grains: &GRAINS, pillar: &GRAINS };
    if let Ok(target) = Target::parse(text, &NODEGROUPS) {
        let matched = target.matches(&host);
        let printed = target.expression().to_string();
        let again = Target::parse(&printed, &Map::new()).expect("what is printed is a target");
        assert_eq!(again.expression().to_string(), printed);
        assert_eq!(again.matches(&host), matched, "{printed}");
        let _ = (target.needs_pillar(), target.named_ids().len());
    }
    for kind in KINDS {
        let _ = matches_kind(kind, text, &host, &NODEGROUPS);
    }
    assert_eq!(
        matches_top(text, &host, &NODEGROUPS),
        matches_kind("compound", text, &host, &NODEGROUPS).is_ok_and(|matches| matches)
    );
});
