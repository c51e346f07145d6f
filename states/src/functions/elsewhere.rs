//! Functions of Salt that ask a service which is not here: each says so, and what to do instead.

use common::value::Value;

use super::registry::{Function, FunctionError};

/// Declares functions that cannot answer.
macro_rules! elsewhere {
    ($($name:literal => $why:literal),* $(,)?) => {
        pub(super) static FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            doc: concat!("Not here: ", $why, "."),
            parameters: &["args", "kwargs"],
            run: |_, _| refuse($name, $why),
        }),*];
    };
}

elsewhere! {
    "publish.publish" => "a host may not run anything on other hosts",
    "publish.runner" => "there are no runners; put what a host needs into pillar",
    "saltutil.runner" => "there are no runners; put what a host needs into pillar",
    "saltutil.wheel" => "there are no wheel functions; use the master's own commands",
    "sdb.get" => "there are no sdb drivers; put the value into pillar",
    "sdb.get_or_set_hash" => "there are no sdb drivers; put the value into pillar",
    "sdb.set" => "there are no sdb drivers; put the value into pillar",
    "vault.list_secrets" => "Vault is not asked; put the secret into pillar",
    "vault.read_secret" => "Vault is not asked; put the secret into pillar",
}

fn refuse(function: &str, why: &str) -> Result<Value, FunctionError> {
    Err(FunctionError::Failed {
        name: function.into(),
        reason: format!("{function} is not built here: {why}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_why() {
        for function in FUNCTIONS {
            let error = refuse(function.name, function.doc).unwrap_err().to_string();
            assert!(error.contains(function.name) && error.contains("not built here"), "{error}");
        }
    }
}
