//! Colour, which only repeats what the text says.

/// The colours that are used, as the terminal's numbers for them.
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
}

/// Colours a line, or leaves it as it is.
pub(super) fn paint(on: bool, colour: Colour, text: &str) -> String {
    if !on || text.is_empty() {
        return text.to_owned();
    }
    let number = match colour {
        Colour::Green => 32,
        Colour::Cyan => 36,
        Colour::Yellow => 33,
        Colour::Red => 31,
    };
    format!("\x1b[{number}m{text}\x1b[0m")
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
        assert_eq!(paint(true, Colour::Red, "x"), "\x1b[31mx\x1b[0m");
    }
}
