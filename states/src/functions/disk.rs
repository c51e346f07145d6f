//! `disk.*`: how full file systems are, as `df` says.

use std::sync::Arc;

use common::value::{Map, Value};

use super::registry::{Arguments, Function, FunctionError};
use super::status::run;
use crate::context::Context;

type Answer = Result<Value, FunctionError>;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "disk.usage",
        doc: "The usage of each file system, in blocks of 1024 bytes.\n\nargs: flags of df",
        parameters: &["args"],
        run: |context, arguments| {
            let line = format!("df -P{}", flags(arguments, "disk.usage")?);
            let names = ["filesystem", "1K-blocks", "used", "available", "capacity"];
            Ok(table(&run(context, &line)?, names).into())
        },
    },
    Function {
        name: "disk.inodeusage",
        doc: "The usage of each file system, in inodes.\n\nargs: flags of df",
        parameters: &["args"],
        run: |context, arguments| {
            let line = format!("df -iP{}", flags(arguments, "disk.inodeusage")?);
            let rows = table(&run(context, &line)?, ["filesystem", "inodes", "used", "free", "use"]);
            // Salt names the file system last.
            let turned = rows.into_iter().map(|(path, row)| match row {
                Value::Map(mut row) => {
                    let filesystem = row.shift_remove(&Value::from("filesystem")).unwrap_or_default();
                    row.insert("filesystem".into(), filesystem);
                    (path, row.into())
                }
                row => (path, row),
            });
            Ok(Value::Map(turned.collect()))
        },
    },
    Function {
        name: "disk.percent",
        doc: "How much of each file system is used, in percent.\n\nargs: where one is mounted, for that alone",
        parameters: &["args"],
        run: percent,
    },
];

fn percent(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let rows = table(&run(context, "df -P")?, ["filesystem", "1K-blocks", "used", "available", "capacity"]);
    let used = |row: &Value| row.traverse("capacity", ":").cloned().unwrap_or_default();
    match arguments.get(0, "args").filter(|path| path.is_true()) {
        Some(path) => Ok(rows.get(path).map_or_else(|| Map::new().into(), used)),
        None => Ok(Value::Map(rows.iter().map(|(path, row)| (path.clone(), used(row))).collect())),
    }
}

/// The flags that Salt lets through to `df`.
fn flags(arguments: &Arguments, function: &str) -> Result<String, FunctionError> {
    let given = match arguments.get(0, "args") {
        None | Some(Value::Null) => return Ok(String::new()),
        Some(Value::List(flags)) => flags.iter().map(ToString::to_string).collect::<String>(),
        Some(flags) => flags.to_string(),
    };
    if given.chars().any(|flag| !"aBhHiklPtTxv".contains(flag)) {
        let reason = format!("Invalid flag passed to {function}");
        return Err(FunctionError::Failed { name: function.into(), reason });
    }
    Ok(if given.is_empty() { given } else { format!(" -{given}") })
}

/// The lines of `df` by where each file system is mounted. A name with blanks goes on to the first number.
fn table(printed: &str, names: [&'static str; 5]) -> Map {
    let mut rows = Map::new();
    for line in printed.lines().filter(|line| !line.starts_with("Filesystem")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let Some(first) = words.iter().skip(1).position(is_number).map(|at| at + 1) else { continue };
        let Some(path) = words.get(first + 4) else { continue };
        let mut shown = vec![words[..first].join(" ")];
        shown.extend(words[first..first + 4].iter().map(ToString::to_string));
        let row = names.into_iter().zip(shown).map(|(name, text)| (name.into(), Value::from(text)));
        rows.insert((*path).into(), Value::Map(row.collect()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn reads_what_df_prints() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 100 40 60 40% /\nmap of x 5 1 4 20% /x\n";
        let context = context(Tree::new(&[]), Arc::new(Book::new(move |_| output(0, df))), Map::new(), false);
        let call = |name: &str, positional: Vec<Value>| {
            functions::call(&context, name, &Arguments { positional, ..Arguments::default() })
        };
        assert_eq!(
            call("disk.usage", vec![]).unwrap().to_string(),
            "{'/': {'filesystem': '/dev/vda1', '1K-blocks': '100', 'used': '40', 'available': '60', 'capacity': '40%'}, \
             '/x': {'filesystem': 'map of x', '1K-blocks': '5', 'used': '1', 'available': '4', 'capacity': '20%'}}"
        );
        assert_eq!(call("disk.percent", vec!["/".into()]).unwrap(), "40%".into());
        assert_eq!(call("disk.percent", vec!["/nosuch".into()]).unwrap().to_string(), "{}");
        let error = call("disk.usage", vec!["; reboot".into()]).unwrap_err();
        assert!(error.to_string().contains("Invalid flag passed to disk.usage"), "{error}");
    }
}
