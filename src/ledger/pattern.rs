//! Patterns: `*` matches any run of characters, lines included; everything else matches itself.

use std::fmt;

/// A pattern of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern; none where it would fit everything.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (text.chars().any(|character| character != '*') || text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// Whether a text is as the pattern says, from its first character to its last.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let Some((head, gaps)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let Some(mut rest) = text.strip_prefix(head) else {
            return false;
        };
        let (middle, tail) = gaps.rsplit_once('*').unwrap_or(("", gaps));
        for part in middle.split('*') {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(tail)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).unwrap().fits(text)
    }

    #[test]
    fn a_pattern_without_gaps_is_the_text_itself() {
        assert!(fits("200", "200") && fits("", ""));
        assert!(!fits("200", "2000") && !fits("200", " 200") && !fits("", "200"));
    }

    #[test]
    fn a_gap_takes_any_run_of_characters_and_the_parts_keep_their_order() {
        assert!(fits("200 with * bytes", "200 with 12 bytes") && fits("*500*", "HTTP 500\nagain"));
        assert!(fits("a*b*c", "abc") && fits("a*b*c", "a b b c") && fits("ab*", "ab") && fits("*é", "caf\u{e9}"));
        assert!(!fits("a*b*c", "acb") && !fits("aa*aa", "aaa") && !fits("*b", "bc") && !fits("a*b*b", "ab"));
    }

    #[test]
    fn a_pattern_that_fits_everything_is_none() {
        assert_eq!((Pattern::new("*"), Pattern::new("**")), (None, None));
    }
}
