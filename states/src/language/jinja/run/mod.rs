//! Runs a template that has been read.

mod attributes;
mod blocks;
mod calls;
mod expressions;
mod fault;
mod imports;
mod loops;
mod macros;
mod operators;
mod output;
mod scope;
mod searches;
mod session;
mod statements;
mod undefined;

use std::sync::Arc;

use minijinja::{State, Value};

use super::syntax::tree::Extent;

pub(super) use attributes::item;
pub(super) use expressions::lacking;
pub(super) use fault::{About, Fault, Step, Within, exception, template_error};
pub(super) use operators::{binary, compare, hashable, order};
pub(in crate::language) use output::Span;
pub(super) use searches::{Search, Sought};
pub(super) use session::{Session, Unit};
pub(super) use undefined::{Severity, Undefined, defined, undefined, usable};

use super::budget::{self, with_stack};
use blocks::Blocks;
use output::Output;
use scope::Scope;

/// How deep macros, includes, blocks and recursive loops may call each other.
const CALL_LIMIT: usize = 60;

/// How deep the bodies and expressions of one template and of all it calls may be inside each other.
const DEPTH_LIMIT: usize = 10_000;

/// One template that is being run: the names at its top, and the blocks that it and those it extends have.
#[derive(Debug)]
struct Instance {
    unit: Arc<Unit>,
    top: Arc<Scope>,
    blocks: Blocks,
}

/// What surrounds the statement that is running.
#[derive(Clone)]
struct Frame {
    /// The template whose text the statement is.
    unit: Arc<Unit>,
    instance: Arc<Instance>,
    within: Within,
    /// Whether it is at the top of its template, where names that are set can be imported.
    toplevel: bool,
    /// Whether what is printed is dropped, since a template that is extended prints instead.
    muted: bool,
    autoescape: bool,
}

/// A rendering on its way.
pub(super) struct Run<'r, 's, 'e> {
    state: &'r mut State<'s, 'e>,
    session: &'r Session,
    frame: Frame,
    out: Output,
    calls: usize,
    depth: usize,
}

impl<'r, 's, 'e> Run<'r, 's, 'e> {
    /// Renders a template.
    ///
    /// # Errors
    /// The first error in it, and the way there.
    pub(super) fn render(
        state: &'r mut State<'s, 'e>,
        session: &'r Session,
        unit: &Arc<Unit>,
    ) -> Result<(String, Vec<Span>), Fault> {
        let top = Arc::new(Scope::default());
        session.clear_at_the_end(&top);
        let instance = Arc::new(Instance { unit: unit.clone(), top, blocks: Blocks::of(unit) });
        let frame = Frame {
            unit: unit.clone(),
            instance,
            within: Within::Template,
            toplevel: true,
            muted: false,
            autoescape: false,
        };
        let mut run = Run { state, session, frame, out: Output::whole(), calls: 0, depth: 0 };
        run.root(unit)?;
        Ok((run.out.text, run.out.spans.unwrap_or_default()))
    }

    /// Runs something that is inside of what is running.
    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth >= DEPTH_LIMIT {
            return Err(exception("maximum recursion depth exceeded").into());
        }
        self.depth += 1;
        let result = with_stack(|| run(self));
        self.depth -= 1;
        result
    }

    /// Runs something in another frame, one call deeper.
    fn enter<T>(
        &mut self,
        frame: Frame,
        run: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.calls >= CALL_LIMIT {
            return Err(exception(format!(
                "maximum recursion depth exceeded: macros, includes, blocks and loops call each other more than \
                 {CALL_LIMIT} deep"
            ))
            .into());
        }
        self.calls += 1;
        let outer = std::mem::replace(&mut self.frame, frame);
        let result = run(self);
        self.frame = outer;
        self.calls -= 1;
        result.map_err(fault::Passage::leaves)
    }

    /// Notes the expression that an error is about.
    fn about<T>(&self, extent: Extent, result: Result<T, Fault>) -> Result<T, Fault> {
        result.map_err(|fault| fault.about(&self.frame.unit, extent))
    }

    /// What stands for what an expression did not find.
    fn not_found(&self, message: String, spelled: Option<String>, extent: Extent, sought: Sought) -> Value {
        let about = About { unit: self.frame.unit.clone(), extent };
        self.session.not_found(message, spelled, Search { about, sought })
    }

    /// What something prints, as text.
    fn capture(&mut self, run: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<String, Fault> {
        let outer = std::mem::take(&mut self.out);
        let result = run(self);
        let text = std::mem::replace(&mut self.out, outer).text;
        result.map(|()| text)
    }

    /// Text that a template made: safe where text is escaped.
    fn made(&self, text: String) -> Value {
        budget::note(text.len());
        if self.frame.autoescape { Value::from_safe_string(text) } else { text.into() }
    }
}
