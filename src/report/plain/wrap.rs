//! Breaking lines at a number of columns.
//!
//! Knows how wide characters are, roughly: wide scripts and emoji take two columns, combining marks none. Deliberately
//! absent: hyphenation, and the joining of short lines.

/// Breaks one line into lines of at most `width` columns: at spaces where there are some, within a word otherwise.
///
/// Spaces inside a line are kept, because they may be what a reader looks for; those at a break go.
pub(in crate::report) fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = line.trim_end();
    loop {
        let fit = fitting(rest, width);
        if fit == rest.len() {
            lines.push(rest.to_owned());
            return lines;
        }
        let cut = last_break(rest, fit).unwrap_or(fit);
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start_matches(' ');
    }
}

/// Breaks a shell command so that it can still be pasted: between words only, never in quotes, with a backslash at each break.
pub(in crate::report) fn wrap_command(command: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(command) {
        let Some(current) = lines.last_mut() else { break };
        if current.is_empty() {
            current.push_str(word);
        } else if columns(current) + 1 + columns(word) + 2 <= width {
            current.push(' ');
            current.push_str(word);
        } else {
            current.push_str(" \\");
            lines.push(word.to_owned());
        }
    }
    lines
}

/// How many columns a text takes.
pub(in crate::report) fn columns(text: &str) -> usize {
    text.chars().map(character_columns).sum()
}

/// Length in bytes of the longest start of `text` that fits; at least one character.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (position, character) in text.char_indices() {
        used += character_columns(character);
        if used > width && position > 0 {
            return position;
        }
    }
    text.len()
}

/// Where to break within the first `fit` bytes, if a space allows it.
fn last_break(text: &str, fit: usize) -> Option<usize> {
    if text[fit..].starts_with(' ') {
        return Some(fit);
    }
    text[..fit].rfind(' ').filter(|cut| !text[..*cut].trim().is_empty())
}

/// The words of a shell command, quoted parts left whole.
fn words(command: &str) -> Vec<&str> {
    let mut quote = None;
    let mut escaped = false;
    command
        .split(|character: char| {
            let separates = character == ' ' && quote.is_none() && !escaped;
            escaped = character == '\\' && !escaped && quote != Some('\'');
            match quote {
                None if matches!(character, '\'' | '"') => quote = Some(character),
                Some(open) if open == character => quote = None,
                _ => {}
            }
            separates
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn character_columns(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one  two", 20), ["one  two"]);
        assert_eq!(wrap("", 7), [""]);
    }

    #[test]
    fn words_that_are_too_long_break_anywhere() {
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("  abcdef", 4), ["  ab", "cdef"]);
    }

    #[test]
    fn wide_characters_count_twice_and_one_always_fits() {
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("😀😀", 1), ["😀", "😀"]);
        assert_eq!(columns("e\u{301}😀"), 3);
    }

    #[test]
    fn commands_stay_pasteable() {
        assert_eq!(wrap_command("s3ci run a b", 40), ["s3ci run a b"]);
        assert_eq!(wrap_command("s3ci run --seed 7 x", 12), ["s3ci run \\", "--seed 7 x"]);
        assert_eq!(
            wrap_command("echo 'a b c d' \"e 'f\" g\\ h", 9),
            ["echo \\", "'a b c d' \\", "\"e 'f\" \\", "g\\ h"]
        );
    }
}
