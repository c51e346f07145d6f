//! What hosts let each other know, through the master.

use serde_json::json;
use tests::fleet::{Fleet, results};
use tests::wait;

/// Every host lets its role be known to all, and its secret to `fp-*` alone; the pillar says so.
const FUNCTIONS: &str = "mine_functions:\n  role:\n    - mine_function: grains.get\n    - id\n  secret:\n    \
     mine_function: test.echo\n    text: hidden\n    allow_tgt: fp-*\n";

#[test]
fn hosts_see_what_others_let_be_known() {
    let fleet = Fleet::of(&["fp-1", "fp-2", "cm-1"]);
    fleet.pillar("top.sls", "base:\n  '*':\n    - mine\n");
    fleet.pillar("mine.sls", FUNCTIONS);
    fleet.tree("t.sls", "{{ grains['root'] }}/seen:\n  file.managed:\n    - contents: {{ salt['mine.get']('*', 'role')|json }}\n");
    // The first job brings the pillar; the agents gather by themselves.
    fleet.master(&["apply", "t"]).code(0).done();
    let seen = |host: &str, words: &[&str]| {
        let words = [&["call", "mine.get"], words, &["--target", host, "--out", "json"]].concat();
        fleet.master(&words).code(0).json()[host].clone()
    };
    let all = json!({"cm-1": "cm-1", "fp-1": "fp-1", "fp-2": "fp-2"});
    wait::until_true("every host is in the mine", 60, || seen("fp-1", &["*", "role"]) == all);

    // A template sees it, and who may not see a value does not.
    let report = fleet.master(&["apply", "t", "--target", "fp-1", "--out", "json"]).code(0).json();
    assert_eq!(results(&report["fp-1"], Some(true)), 1);
    let written = std::fs::read_to_string(fleet.root("fp-1", "seen")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&written.replace('\'', "\"")).unwrap(), all);
    assert_eq!(seen("fp-2", &["cm-*", "secret"]), json!({"cm-1": "hidden"}));
    assert_eq!(seen("cm-1", &["*", "secret"]), json!({}));
    assert_eq!(seen("cm-1", &["G@id:fp-* and not fp-2", "role", "compound"]), json!({"fp-1": "fp-1"}));
    assert_eq!(seen("fp-1", &["fp-*", "role", "exclude_minion=True"]), json!({"fp-2": "fp-2"}));
    // Nobody finds out what is in another's pillar.
    let probe = ["call", "mine.get", "mine_functions:*", "role", "pillar", "--target", "fp-1"];
    fleet.master(&probe).code(1).says("pillar, which is each host's own").done();

    // A host writes under its own id, and takes back what it wrote.
    fleet
        .master(&["call", "mine.send", "mark", "mine_function=test.echo", "text=x", "--target", "fp-2"])
        .code(0)
        .done();
    assert_eq!(seen("fp-1", &["*", "mark"]), json!({"fp-2": "x"}));
    assert_eq!(
        seen("fp-1", &["fp-2", "mark,role"]),
        json!({"mark": {"fp-2": "x"}, "role": {"fp-2": "fp-2"}})
    );
    fleet.master(&["call", "mine.flush", "--target", "fp-2"]).code(0).done();
    assert_eq!(seen("fp-1", &["fp-2", "mark"]), json!({}));

    // With its key a host's values are gone.
    fleet.master(&["keys", "delete", "cm-1"]).code(0).done();
    assert_eq!(seen("fp-1", &["cm-*", "role"]), json!({}));
}
