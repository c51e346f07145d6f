//! What is taken out of outputs before they are compared: process numbers, dates, uptimes.

use common::regex::{self, Flags, Regex, Replacement, Subject, Template, substitute};

/// How many rules one command may have.
const RULES_LIMIT: usize = 100;

/// Replacements, done one after the other.
#[derive(Debug, Default)]
pub struct Normalizer {
    rules: Vec<(Regex, Template)>,
}

impl Normalizer {
    /// Reads rules of the form REGEX=REPL, divided at the last `=`; both as in Python's `re.sub`, where `^` and `$` match at
    /// every line.
    ///
    /// # Errors
    /// When one is no such rule, in words that name it.
    pub fn parse(rules: &[String]) -> Result<Self, String> {
        if rules.len() > RULES_LIMIT {
            return Err(format!("{} rules are too many: at most {RULES_LIMIT} are taken", rules.len()));
        }
        let flags = Flags { multi_line: true, ..Flags::default() };
        let read = |rule: &String| {
            let form = || format!("{rule:?} is no rule: write REGEX=REPLACEMENT, such as 'pid \\d+=pid N'");
            let (pattern, replacement) = rule.rsplit_once('=').ok_or_else(form)?;
            let wrong = |error: regex::PatternError| format!("{rule:?}: {error}");
            let pattern = regex::compile(pattern, flags, Subject::Text).map_err(wrong)?;
            let template = Template::parse(replacement).map_err(wrong)?;
            // A reference to a group that is not there shows itself only when it is used.
            substitute(&pattern, "", Replacement::Template(&template), 0).map_err(wrong)?;
            Ok((pattern, template))
        };
        Ok(Self { rules: rules.iter().map(read).collect::<Result<_, String>>()? })
    }

    /// The text after all rules, without blanks at its end. A rule that takes too long on it is left out.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.trim_end().to_owned();
        for (pattern, template) in &self.rules {
            if let Ok((replaced, _)) = substitute(pattern, &text, Replacement::Template(template), 0) {
                text = replaced;
            }
        }
        text.truncate(text.trim_end().len());
        text
    }
}
