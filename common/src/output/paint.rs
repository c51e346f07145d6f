//! Colour, which only repeats what the text says.

/// The colours that are used, as Salt uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// Fine.
    Green,
    /// Changed; names.
    Cyan,
    /// Would change; values that are no text.
    Yellow,
    /// Failed.
    Red,
    /// Errors and warnings.
    LightRed,
}

impl Colour {
    /// What switches a terminal to it; nothing where there are no colours.
    pub(super) fn begin(self, on: bool) -> &'static str {
        match self {
            _ if !on => "",
            Self::Green => "\x1b[0;32m",
            Self::Cyan => "\x1b[0;36m",
            Self::Yellow => "\x1b[0;1;33m",
            Self::Red => "\x1b[0;31m",
            Self::LightRed => "\x1b[0;1;31m",
        }
    }
}

/// What ends a colour.
pub(super) fn end(on: bool) -> &'static str {
    if on { "\x1b[0;0m" } else { "" }
}

/// Colours a text, or leaves it as it is.
pub(super) fn paint(on: bool, colour: Colour, text: &str) -> String {
    format!("{}{text}{}", colour.begin(on), end(on))
}

/// A line of a value without the escape sequences that a command has written into it: they would take over the terminal.
pub(super) fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(next) = rest.next() {
        if next != '\x1b' {
            out.push(next);
        } else if rest.next_if_eq(&'[').is_some() {
            // A control sequence goes on until a byte from `@` to `~`.
            for inner in rest.by_ref() {
                if ('@'..='~').contains(&inner) {
                    break;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_taken_out() {
        assert_eq!(plain("\x1b[1;31mred\x1b[0m and \x1bplain"), "red and plain");
    }

    #[test]
    fn paints_only_when_asked() {
        assert_eq!(paint(false, Colour::Red, "x"), "x");
        assert_eq!(paint(true, Colour::Red, "x"), "\x1b[0;31mx\x1b[0;0m");
    }
}
