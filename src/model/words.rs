//! The words of a program as text: bare where a shell and a reader take them as they are, else in double quotes.
//!
//! A program never contains an apostrophe, so that it can be pasted between two of them. In quotes `\n`, `\t`, `\\`, `\"`, `\{` and
//! `\u{e9}` stand for one character, and `{a*200}` for the same one 200 times.

use std::fmt::Write;

/// A word as it stood in a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether it begins with a quote: such words are never options.
    pub(super) quoted: bool,
}

/// The longest run that quotes may spell.
const MOST_REPEATED: usize = 100_000;
/// From this length on a run is written as one.
const LONG_RUN: usize = 12;

/// The words of each step. Steps end at `;` or at the end of a line; a line that begins with `#` is a comment.
pub(super) fn steps(text: &str) -> Result<Vec<Vec<Word>>, String> {
    let mut steps = vec![Vec::new()];
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut rest = line.chars().peekable();
        while let Some(&next) = rest.peek() {
            if next == ';' {
                rest.next();
                steps.push(Vec::new());
            } else if next.is_whitespace() {
                rest.next();
            } else {
                let word = word(&mut rest)?;
                if let Some(step) = steps.last_mut() {
                    step.push(word);
                }
            }
        }
        steps.push(Vec::new());
    }
    steps.retain(|step| !step.is_empty());
    Ok(steps)
}

fn word(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Word, String> {
    let mut word = Word { text: String::new(), quoted: false };
    while let Some(&next) = rest.peek() {
        match next {
            '"' => {
                rest.next();
                word.quoted |= word.text.is_empty();
                quoted(rest, &mut word.text)?;
            }
            ';' => break,
            next if next.is_whitespace() => break,
            next => {
                rest.next();
                word.text.push(next);
            }
        }
    }
    Ok(word)
}

fn quoted(rest: &mut impl Iterator<Item = char>, text: &mut String) -> Result<(), String> {
    loop {
        match rest.next().ok_or("a quote is not closed")? {
            '"' => return Ok(()),
            '\\' => text.push(escaped(rest)?),
            '{' => repeated(rest, text)?,
            other => text.push(other),
        }
    }
}

fn escaped(rest: &mut impl Iterator<Item = char>) -> Result<char, String> {
    match rest.next() {
        Some('n') => Ok('\n'),
        Some('t') => Ok('\t'),
        Some(same @ ('\\' | '"' | '{')) => Ok(same),
        Some('u') => {
            let digits: String = rest.skip_while(|next| *next == '{').take_while(|next| *next != '}').collect();
            let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
            code.ok_or_else(|| format!("\\u{{{digits}}} is no character"))
        }
        other => Err(format!("\\{} is no escape", other.map(String::from).unwrap_or_default())),
    }
}

fn repeated(rest: &mut impl Iterator<Item = char>, text: &mut String) -> Result<(), String> {
    let wrong = || "a run is written {a*200}".to_owned();
    let letter = match rest.next().ok_or_else(wrong)? {
        '\\' => escaped(rest)?,
        letter => letter,
    };
    let count: String = rest.take_while(|next| *next != '}').collect();
    let count: usize = count.strip_prefix('*').and_then(|count| count.parse().ok()).ok_or_else(wrong)?;
    if count > MOST_REPEATED {
        return Err(format!("a run has at most {MOST_REPEATED} characters"));
    }
    text.extend(std::iter::repeat_n(letter, count));
    Ok(())
}

/// A word as [`steps`] reads it.
pub(super) fn written(word: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "/._-+,:%&<>?*|^~()!=$".contains(letter);
    let runs = longest_run(word) >= LONG_RUN;
    let begins_plainly = word.starts_with(|first: char| first.is_ascii_alphanumeric() || "/._-".contains(first));
    if !runs && begins_plainly && word.chars().all(is_bare) {
        return word.to_owned();
    }
    let mut text = String::from("\"");
    let letters: Vec<char> = word.chars().collect();
    for run in letters.chunk_by(|one, other| one == other) {
        let spelled = spelled(run[0]);
        if run.len() >= LONG_RUN {
            // Writing to a String cannot fail.
            let _ = write!(text, "{{{spelled}*{}}}", run.len());
        } else {
            text.push_str(&spelled.repeat(run.len()));
        }
    }
    text + "\""
}

fn longest_run(word: &str) -> usize {
    let letters: Vec<char> = word.chars().collect();
    letters.chunk_by(|one, other| one == other).map(<[char]>::len).max().unwrap_or_default()
}

fn spelled(letter: char) -> String {
    match letter {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\\' | '"' | '{' => format!("\\{letter}"),
        ' '..='~' if letter != '\'' => letter.to_string(),
        other => format!("\\u{{{:x}}}", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_is_read_as_it_was_written_and_fits_between_apostrophes() {
        let words = [
            "a/b/c.txt",
            "",
            " ",
            "a ",
            "it's",
            "a\"b\\c{d}",
            "caf\u{e9}",
            "cafe\u{301}",
            "\u{1f600}",
            "@2",
            "~3",
            "a;b",
            "x=1",
            &"a".repeat(255),
            &format!("d/{}", "\u{e9}".repeat(40)),
            "tab\tand\nline",
            "#",
            "{a*3}",
            "%41",
        ];
        for word in words {
            let text = written(word);
            assert!(!text.contains('\'') && !text.contains('\n'), "{text}");
            let read = steps(&format!("put {text} 1; x")).unwrap();
            assert_eq!(read.len(), 2, "{text}");
            assert_eq!(read[0][1].text, word, "{text}");
        }
        assert_eq!(written("a/b/c.txt"), "a/b/c.txt");
        assert_eq!(written(&"a".repeat(255)), "\"{a*255}\"");
    }

    #[test]
    fn lines_and_semicolons_end_steps_and_comments_are_left_out() {
        let read = steps("# why\nput a 1; get a\n\nlist").unwrap();
        let lengths: Vec<usize> = read.iter().map(Vec::len).collect();
        assert_eq!(lengths, [3, 2, 1]);
        for wrong in ["put \"a", "put \"\\x\"", "put \"{a*}\"", "put \"{a*9999999}\"", "put \"\\u{d800}\""] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }
}
