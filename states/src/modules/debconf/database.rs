//! The answers as debconf keeps them: stanzas in text files, read without debconf's own programs.

use std::collections::BTreeMap;
use std::fs;

use crate::context::Context;

/// An answer: question, type, value.
pub(super) type Answer = (String, String, String);

/// The answers of a package's questions.
pub(super) fn answers(context: &Context, package: &str) -> Vec<Answer> {
    let folder = context.run.host_path("/var/cache/debconf");
    let text =
        |name: &str| String::from_utf8_lossy(&fs::read(folder.join(name)).unwrap_or_default()).into_owned();
    let templates = text("templates.dat");
    let questions = [text("config.dat"), text("passwords.dat")];
    select(&templates, questions.iter().map(String::as_str), package)
}

fn select<'a>(templates: &str, questions: impl Iterator<Item = &'a str>, package: &str) -> Vec<Answer> {
    let types: BTreeMap<&str, &str> = stanzas(templates)
        .filter_map(|stanza| Some((field(&stanza, "Name")?, field(&stanza, "Type")?)))
        .collect();
    let mut answers = Vec::new();
    for stanza in questions.flat_map(stanzas) {
        let owned = field(&stanza, "Owners").unwrap_or_default();
        if !owned.split(',').any(|owner| owner.trim() == package) {
            continue;
        }
        let Some(name) = field(&stanza, "Name") else { continue };
        let template = field(&stanza, "Template").unwrap_or(name);
        let kind = types.get(template).copied().unwrap_or("string");
        let value = field(&stanza, "Value").unwrap_or_default();
        answers.push((name.into(), kind.into(), value.into()));
    }
    answers
}

/// The lines of each stanza.
fn stanzas(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.split("\n\n").map(|stanza| stanza.lines().collect())
}

fn field<'a>(stanza: &[&'a str], name: &str) -> Option<&'a str> {
    stanza.iter().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_the_type_of_their_template() {
        let templates = "Name: tzdata/Areas\nType: select\nChoices: A\n\nName: x/secret\nType: password\n";
        let config = "Name: tzdata/Areas\nTemplate: tzdata/Areas\nValue: Europe\nOwners: tzdata, other\nFlags: seen\n\nName: y/z\nTemplate: y/z\nOwners: y\n";
        let passwords = "Name: x/secret\nTemplate: x/secret\nValue: s3\nOwners: tzdata\n";
        assert_eq!(
            select(templates, [config, passwords].into_iter(), "tzdata"),
            [
                ("tzdata/Areas".into(), "select".into(), "Europe".into()),
                ("x/secret".into(), "password".into(), "s3".into())
            ]
        );
        assert_eq!(
            select(templates, [config].into_iter(), "y"),
            [("y/z".into(), "string".into(), String::new())]
        );
    }
}
