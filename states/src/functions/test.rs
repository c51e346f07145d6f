//! `test.*`: whether a host is there, and what it makes of arguments.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::value::{Value, map};

use super::registry::{Arguments, Function, FunctionError};

/// The longest that `test.sleep` sleeps: a day.
const SLEEP_LIMIT: f64 = 86_400.0;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "test.ping",
        doc: "Returns True: the host is there and answers.",
        parameters: &[],
        run: |_, _| Ok(true.into()),
    },
    Function {
        name: "test.version",
        doc: "The version of the program that answers.",
        parameters: &[],
        run: |_, _| Ok(env!("CARGO_PKG_VERSION").into()),
    },
    Function {
        name: "test.echo",
        doc: "Returns its argument.\n\ntext: anything",
        parameters: &["text"],
        run: |_, arguments| match (arguments.get(0, "text"), arguments.positional.len()) {
            (Some(text), ..=1) => Ok(text.clone()),
            _ => Err(FunctionError::Arguments {
                name: "test.echo".into(),
                reason: "it takes one argument, text".into(),
            }),
        },
    },
    Function {
        name: "test.arg",
        doc: "Returns its arguments: a map of args and kwargs.",
        parameters: &["args", "kwargs"],
        run: |_, arguments| {
            Ok(Value::Map(map([
                ("args", Value::List(arguments.positional.clone())),
                ("kwargs", Value::Map(arguments.keyword.clone())),
            ])))
        },
    },
    Function {
        name: "test.kwarg",
        doc: "Returns the arguments that were given by name.",
        parameters: &["kwargs"],
        run: |_, arguments| Ok(Value::Map(arguments.keyword.clone())),
    },
    Function {
        name: "test.arg_repr",
        doc: "Returns its arguments as Python prints them.",
        parameters: &["args", "kwargs"],
        run: |_, arguments| {
            let args: Vec<_> = arguments.positional.iter().map(Value::repr).collect();
            // One item needs a comma to be a tuple.
            let comma = if args.len() == 1 { "," } else { "" };
            Ok(Value::Map(map([
                ("args", format!("({}{comma})", args.join(", ")).into()),
                ("kwargs", Value::Map(arguments.keyword.clone()).repr().into()),
            ])))
        },
    },
    Function { name: "test.true", doc: "Returns True.", parameters: &[], run: |_, _| Ok(true.into()) },
    Function { name: "test.false", doc: "Returns False.", parameters: &[], run: |_, _| Ok(false.into()) },
    Function { name: "test.true_", doc: "Returns True.", parameters: &[], run: |_, _| Ok(true.into()) },
    Function { name: "test.false_", doc: "Returns False.", parameters: &[], run: |_, _| Ok(false.into()) },
    Function {
        name: "test.not_loaded",
        doc: "The modules that Salt has and this program has not.",
        parameters: &[],
        run: |_, _| Ok(super::registry::not_built().into()),
    },
    Function {
        name: "test.sleep",
        doc: "Sleeps and returns True.\n\nlength: seconds, at most a day",
        parameters: &["length"],
        run: |_, arguments| {
            std::thread::sleep(length("test.sleep", arguments)?);
            Ok(true.into())
        },
    },
    Function {
        name: "test.exception",
        doc: "Fails.\n\nmessage: what it says",
        parameters: &["message"],
        run: |_, arguments| {
            let message = arguments.get(0, "message").map_or("Test Exception".into(), ToString::to_string);
            Err(wrong("test.exception", &message))
        },
    },
    Function {
        name: "test.retcode",
        doc: "Returns True, and the program that was asked for it exits with the code.\n\ncode: the code, by default 42",
        parameters: &["code"],
        run: |context, arguments| {
            let code = arguments.get(0, "code").and_then(Value::as_int).unwrap_or(42);
            context.run.retcode.store(code, Ordering::Relaxed);
            Ok(true.into())
        },
    },
    Function {
        name: "test.rand_sleep",
        doc: "Sleeps for a random time and returns True.\n\nmax: seconds, at most a day",
        parameters: &["max"],
        run: |_, arguments| {
            let most = length("test.rand_sleep", arguments)?;
            std::thread::sleep(most.mul_f64(fastrand::f64()));
            Ok(true.into())
        },
    },
    Function {
        name: "test.fib",
        doc: "The Fibonacci number at a place, and the seconds it took.\n\nnum: the place, at most 90",
        parameters: &["num"],
        run: |_, arguments| {
            let place =
                arguments.get(0, "num").and_then(Value::as_int).filter(|place| (0..=90).contains(place));
            let place = place.ok_or_else(|| wrong("test.fib", "num is a whole number from 0 to 90"))?;
            let began = Instant::now();
            let (number, _) = (0..place).fold((0i64, 1i64), |(a, b), _| (b, a + b));
            Ok(timed(number.into(), began))
        },
    },
    Function {
        name: "test.collatz",
        doc: "The Collatz sequence from a number down to 1, without that, and the seconds it took.\n\nstart: the number",
        parameters: &["start"],
        run: |_, arguments| {
            let start = arguments.get(0, "start").and_then(Value::as_int).filter(|start| *start > 0);
            let start = start.ok_or_else(|| wrong("test.collatz", "start is a whole number above 0"))?;
            let began = Instant::now();
            let step = |n: &i64| if n % 2 == 0 { Some(n / 2) } else { n.checked_mul(3)?.checked_add(1) };
            let steps: Vec<_> = std::iter::successors(Some(start), step).take_while(|n| *n != 1).collect();
            // Python halves to a float, and goes on with it.
            let halved = steps.iter().position(|n| n % 2 == 0).unwrap_or(steps.len());
            #[expect(clippy::cast_precision_loss, reason = "as in Python")]
            let shown =
                |(at, n): (usize, &i64)| if at > halved { Value::Float(*n as f64) } else { (*n).into() };
            Ok(timed(Value::List(steps.iter().enumerate().map(shown).collect()), began))
        },
    },
];

fn timed(value: Value, began: Instant) -> Value {
    Value::List(vec![value, began.elapsed().as_secs_f64().into()])
}

fn length(name: &str, arguments: &Arguments) -> Result<Duration, FunctionError> {
    let seconds = match arguments.get(0, "length").or_else(|| arguments.get(0, "max")) {
        Some(value) => value.to_string().parse::<f64>().ok(),
        None => None,
    };
    seconds
        .filter(|seconds| (0.0..=SLEEP_LIMIT).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| wrong(name, "it needs a number of seconds from 0 to 86400"))
}

fn wrong(name: &str, reason: &str) -> FunctionError {
    FunctionError::Arguments { name: name.into(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use common::value::Map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    fn call(name: &str, positional: Vec<Value>, keyword: Map) -> Result<Value, FunctionError> {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        functions::call(&context, name, &Arguments { positional, keyword })
    }

    #[test]
    fn answers() {
        assert_eq!(call("test.ping", vec![], Map::new()).unwrap(), true.into());
        assert_eq!(call("test.echo", vec!["x".into()], Map::new()).unwrap(), "x".into());
        let arg = call("test.arg", vec![1.into()], map([("k", "v".into())])).unwrap();
        assert_eq!(arg.to_string(), "{'args': [1], 'kwargs': {'k': 'v'}}");
        let first = |value: Value| value.traverse("0", ":").unwrap().to_string();
        assert_eq!(first(call("test.fib", vec![10.into()], Map::new()).unwrap()), "55");
        assert_eq!(
            first(call("test.collatz", vec![3.into()], Map::new()).unwrap()),
            "[3, 10, 5.0, 16.0, 8.0, 4.0, 2.0]"
        );
    }

    #[test]
    fn refuses() {
        assert_eq!(
            call("test.pign", vec![], Map::new()).unwrap_err().to_string(),
            "'test.pign' is not available. Did you mean 'test.ping'?"
        );
        assert!(
            call("test.sleep", vec!["x".into()], Map::new()).unwrap_err().to_string().contains("seconds")
        );
        assert!(
            call("test.exception", vec!["why".into()], Map::new()).unwrap_err().to_string().contains("why")
        );
    }
}
