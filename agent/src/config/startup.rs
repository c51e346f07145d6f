//! `startup_states` and what belongs to it.

use common::message::OwnWork;
use common::value::Map;
use states::nearest::nearest;

use super::{Config, ConfigError};

/// What a host applies to itself when its agent starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Startup {
    /// The job.
    pub work: OwnWork,
    /// Whether it is done until it has succeeded once, and then no more.
    pub once: bool,
}

/// The job that Salt's options mean.
pub(super) fn startup(config: &Config) -> Result<Option<Startup>, ConfigError> {
    let wrong = |text: String| Err(ConfigError::Startup(text));
    let apply = |sls: Vec<String>| OwnWork::Apply { sls, test: false, saltenv: None, pillar: Map::new() };
    let work = match config.startup_states.as_str() {
        "" if config.startup_once => {
            return wrong("startup_once says how often, and startup_states is not given".into());
        }
        "" => return Ok(None),
        "highstate" => apply(Vec::new()),
        "sls" if config.sls_list.is_empty() => {
            return wrong("sls needs sls_list, a list of SLS files".into());
        }
        "sls" => apply(config.sls_list.clone()),
        "top" if config.top_file.is_empty() => {
            return wrong("top needs top_file, the name of a top file".into());
        }
        "top" => OwnWork::Call {
            function: "state.top".into(),
            positional: vec![config.top_file.as_str().into()],
            keyword: Map::new(),
        },
        other => {
            return wrong(match nearest(other, ["highstate", "sls", "top"]) {
                Some(right) => format!("there is no {other:?}. Did you mean {right:?}?"),
                None => format!("there is no {other:?}: use highstate, sls or top"),
            });
        }
    };
    Ok(Some(Startup { work, once: config.startup_once }))
}
