//! Why a state is on a host, and why it runs where it runs.

use common::target::{fnmatch, has_wildcards};
use common::value::{Map, Value, get};
use serde::{Deserialize, Serialize};

use crate::compile::{Chunk, Examined, Plan, Written};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::engine;
use crate::nearest::nearest;

/// How many states one question may be answered for.
const LIMIT: usize = 100;

/// What keeps a state from running though its requisites are met.
const GUARDS: &[&str] = &["onlyif", "unless", "creates", "check_cmd", "retry", "failhard", "parallel"];

/// What is known of one state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its function: `file.managed`.
    pub function: String,
    /// The SLS it is in.
    pub sls: String,
    /// The environment of that SLS.
    pub saltenv: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// How its SLS came to this host, the top file first.
    pub way: Vec<Step>,
    /// Its arguments after rendering, without requisites and guards.
    pub arguments: Map,
    /// Its guards.
    pub guards: Map,
    /// Its order, as `state.show_lowstate` has it.
    pub order: Value,
    /// The how-manieth state of the run it is, from 1; 0 where another with the same name and function runs in its stead.
    pub number: usize,
    /// How many states the run has.
    pub of: usize,
    /// The state for whose requisites it runs before its own turn, as `function 'id'`.
    pub pulled_by: Option<String>,
    /// What runs before it because of a requisite, and what after it.
    pub before: Vec<Link>,
    /// Likewise, after it.
    pub after: Vec<Link>,
    /// The states whose changes make it run once more at the end of the run.
    pub listens_to: Vec<Link>,
}

/// A step on the way of an SLS to a host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The item of the top file or of an include list that names it.
    pub place: Place,
    /// The target of the top file, where it is in the top file.
    pub target: Option<String>,
}

/// A requisite between the state and another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The kind: `require`.
    pub kind: String,
    /// Where it is written.
    pub place: Place,
    /// The id of the other state.
    pub id: String,
    /// Its function.
    pub function: String,
    /// The how-manieth state of the run the other is, from 1.
    pub number: usize,
}

/// Explains the states of that id, name, `sls:id`, or glob of these.
///
/// # Errors
/// When there is no such state.
pub fn explain(
    context: &Context,
    examined: &Examined,
    wanted: &str,
) -> Result<Vec<Explanation>, Box<Diagnostic>> {
    let plan = examined.plan();
    let chosen = chosen(&plan, wanted);
    if chosen.is_empty() {
        return Err(Box::new(unknown(&plan, wanted)));
    }
    let run = Run::new(&plan, context);
    let written = examined.written();
    Ok(chosen.into_iter().take(LIMIT).map(|index| run.explain(examined, &written, index)).collect())
}

/// The states that are meant: by id or name, else by `sls:id`, else by pattern.
fn chosen(plan: &Plan, wanted: &str) -> Vec<usize> {
    let all = |fits: &dyn Fn(&Chunk) -> bool| -> Vec<usize> {
        (0..plan.chunks.len()).filter(|index| fits(&plan.chunks[*index])).collect()
    };
    let exact = all(&|chunk| chunk.id == wanted || chunk.name == wanted);
    if !exact.is_empty() {
        return exact;
    }
    if let Some((sls, id)) = wanted.split_once(':') {
        let named =
            all(&|chunk| fnmatch(&chunk.sls, sls) && (fnmatch(&chunk.id, id) || fnmatch(&chunk.name, id)));
        if !named.is_empty() {
            return named;
        }
    }
    if has_wildcards(wanted) {
        return all(&|chunk| fnmatch(&chunk.id, wanted) || fnmatch(&chunk.name, wanted));
    }
    Vec::new()
}

fn unknown(plan: &Plan, wanted: &str) -> Diagnostic {
    let error = Diagnostic::new(format!("no state of this host is called '{wanted}'"));
    let names = plan.chunks.iter().flat_map(|chunk| [chunk.id.as_str(), chunk.name.as_str()]);
    match nearest(wanted, names) {
        Some(near) => error.help(format!("did you mean '{near}'?")),
        None => error.help(format!(
            "name an id, a name, SLS:ID or a glob such as '*nginx*'; this host has {} states",
            plan.chunks.len()
        )),
    }
}

/// A run of a plan, before it begins.
struct Run<'a> {
    plan: &'a Plan,
    /// For each chunk, its number in the run, from 1; 0 where it is not called.
    numbers: Vec<usize>,
    pulled_by: Vec<Option<usize>>,
    count: usize,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan, context: &Context) -> Self {
        let order = engine::order(plan, context);
        let mut run = Self {
            plan,
            numbers: vec![0; plan.chunks.len()],
            pulled_by: vec![None; plan.chunks.len()],
            count: order.len(),
        };
        for (number, place) in order.iter().enumerate() {
            run.numbers[place.index] = number + 1;
            run.pulled_by[place.index] = place.pulled_by;
        }
        run
    }

    fn link(&self, written: &Written, other: usize) -> Link {
        let chunk = &self.plan.chunks[other];
        Link {
            kind: written.kind.clone(),
            place: written.place.clone(),
            id: chunk.id.clone(),
            function: chunk.function(),
            number: self.numbers[other],
        }
    }

    fn explain(&self, examined: &Examined, written: &[Vec<Written>], index: usize) -> Explanation {
        let chunk = &self.plan.chunks[index];
        let (mut before, mut after, mut listens_to) = (Vec::new(), Vec::new(), Vec::new());
        for (holder, requisite) in
            written.iter().enumerate().flat_map(|(at, list)| list.iter().map(move |one| (at, one)))
        {
            for target in &requisite.targets {
                // Which of the two runs first.
                let (first, second) = match requisite.kind.as_str() {
                    "prereq" => (holder, *target),
                    _ => (*target, holder),
                };
                match requisite.kind.as_str() {
                    "listen" if holder == index => listens_to.push(self.link(requisite, *target)),
                    "listen_in" if *target == index => listens_to.push(self.link(requisite, holder)),
                    "listen" | "listen_in" => {}
                    _ if second == index => before.push(self.link(requisite, first)),
                    _ if first == index => after.push(self.link(requisite, second)),
                    _ => {}
                }
            }
        }
        before.sort_by_key(|link| link.number);
        after.sort_by_key(|link| link.number);
        let is_guard = |key: &Value| key.as_str().is_some_and(|key| GUARDS.contains(&key));
        let is_requisite = |key: &Value| {
            use crate::compile::keywords::{REQUISITES, REQUISITES_IN};
            key.as_str().is_some_and(|key| REQUISITES.contains(&key) || REQUISITES_IN.contains(&key))
        };
        let pick = |wanted: &dyn Fn(&Value) -> bool| -> Map {
            let pairs = chunk.arguments.iter().filter(|(key, _)| wanted(key));
            pairs.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let mut arguments = Map::new();
        if chunk.name != chunk.id && get(&chunk.arguments, "name").is_none() {
            arguments.insert("name".into(), chunk.name.as_str().into());
        }
        arguments.extend(pick(&|key| !is_guard(key) && !is_requisite(key)));
        let way = examined.file_of(chunk).map(|file| examined.memory().way_to(&file.path));
        let step = |asked: &&crate::compile::Asked| Step {
            place: asked.place.clone(),
            target: asked.target.as_deref().map(Into::into),
        };
        let pulled_by = self.pulled_by[index].map(|other| {
            let other = &self.plan.chunks[other];
            format!("{} '{}'", other.function(), other.id)
        });
        Explanation {
            id: chunk.id.clone(),
            name: chunk.name.clone(),
            function: chunk.function(),
            sls: chunk.sls.clone(),
            saltenv: chunk.saltenv.clone(),
            place: chunk.place.clone(),
            way: way.unwrap_or_default().iter().rev().map(step).collect(),
            arguments,
            guards: pick(&is_guard),
            order: chunk.order.clone(),
            number: self.numbers[index],
            of: self.count,
            pulled_by,
            before,
            after,
            listens_to,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::compile::examine;
    use crate::testing::{Book, Tree, context, output};

    const WEB: &str = "
conf:
  test.nop:
    - name: /etc/web.conf
    - mode: '0644'
    - onlyif: test -d /etc
    - require:
      - test: package
running:
  test.nop:
    - watch:
      - test: conf
    - require_in:
      - test: last
last:
  test.nop:
    - order: 1
    - listen:
      - test: conf
";

    fn asked(wanted: &str) -> Result<Vec<Explanation>, String> {
        let files = [
            ("top.sls", "base:\n  'fp-*':\n    - web\n"),
            ("web.sls", &format!("include:\n  - packages\n{WEB}")),
            ("packages.sls", "package:\n  test.nop: []\n"),
        ];
        let host = context(Tree::new(&files), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let examined = examine(&host, &[]);
        assert!(examined.errors.is_empty(), "{:?}", examined.errors);
        explain(&host, &examined, wanted).map_err(|error| error.to_string())
    }

    fn told(links: &[Link]) -> Vec<String> {
        let told =
            links.iter().map(|link| format!("{} {} {} {}", link.number, link.kind, link.id, link.place));
        told.collect()
    }

    #[test]
    fn a_state_between_others() {
        let found = asked("conf").unwrap();
        let [conf] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((conf.number, conf.of), (2, 4));
        assert_eq!(conf.place.as_ref().unwrap().to_string(), "web.sls:5:3");
        assert_eq!(told(&conf.before), ["1 require package web.sls:10:9"]);
        assert_eq!(told(&conf.after), ["3 watch running web.sls:14:9"]);
        // `last` has the lowest order and pulls the others.
        assert_eq!(conf.pulled_by.as_deref(), Some("test.nop 'running'"));
        let names: Vec<_> = conf.arguments.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["name", "mode"]);
        assert_eq!(conf.guards.len(), 1);
        assert_eq!(conf.way.len(), 1);
        assert_eq!(conf.way[0].target.as_deref(), Some("'fp-*'"));
        assert_eq!(conf.way[0].place.to_string(), "top.sls:3:7");
    }

    #[test]
    fn what_comes_from_an_include_and_what_listens() {
        let package = asked("packages:package").unwrap().remove(0);
        let way: Vec<_> = package.way.iter().map(|step| step.place.to_string()).collect();
        assert_eq!(way, ["top.sls:3:7", "web.sls:2:5"]);
        assert_eq!(package.number, 1);
        let last = asked("last").unwrap().remove(0);
        assert_eq!(told(&last.listens_to), ["2 listen conf web.sls:21:9"]);
        assert_eq!(told(&last.before), ["3 require running web.sls:16:9"]);
        assert_eq!((last.number, last.pulled_by), (4, None));
    }

    #[test]
    fn states_are_found_by_name_and_pattern() {
        assert_eq!(asked("/etc/web.conf").unwrap()[0].id, "conf");
        assert_eq!(asked("*n*").unwrap().len(), 2);
        assert_eq!(asked("web:*").unwrap().len(), 3);
        assert!(asked("runing").unwrap_err().contains("did you mean 'running'?"));
        assert!(asked("nothing-like-it").unwrap_err().contains("4 states"));
    }
}
