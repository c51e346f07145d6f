//! Salt's Jinja: Jinja2's syntax and its way of running a template, Python's values, methods and printing, Salt's filters,
//! tests, tags and names.

mod arguments;
mod budget;
mod convert;
mod engine;
mod errors;
mod filters;
mod functions;
mod globals;
mod graves;
mod lipsum;
mod markup;
mod methods;
mod print;
mod random;
mod run;
mod syntax;
mod tests;
mod values;

pub(crate) use engine::{Engines, Rendered, Template, render};
pub(crate) use filters::to_json;
pub(super) use run::Span;
pub(crate) use syntax::{Literal, literals};

#[cfg(test)]
mod cases;
#[cfg(test)]
mod goldens;
