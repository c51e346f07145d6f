//! `listen`: the reactions that wait for the end of the run.

use common::value::Map;
use indexmap::IndexSet;

use super::report::Entry;
use crate::compile::Reaction;

/// What is to be done at the end of a run.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heard {
    /// The states whose `mod_watch` fires, each once, in this order.
    pub(super) listeners: IndexSet<usize>,
    /// References that name nothing, as module and id.
    pub(super) missing: IndexSet<(String, String)>,
}

/// Listens to what changed.
pub(super) fn hear(reactions: &[Reaction], changed: impl Fn(&usize) -> bool) -> Heard {
    let mut heard = Heard::default();
    for reaction in reactions {
        let changed = reaction.to.iter().any(&changed);
        match &reaction.missing {
            Some(missing) if changed || reaction.to.is_empty() => {
                heard.missing.insert(missing.clone());
            }
            None if changed => heard.listeners.extend(reaction.fires.iter().copied()),
            _ => {}
        }
    }
    heard
}

/// The entry for a reference that names nothing. Like Salt's it has no SLS, no id and no time.
pub(super) fn nobody(module: &str, id: &str, run_num: u32) -> Entry {
    Entry {
        tag: format!("Listen_Error_|-listen_{id}_|-listen_{module}_|-Listen_Error"),
        id: String::new(),
        sls: String::new(),
        name: format!("listen_{module}:{id}"),
        result: Some(false),
        comment: format!("Referenced state {module}: {id} does not exist"),
        changes: Map::new(),
        run_num,
        start_time: String::new(),
        duration: 0.0,
        warnings: Vec::new(),
        extra: Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_to_what_changed_fires_once() {
        let reaction = |to: &[usize], fires: &[usize]| Reaction {
            to: to.into(),
            fires: fires.into(),
            ..Reaction::default()
        };
        let reactions = [reaction(&[1], &[5]), reaction(&[0], &[3]), reaction(&[1, 2], &[5, 4])];
        let heard = hear(&reactions, |index| *index == 1);
        assert_eq!(heard.listeners.into_iter().collect::<Vec<_>>(), [5, 4]);
    }

    #[test]
    fn what_is_missing_is_told() {
        let missing = |to: &[usize], id: &str| Reaction {
            to: to.into(),
            missing: Some(("test".into(), id.into())),
            ..Reaction::default()
        };
        let reactions =
            [missing(&[], "nothing to hear"), missing(&[1], "nobody hears"), missing(&[2], "quiet")];
        let heard = hear(&reactions, |index| *index == 1);
        let ids: Vec<_> = heard.missing.iter().map(|(_, id)| id.as_str()).collect();
        assert_eq!(ids, ["nothing to hear", "nobody hears"]);
        assert_eq!(nobody("test", "x", 7).tag, "Listen_Error_|-listen_x_|-listen_test_|-Listen_Error");
    }
}
