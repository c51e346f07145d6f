//! The texts that stand in a template's tags, without reading it as a template.

use super::lexer;
use super::settings::Settings;
use super::token::Token;

/// Something in a tag of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// A text in quotes.
    Text(String),
    /// A tag that loads another template, and the texts in its name; none where it is only worked out in the run.
    Import {
        /// Those texts.
        known: Vec<String>,
    },
}

/// The tags that load a template, by their first word.
const LOADING: &[&str] =
    &["extends", "from", "import", "import_json", "import_text", "import_yaml", "include"];

/// The texts in the tags of a template, as far as it can be read.
pub(crate) fn literals(source: &str) -> Vec<Literal> {
    let Ok(tokens) = lexer::tokens(source, &Settings::default()) else { return Vec::new() };
    let mut found = Vec::new();
    let mut loading: Option<Vec<String>> = None;
    let mut first = false;
    for token in tokens.into_iter().map(|placed| placed.token) {
        match token {
            Token::BlockBegin => {
                first = true;
                continue;
            }
            Token::Name(name) if first && LOADING.contains(&&*name) => loading = Some(Vec::new()),
            Token::Text(text) => {
                if let Some(known) = &mut loading {
                    known.push(text.clone());
                }
                found.push(Literal::Text(text));
            }
            Token::BlockEnd => found.extend(loading.take().map(|known| Literal::Import { known })),
            _ => {}
        }
        first = false;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_names_of_templates() {
        let found = literals(
            "salt://a {% from tpldir ~ '/map.jinja' import b %}{{ x['k'] }}{% include y %}{# 'no' #}",
        );
        let import =
            |known: &[&str]| Literal::Import { known: known.iter().map(|text| (*text).into()).collect() };
        let text = |text: &str| Literal::Text(text.into());
        assert_eq!(found, [text("/map.jinja"), import(&["/map.jinja"]), text("k"), import(&[])]);
        assert_eq!(literals("{{ 'a "), []);
    }
}
