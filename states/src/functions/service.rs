//! `service.*`: services.

use std::sync::Arc;

use common::target::fnmatch;
use common::value::{Map, Value, get};

use super::lookup::required;
use super::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::modules::Failure;
use crate::modules::service::manager::{self, Action, Extras, Manager, process_with};

type Answer = Result<Value, FunctionError>;

/// A function of one service: its name, what it is for, and what it does with the manager.
macro_rules! of_service {
    ($name:literal, $doc:literal, $act:expr) => {
        Function {
            name: $name,
            doc: concat!($doc, "\n\nname: the service"),
            parameters: &["name"],
            run: |context, arguments| {
                let service = required(arguments, 0, "name", $name)?;
                let manager = manager($name, context)?;
                let act: fn(&dyn Manager, &str, Extras) -> Result<bool, Failure> = $act;
                let done = act(manager.as_ref(), &service, extras(arguments));
                done.map(Into::into).map_err(|failure| failed($name, failure.comment))
            },
        }
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "service.status",
        doc: "Whether a service runs; of a pattern such as 'web*' a map.\n\nname: the service\nsig: a text of its command line, by which to see that it runs",
        parameters: &["name", "sig"],
        run: status,
    },
    Function {
        name: "service.get_all",
        doc: "All services.",
        parameters: &[],
        run: |context, _| Ok(manager("service.get_all", context)?.all().into()),
    },
    Function {
        name: "service.get_enabled",
        doc: "The services that start at boot.",
        parameters: &[],
        run: |context, _| listed("service.get_enabled", context, true),
    },
    Function {
        name: "service.get_disabled",
        doc: "The services that do not start at boot.",
        parameters: &[],
        run: |context, _| listed("service.get_disabled", context, false),
    },
    of_service!("service.available", "Whether there is such a service.", |manager, name, _| manager
        .available(name)),
    of_service!("service.missing", "Whether there is no such service.", |manager, name, _| {
        manager.available(name).map(|available| !available)
    }),
    of_service!("service.enabled", "Whether a service starts at boot.", |manager, name, _| manager
        .enabled(name)),
    of_service!("service.disabled", "Whether a service does not start at boot.", |manager, name, _| {
        manager.enabled(name).map(|enabled| !enabled)
    }),
    of_service!("service.start", "Starts a service.", |manager, name, extras| {
        manager.act(Action::Start, name, extras)
    }),
    of_service!("service.stop", "Stops a service.", |manager, name, extras| {
        manager.act(Action::Stop, name, extras)
    }),
    of_service!("service.restart", "Restarts a service.", |manager, name, extras| {
        manager.act(Action::Restart, name, extras)
    }),
    of_service!("service.reload", "Has a service read its configuration again.", |manager, name, extras| {
        manager.act(Action::Reload, name, extras)
    }),
    of_service!(
        "service.force_reload",
        "Reloads a service, or restarts it where it cannot.",
        |manager, name, extras| { manager.act(Action::ForceReload, name, extras) }
    ),
    of_service!("service.enable", "Has a service start at boot.", |manager, name, extras| {
        manager.enable(name, true, extras)
    }),
    of_service!("service.disable", "Has a service not start at boot.", |manager, name, extras| {
        manager.enable(name, false, extras)
    }),
    of_service!("service.masked", "Whether a service is masked.", |manager, name, _| {
        Ok(manager.masked(name, false).unwrap_or(false))
    }),
    of_service!("service.mask", "Masks a service, so that nothing can start it.", |manager, name, _| {
        manager.mask(name, true, false).map(|()| true)
    }),
    of_service!("service.unmask", "Removes the mask of a service.", |manager, name, _| {
        manager.mask(name, false, false).map(|()| true)
    }),
];

fn status(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let function = "service.status";
    let name = required(arguments, 0, "name", function)?;
    if let Some(signature) = arguments.get(1, "sig").filter(|value| value.is_true()) {
        return Ok(process_with(context, &signature.to_string()).into());
    }
    let manager = manager(function, context)?;
    let one = |name: &str| manager.running(name).map_err(|failure| failed(function, failure.comment));
    if !name.contains(['*', '?', '[']) {
        return one(&name).map(Into::into);
    }
    let mut found = Map::new();
    for service in manager.all().into_iter().filter(|service| fnmatch(service, &name)) {
        let runs = one(&service)?;
        found.insert(service.into(), runs.into());
    }
    Ok(found.into())
}

fn listed(function: &str, context: &Arc<Context>, enabled: bool) -> Answer {
    let manager = manager(function, context)?;
    let all = manager.all();
    let wanted = all.into_iter().filter(|name| manager.enabled(name).is_ok_and(|is| is == enabled));
    Ok(wanted.collect::<Vec<_>>().into())
}

fn manager<'a>(function: &str, context: &'a Context) -> Result<Box<dyn Manager + 'a>, FunctionError> {
    let manager = manager::of(context).map_err(|failure| failed(function, failure.comment))?;
    manager.ok_or_else(|| {
        failed(function, "no init runs on this host, so nothing can be said of its services".into())
    })
}

fn extras(arguments: &Arguments) -> Extras {
    let flag = |name: &str| get(&arguments.keyword, name).is_some_and(Value::is_true);
    Extras { no_block: flag("no_block"), unmask: flag("unmask"), unmask_runtime: flag("unmask_runtime") }
}

fn failed(function: &str, reason: String) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason }
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::*;
    use crate::modules::trial::Host;
    use crate::testing::output;

    fn ask(host: &Host, name: &str, argument: &str) -> Value {
        let arguments = Arguments { positional: vec![argument.into()], keyword: Map::new() };
        call(&host.context, name, &arguments).unwrap()
    }

    #[test]
    fn scripts() {
        let files = &[("/etc/init.d/web", ""), ("/etc/init.d/web2", ""), ("/etc/rc3.d/S01web", "")];
        let host = Host::new(files, |_, line| output(i32::from(line != "service web status"), ""));
        assert_eq!(ask(&host, "service.status", "web"), true.into());
        assert_eq!(ask(&host, "service.status", "web*").to_string(), "{'web': True, 'web2': False}");
        assert_eq!(ask(&host, "service.available", "nope"), false.into());
        assert_eq!(ask(&host, "service.enabled", "web"), true.into());
        assert_eq!(ask(&host, "service.start", "web2"), false.into());
        assert_eq!(ask(&host, "service.get_disabled", ""), vec!["web2"].into());
    }
}
