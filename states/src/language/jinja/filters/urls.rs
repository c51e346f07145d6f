//! `urlize`: addresses in a text as links, as Jinja2 3.1.6 finds them.

use std::sync::LazyLock;

use fancy_regex::Regex;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::markup::escape;
use crate::language::jinja::print;
use crate::language::jinja::run::template_error;
use crate::language::jinja::values::items_of;

pub(super) static FILTERS: &[(&str, Filter)] = &[("urlize", urlize)];

/// What is a link: with a scheme or `www.` any domain, without one those of the first days, and addresses.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let domain = r"(?:https?://|www\.)(?:(?:[\w%-]+\.)+)?(?:[a-z]{2,63}|xn--[\w%]{2,59})";
    let plain = r"(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)";
    let number = r"https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])";
    Regex::new(&format!(r"(?i)^(?:{domain}|{plain}|{number})(?::\d{{1,5}})?(?:[/?#]\S*)?$")).ok()
});
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\S+@\w[\w.-]*\.\w+$").ok());
static SCHEME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\w.+-]{2,}:(?:/){0,2}$").ok());

fn fits(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

fn urlize(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = escape(&print::text(&arguments.required(0, "value")?));
    let limit = arguments.optional_int(1, "trim_url_limit")?.map(|limit| usize::try_from(limit).unwrap_or(0));
    let given = |at, name| {
        arguments.optional(at, name).filter(|value| !value.is_none()).map(|value| print::text(&value))
    };
    let mut rel: Vec<String> =
        given(4, "rel").unwrap_or_default().split_whitespace().map(Into::into).collect();
    if arguments.optional(2, "nofollow").is_some_and(|on| on.is_true()) {
        rel.push("nofollow".into());
    }
    rel.push("noopener".into());
    rel.sort();
    rel.dedup();
    let schemes = match arguments.optional(5, "extra_schemes").filter(|schemes| !schemes.is_none()) {
        Some(schemes) => items_of(&schemes)?.iter().map(print::text).collect(),
        None => Vec::new(),
    };
    if let Some(wrong) = schemes.iter().find(|scheme| !fits(&SCHEME, scheme)) {
        return Err(template_error(format!(
            "{} is not a valid URI scheme prefix.",
            print::repr(&Value::from(wrong))
        )));
    }
    let mut attributes = format!(" rel=\"{}\"", escape(&rel.join(" ")));
    if let Some(target) = given(3, "target").filter(|target| !target.is_empty()) {
        attributes.push_str(&format!(" target=\"{}\"", escape(&target)));
    }
    let links = Links { attributes, limit, schemes };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let blank = rest.len() - rest.trim_start().len();
        out.push_str(&rest[..blank]);
        rest = &rest[blank..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        out.push_str(&links.word(&rest[..end]));
        rest = &rest[end..];
    }
    Ok(out.into())
}

/// How links are written.
struct Links {
    attributes: String,
    /// How many characters of an address are shown.
    limit: Option<usize>,
    /// What else begins an address.
    schemes: Vec<String>,
}

impl Links {
    /// A word, as a link if it is one, without the brackets and stops around it.
    fn word(&self, word: &str) -> String {
        let mut middle = word;
        while let Some(rest) = ["(", "<", "&lt;"].iter().find_map(|open| middle.strip_prefix(open)) {
            middle = rest;
        }
        let head = &word[..word.len() - middle.len()];
        let ends = [")", ">", ".", ",", "&gt;"];
        let mut kept = middle;
        while let Some(rest) = ends.iter().find_map(|end| kept.strip_suffix(end)) {
            kept = rest;
        }
        let mut tail = &middle[kept.len()..];
        middle = kept;
        let whole = &word[head.len()..];
        // A bracket that the address itself has opened belongs to it.
        for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
            let opened = middle.matches(open).count();
            if opened <= middle.matches(close).count() {
                continue;
            }
            for _ in 0..opened.min(tail.matches(close).count()) {
                let Some(at) = tail.find(close) else { break };
                let moved = at + close.len();
                middle = &whole[..middle.len() + moved];
                tail = &tail[moved..];
            }
        }
        format!("{head}{}{tail}", self.link(middle))
    }

    fn link(&self, text: &str) -> String {
        let attributes = &self.attributes;
        if fits(&ADDRESS, text) {
            let scheme =
                if text.starts_with("https://") || text.starts_with("http://") { "" } else { "https://" };
            return format!("<a href=\"{scheme}{text}\"{attributes}>{}</a>", self.shown(text));
        }
        if let Some(mail) = text.strip_prefix("mailto:").filter(|mail| fits(&MAIL, mail)) {
            return format!("<a href=\"{text}\">{mail}</a>");
        }
        if text.contains('@')
            && !text.starts_with("www.")
            && !text.starts_with('@')
            && !text.contains(':')
            && fits(&MAIL, text)
        {
            return format!("<a href=\"mailto:{text}\">{text}</a>");
        }
        match self.schemes.iter().any(|scheme| text != scheme && text.starts_with(scheme)) {
            true => format!("<a href=\"{text}\"{attributes}>{text}</a>"),
            false => text.into(),
        }
    }

    fn shown(&self, text: &str) -> String {
        match self.limit {
            Some(limit) if text.chars().count() > limit => {
                text.chars().take(limit).collect::<String>() + "..."
            }
            _ => text.into(),
        }
    }
}
