//! `mine.*`: what hosts let each other know. The master keeps it; a host that works without one keeps its own.

use std::path::PathBuf;
use std::sync::Arc;

use common::message::{MineAllowed, MineAnswer, MineItem, MineQuery, MineWork};
use common::value::{Map, Value, get};

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError, call, find};
use crate::context::Context;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "mine.get",
        doc: "What hosts have let be known, by their ids.\n\n\
              tgt: the hosts\n\
              fun: the name of the value; several, with commas or as a list, are returned by name\n\
              tgt_type: the kind of the target, by default glob\n\
              exclude_minion: whether this host is left out",
        parameters: &["tgt", "fun", "tgt_type", "exclude_minion"],
        run: mine_get,
    },
    Function {
        name: "mine.update",
        doc: "Calls the functions of `mine_functions` and lets what they return be known.\n\n\
              clear: whether what was known of this host before is forgotten\n\
              mine_functions: other functions than the configured",
        parameters: &["clear", "mine_functions"],
        run: mine_update,
    },
    Function {
        name: "mine.send",
        doc: "Calls a function and lets what it returns be known.\n\n\
              name: the name of the value, and of the function unless mine_function names another\n\
              mine_function: the function\n\
              allow_tgt: the hosts that may see it, by default all\n\
              allow_tgt_type: the kind of that target, by default glob",
        parameters: &["name", "args", "kwargs", "mine_function", "allow_tgt", "allow_tgt_type"],
        run: mine_send,
    },
    Function {
        name: "mine.delete",
        doc: "Takes back what this host has let be known.\n\nfun: the name of the value",
        parameters: &["fun"],
        run: |context, arguments| {
            let name = required(arguments, 0, "fun", "mine.delete")?;
            write(context, MineWork::Delete { name: Some(name) }, "mine.delete")
        },
    },
    Function {
        name: "mine.flush",
        doc: "Takes back all that this host has let be known.",
        parameters: &[],
        run: |context, _| write(context, MineWork::Delete { name: None }, "mine.flush"),
    },
    Function {
        name: "mine.valid",
        doc: "The functions of `mine_functions` that there are, with their arguments.",
        parameters: &[],
        run: mine_valid,
    },
];

/// A function of `mine_functions`: the value's name, the function, what it is called with, who may see the value.
struct Definition {
    name: String,
    function: String,
    arguments: Arguments,
    allowed: Option<MineAllowed>,
}

impl Definition {
    /// Salt takes the arguments as a list, whose maps are arguments by name, or as a map of them.
    fn new(name: &Value, given: &Value) -> Self {
        let mut arguments = Arguments::default();
        match given {
            Value::List(items) => {
                for item in items {
                    match item {
                        Value::Map(named) => arguments.keyword.extend(named.clone()),
                        item => arguments.positional.push(item.clone()),
                    }
                }
            }
            Value::Map(named) => arguments.keyword = named.clone(),
            _ => {}
        }
        let allowed = allowed(&mut arguments.keyword);
        let function = arguments.keyword.shift_remove(&Value::from("mine_function"));
        let function = function.filter(Value::is_true).unwrap_or_else(|| name.clone()).to_string();
        Self { name: name.to_string(), function, arguments, allowed }
    }
}

/// Takes out who may see a value.
fn allowed(keyword: &mut Map) -> Option<MineAllowed> {
    let target = keyword.shift_remove(&Value::from("allow_tgt")).filter(Value::is_true);
    let kind = keyword.shift_remove(&Value::from("allow_tgt_type")).filter(Value::is_true);
    let kind = kind.map_or_else(|| "glob".into(), |kind| kind.to_string());
    target.map(|target| MineAllowed { target: words(&target), kind })
}

/// A target; a list of ids may be one.
fn words(target: &Value) -> String {
    match target {
        Value::List(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        target => target.to_string(),
    }
}

fn mine_get(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let wrong = |reason: String| FunctionError::Failed { name: "mine.get".into(), reason };
    let target = arguments.get(0, "tgt").ok_or_else(|| FunctionError::Arguments {
        name: "mine.get".into(),
        reason: match arguments.get(1, "fun") {
            Some(_) => "get() missing 1 required positional argument: 'tgt'".into(),
            None => "get() missing 2 required positional arguments: 'tgt' and 'fun'".into(),
        },
    })?;
    let kind = arguments.get(2, "tgt_type").filter(|kind| !kind.is_null());
    let kind = kind.map_or_else(|| "glob".into(), ToString::to_string);
    let (names, by_name) = match arguments.get(1, "fun") {
        Some(Value::String(text)) => {
            let mut names: Vec<String> = text.split(',').map(Into::into).collect();
            names.sort();
            names.dedup();
            let several = names.len() > 1;
            (names, several)
        }
        Some(Value::List(names)) => (names.iter().map(ToString::to_string).collect(), true),
        None => {
            let reason = "get() missing 1 required positional argument: 'fun'".into();
            return Err(FunctionError::Arguments { name: "mine.get".into(), reason });
        }
        Some(_) => return Ok(Map::new().into()),
    };
    let query = MineQuery { target: words(target), kind, names };
    let found = match &context.mine {
        Some(mine) => match mine.ask(MineWork::Get(query)).map_err(wrong)? {
            MineAnswer::Found(found) => found,
            MineAnswer::Refused { reason } => return Err(wrong(reason)),
            MineAnswer::Done => Vec::new(),
        },
        None => own(context, &query)?,
    };
    let mut found: Map = match by_name {
        true => found.into_iter().map(|(name, hosts)| (name.into(), hosts.into())).collect(),
        false => found.into_iter().next().map(|(_, hosts)| hosts).unwrap_or_default(),
    };
    if context.mine.is_some() && arguments.get(3, "exclude_minion").is_some_and(Value::is_true) {
        found.shift_remove(&Value::from(context.id.as_str()));
    }
    Ok(found.into())
}

/// What this host has written down itself.
fn own(context: &Arc<Context>, query: &MineQuery) -> Result<Vec<(String, Map)>, FunctionError> {
    let function = format!("match.{}", query.kind);
    let target = Arguments { positional: vec![query.target.as_str().into()], ..Arguments::default() };
    if !call(context, &function, &target)?.is_true() {
        return Ok(Vec::new());
    }
    let known = read(context);
    let mut found = Vec::new();
    for name in &query.names {
        if let Some(item) = known.iter().find(|item| item.name == *name) {
            found.push((
                name.clone(),
                [(context.id.as_str().into(), item.value.clone())].into_iter().collect(),
            ));
        }
    }
    Ok(found)
}

fn mine_update(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let clear = arguments.get(0, "clear").is_some_and(Value::is_true);
    let functions = match arguments.get(1, "mine_functions").filter(|given| given.is_true()) {
        Some(Value::List(names)) => names.iter().map(|name| (name.clone(), Value::Null)).collect(),
        Some(Value::Map(functions)) => functions.clone(),
        Some(_) => return Ok(Value::Null),
        None => configured(context)?,
    };
    if functions.is_empty() {
        return Ok(Value::Null);
    }
    let mut items = Vec::new();
    for (name, given) in &functions {
        let definition = Definition::new(name, given);
        if find(&definition.function).is_none() {
            tracing::error!(function = definition.function, "a function of mine_functions does not exist");
            continue;
        }
        match call(context, &definition.function, &definition.arguments) {
            Ok(value) => items.push(MineItem { name: definition.name, value, allowed: definition.allowed }),
            Err(error) => {
                tracing::error!(function = definition.function, %error, "a function of the mine failed")
            }
        }
    }
    write(context, MineWork::Store { items, clear }, "mine.update")
}

/// `mine_functions` of the configuration and the pillar.
fn configured(context: &Arc<Context>) -> Result<Map, FunctionError> {
    let name = Arguments { positional: vec!["mine_functions".into()], ..Arguments::default() };
    match call(context, "config.merge", &name)? {
        Value::Map(functions) => Ok(functions),
        Value::List(names) => Ok(names.into_iter().map(|name| (name, Value::Null)).collect()),
        _ => Ok(Map::new()),
    }
}

fn mine_valid(context: &Arc<Context>, _: &Arguments) -> Result<Value, FunctionError> {
    let functions = configured(context)?;
    if functions.is_empty() {
        return Ok(Value::Null);
    }
    let known = functions.iter().filter_map(|(name, given)| {
        let definition = Definition::new(name, given);
        find(&definition.function)?;
        let function = if definition.function == definition.name {
            Map::new()
        } else {
            [("mine_function".into(), definition.function.into())].into_iter().collect()
        };
        let mut keyword = function;
        keyword.extend(definition.arguments.keyword);
        let mut shown = definition.arguments.positional;
        if shown.is_empty() {
            return Some((name.clone(), keyword.into()));
        }
        shown.extend(keyword.into_iter().map(|pair| Value::Map([pair].into_iter().collect())));
        Some((name.clone(), Value::List(shown)))
    });
    Ok(Value::Map(known.collect()))
}

fn mine_send(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let name = required(arguments, 0, "name", "mine.send")?;
    let mut keyword = arguments.keyword.clone();
    keyword.shift_remove(&Value::from("name"));
    let allowed = allowed(&mut keyword);
    let function = keyword.shift_remove(&Value::from("mine_function")).filter(Value::is_true);
    let function = function.map_or_else(|| name.clone(), |function| function.to_string());
    let positional = arguments.positional.get(1..).unwrap_or_default().to_vec();
    match call(context, &function, &Arguments { positional, keyword }) {
        Ok(value) => {
            let items = vec![MineItem { name, value, allowed }];
            write(context, MineWork::Store { items, clear: false }, "mine.send")
        }
        Err(error) => {
            tracing::error!(function, %error, "a function of the mine failed");
            Ok(false.into())
        }
    }
}

/// Changes what is known of this host.
fn write(context: &Context, work: MineWork, function: &str) -> Result<Value, FunctionError> {
    let failed = |reason: String| FunctionError::Failed { name: function.into(), reason };
    if context.test {
        return Ok(true.into());
    }
    if let Some(mine) = &context.mine {
        return match mine.ask(work).map_err(failed)? {
            MineAnswer::Refused { reason } => Err(failed(reason)),
            MineAnswer::Done | MineAnswer::Found(_) => Ok(true.into()),
        };
    }
    let mut known = read(context);
    match work {
        MineWork::Store { items, clear } => {
            known.retain(|old| !clear && !items.iter().any(|new| new.name == old.name));
            known.extend(items);
        }
        MineWork::Delete { name } => {
            known.retain(|item| name.as_ref().is_some_and(|name| item.name != *name))
        }
        MineWork::Get(_) => {}
    }
    let written = || -> std::io::Result<()> {
        std::fs::create_dir_all(&context.cache_dir)?;
        let mut file = tempfile::NamedTempFile::new_in(&context.cache_dir)?;
        let bytes = rmp_serde::to_vec_named(&known).map_err(std::io::Error::other)?;
        std::io::Write::write_all(&mut file, &bytes)?;
        file.persist(path(context))?;
        Ok(())
    };
    written().map_err(|error| failed(format!("cannot write {}: {error}", path(context).display())))?;
    Ok(true.into())
}

/// The values that this host has written down, none when there is no such file or it cannot be read.
fn read(context: &Context) -> Vec<MineItem> {
    let bytes = std::fs::read(path(context)).unwrap_or_default();
    rmp_serde::from_slice(&bytes).unwrap_or_default()
}

fn path(context: &Context) -> PathBuf {
    context.cache_dir.join("mine.msgpack")
}

/// The functions that a pillar wants in the mine.
#[must_use]
pub fn mine_functions(pillar: &Map) -> Option<&Value> {
    get(pillar, "mine_functions").filter(|functions| functions.is_true())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use common::value::map;

    use super::*;
    use crate::mine::Mine;
    use crate::testing::{Book, Tree, context, output};

    fn host(pillar: Map) -> Arc<Context> {
        context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), pillar, false)
    }

    fn run(context: &Arc<Context>, name: &str, positional: Vec<Value>, keyword: Map) -> String {
        call(context, name, &Arguments { positional, keyword }).unwrap().to_string()
    }

    #[test]
    fn a_host_without_a_master_knows_itself() {
        let functions = map([
            ("test.echo", vec!["hello"].into()),
            ("who", map([("mine_function", "grains.get".into()), ("key", "os".into())]).into()),
            ("no.such", Value::Null),
        ]);
        let host = host(map([("mine_functions", functions.into())]));
        let of =
            |target: &str, names: &str| run(&host, "mine.get", vec![target.into(), names.into()], Map::new());
        assert_eq!(of("*", "test.echo"), "{}");
        assert_eq!(run(&host, "mine.update", vec![], Map::new()), "True");
        assert_eq!(of("*", "test.echo"), "{'fp-1': 'hello'}");
        assert_eq!(
            of("fp-*", "who,test.echo"),
            "{'test.echo': {'fp-1': 'hello'}, 'who': {'fp-1': 'Debian'}}"
        );
        assert_eq!(of("cm-*", "who"), "{}");
        let named = map([("mine_function", "test.echo".into()), ("text", "x".into())]);
        assert_eq!(run(&host, "mine.send", vec!["mark".into()], named), "True");
        assert_eq!(of("fp-1", "mark"), "{'fp-1': 'x'}");
        assert_eq!(run(&host, "mine.send", vec!["no.such".into()], Map::new()), "False");
        run(&host, "mine.delete", vec!["mark".into()], Map::new());
        assert_eq!(of("fp-1", "mark"), "{}");
        run(&host, "mine.flush", vec![], Map::new());
        assert_eq!(of("fp-1", "who"), "{}");
    }

    struct Master(Mutex<Vec<MineWork>>);

    impl Mine for Master {
        fn ask(&self, work: MineWork) -> Result<MineAnswer, String> {
            let answer = match &work {
                MineWork::Get(query) if query.kind == "pillar" => MineAnswer::Refused { reason: "no".into() },
                MineWork::Get(_) => {
                    let hosts = map([("fp-1", 1.into()), ("fp-2", 2.into())]);
                    MineAnswer::Found(vec![("a".into(), hosts)])
                }
                _ => MineAnswer::Done,
            };
            self.0.lock().unwrap().push(work);
            Ok(answer)
        }
    }

    #[test]
    fn the_master_is_asked() {
        let master = Arc::new(Master(Mutex::default()));
        let host = host(Map::new()).varied(|context| context.mine = Some(master.clone()));
        let get = |keyword| run(&host, "mine.get", vec!["*".into(), "a".into()], keyword);
        assert_eq!(get(Map::new()), "{'fp-1': 1, 'fp-2': 2}");
        assert_eq!(get(map([("exclude_minion", true.into())])), "{'fp-2': 2}");
        let arguments =
            Arguments { positional: vec!["x".into(), "a".into(), "pillar".into()], ..Arguments::default() };
        assert_eq!(call(&host, "mine.get", &arguments).unwrap_err().to_string(), "mine.get: no");
        let functions = map([(
            "test.ping",
            map([("allow_tgt", vec!["cm-1", "cm-2"].into()), ("allow_tgt_type", "list".into())]).into(),
        )]);
        run(&host, "mine.update", vec![], map([("mine_functions", functions.into())]));
        let allowed = Some(MineAllowed { target: "cm-1,cm-2".into(), kind: "list".into() });
        let item = MineItem { name: "test.ping".into(), value: true.into(), allowed };
        assert_eq!(
            master.0.lock().unwrap().last(),
            Some(&MineWork::Store { items: vec![item], clear: false })
        );
    }
}
