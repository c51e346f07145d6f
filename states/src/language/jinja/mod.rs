//! Salt's Jinja: the engine set up with Python's values, methods and printing, Salt's filters, tests, tags and names.

mod arguments;
mod convert;
mod engine;
mod errors;
mod filters;
mod functions;
mod globals;
mod imports;
mod known;
mod methods;
mod point;
mod print;
mod random;
mod rewrite;
mod tests;
mod values;
mod variadic;

pub(crate) use engine::{Engines, Rendered, Template, render};
pub(crate) use filters::to_json;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod goldens;
