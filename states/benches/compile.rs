//! How long it takes to compile the fixture trees: pillar and states of one host. A fleet is compiled in
//! `master/benches/check.rs`.
//!
//! `cargo bench -p states --bench compile` measures with criterion. `tests/bench/compile`, which sets these figures beside
//! Salt's, starts the same program with `--json FIXTURE ID GRAINS RUNS` for the first and the later compiles of one process.

mod hosts;

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use common::value::{Map, Value};
use criterion::Criterion;
use hosts::Hosts;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().position(|word| word == "--json") {
        Some(at) => json(&words[at + 1..]),
        None => {
            let mut criterion = Criterion::default().configure_from_args();
            one_host(&mut criterion)?;
            criterion.final_summary();
            Ok(())
        }
    }
}

/// Pillar and states of one host, with nothing kept from an earlier compile.
fn one_host(criterion: &mut Criterion) -> Result<(), String> {
    for (fixture, id) in [("lantern", "fp-1"), ("formulas", "web-1")] {
        let hosts = Hosts::of(&hosts::fixture(fixture));
        let host = hosts::host(id, hosts::grains());
        let pillar = hosts.pillar(&host)?;
        criterion.bench_function(&format!("{fixture}/states"), |bencher| {
            bencher.iter(|| Hosts::of(&hosts::fixture(fixture)).states(&host, pillar.clone()));
        });
        criterion.bench_function(&format!("{fixture}/pillar"), |bencher| {
            bencher.iter(|| Hosts::of(&hosts::fixture(fixture)).pillar(&host));
        });
    }
    Ok(())
}

/// The first compile of this process and `RUNS` later ones, as JSON: seconds, and the tags of the states.
fn json(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [fixture, id, grains, runs] = words else {
        return Err("--json FIXTURE ID GRAINS RUNS".into());
    };
    let grains: Map = serde_json::from_str(grains)?;
    let host = hosts::host(id, grains);
    let pillar = Hosts::of(Path::new(fixture)).pillar(&host)?;
    let compile = |hosts: &Hosts| -> Result<(Duration, Vec<Value>), String> {
        let pillar = pillar.clone();
        let start = Instant::now();
        let states = hosts.states(&host, pillar)?;
        Ok((start.elapsed(), states))
    };
    let (first, states) = compile(&Hosts::of(Path::new(fixture)))?;
    // A later host of a fleet, then, as the master compiles it.
    let hosts = Hosts::of_fleet(Path::new(fixture));
    compile(&hosts)?;
    let mut later: Vec<Value> = Vec::new();
    for _ in 0..runs.parse()? {
        later.push(Value::Float(compile(&hosts)?.0.as_secs_f64()));
    }
    let answer = common::value::map([
        ("first", Value::Float(first.as_secs_f64())),
        ("later", Value::List(later)),
        ("states", Value::List(states)),
    ]);
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&answer)?)?;
    Ok(())
}
