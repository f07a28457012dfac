//! From bytes to lines that can be shown.

/// Longest line that is shown, in characters.
const LINE_CHARS: usize = 500;

/// The most bytes of a line that are kept; the rest is dropped.
const LINE_BYTES: usize = 8 << 10;

/// What stands in place of a secret.
const REDACTED: &str = "[redacted]";

/// A text of any number of lines without these secrets.
pub(in crate::server) fn redacted(text: &str, secrets: &[String]) -> String {
    secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), REDACTED))
}

/// Cuts a stream of bytes into lines.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    partial: Vec<u8>,
    overflowed: bool,
}

impl Assembler {
    /// The lines that the bytes complete.
    pub(super) fn push(&mut self, bytes: &[u8], cleaner: &Cleaner) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, complete) = piece.strip_suffix(b"\n").map_or((piece, false), |text| (text, true));
            let taken = text.len().min(LINE_BYTES - self.partial.len());
            self.partial.extend_from_slice(&text[..taken]);
            self.overflowed |= taken < text.len();
            if complete {
                lines.push(cleaner.clean(&self.partial, self.overflowed));
                self.partial.clear();
                self.overflowed = false;
            }
        }
        lines
    }

    /// Whether a line has begun and not ended.
    pub(super) fn is_partial(&self) -> bool {
        !self.partial.is_empty()
    }
}

/// Makes lines fit to be shown. `Debug` does not show the secrets.
pub(super) struct Cleaner {
    secrets: Vec<String>,
}

impl Cleaner {
    /// A cleaner that removes these secrets, the longest first, so that none hides within another.
    pub(super) fn new(mut secrets: Vec<String>) -> Self {
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets }
    }

    /// The bytes of a line as text; `cut` says that the line went on.
    fn clean(&self, bytes: &[u8], cut: bool) -> String {
        let mut line = without_controls(&String::from_utf8_lossy(bytes));
        if cut {
            let kept = line.len() - self.secrets.iter().map(|secret| overlap(&line, secret)).max().unwrap_or_default();
            line.truncate(kept);
        }
        for secret in &self.secrets {
            if line.contains(secret.as_str()) {
                line = line.replace(secret.as_str(), REDACTED);
            }
        }
        if cut || line.chars().count() > LINE_CHARS {
            line = line.chars().take(LINE_CHARS - 1).chain(['…']).collect();
        }
        line
    }
}

impl std::fmt::Debug for Cleaner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Cleaner({} secrets)", self.secrets.len())
    }
}

/// How many bytes at the end of the line may be the beginning of the secret.
fn overlap(line: &str, secret: &str) -> usize {
    (1..secret.len()).rev().find(|&length| line.as_bytes().ends_with(&secret.as_bytes()[..length])).unwrap_or_default()
}

/// The text without escape sequences and control characters; a tab becomes a space.
fn without_controls(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => match characters.peek() {
                Some('[') => {
                    characters.next();
                    skip_through(&mut characters, |each| ('@'..='~').contains(&each));
                }
                Some(']' | 'P' | '^' | '_' | 'X') => {
                    skip_through(&mut characters, |each| matches!(each, '\u{7}' | '\\' | '\u{9c}'));
                }
                Some(' '..='/') => skip_through(&mut characters, |each| ('0'..='~').contains(&each)),
                Some(_) => drop(characters.next()),
                None => {}
            },
            '\u{9b}' => skip_through(&mut characters, |each| ('@'..='~').contains(&each)),
            '\t' => cleaned.push(' '),
            other if other.is_control() || is_direction(other) => {}
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// Characters that reorder what a terminal shows.
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn skip_through(characters: &mut impl Iterator<Item = char>, is_last: impl Fn(char) -> bool) {
    for character in characters {
        if is_last(character) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(bytes: &[u8]) -> String {
        let secrets = vec!["hunter2".to_owned(), String::new(), "hunter2-and-more".to_owned()];
        Assembler::default().push(&[bytes, b"\n"].concat(), &Cleaner::new(secrets)).remove(0)
    }

    #[test]
    fn escapes_and_control_characters_are_removed() {
        assert_eq!(clean(b"\x1b[1;32mgreen\x1b[0m\ttext\x00\x07\r"), "green text");
        assert_eq!(clean(b"\x1b]0;title\x07shown \x1b(Bcharset \x1bMreverse"), "shown charset reverse");
        assert_eq!(clean("a\u{9b}31mb\u{202e}c".as_bytes()), "abc");
        assert_eq!(clean(b"\xff\xfe bytes"), "\u{fffd}\u{fffd} bytes");
    }

    #[test]
    fn secrets_are_redacted_even_within_colours() {
        assert_eq!(clean(b"key hunter2 hunter2"), "key [redacted] [redacted]");
        assert_eq!(clean(b"key hun\x1b[1mter2"), "key [redacted]");
        assert_eq!(clean(b"hunter2-and-more"), "[redacted]", "the longer secret goes first");
    }

    #[test]
    fn long_lines_are_cut_without_showing_half_a_secret() {
        assert_eq!(clean(&[b'x'; 600]).chars().count(), LINE_CHARS);
        assert_eq!(clean(&[b'x'; LINE_CHARS]), "x".repeat(LINE_CHARS));
        let colour = b"\x1b[0m".repeat(LINE_BYTES / 4 - 2);
        let line = [b"key ".as_slice(), &colour, b"hunter2 and so on"].concat();
        assert_eq!(clean(&line), "key …");
        let straddling = [vec![b'x'; LINE_CHARS - 4], b"hunter2".to_vec()].concat();
        assert!(!clean(&straddling).contains("hun"));
    }
}
