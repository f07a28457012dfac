//! Rust source as words and signs, without comments, text and test code: as much of the language as paths need.

/// The words and signs of a file. What stands under `#[cfg(test)]` is left out, and named where it is a module in a file of its own.
pub(super) struct Source {
    pub(super) tokens: Vec<String>,
    pub(super) test_modules: Vec<String>,
}

/// Splits a text. Literals become `""`; `::` is one sign.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let rest = &letters[at..];
        let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        if rest[0].is_whitespace() {
            at += 1;
        } else if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            at += block_comment(rest);
        } else if let Some(length) = literal(rest) {
            found.push("\"\"".to_owned());
            at += length;
        } else if is_word(&rest[0]) {
            let length = rest.iter().position(|letter| !is_word(letter)).unwrap_or(rest.len());
            found.push(rest[..length].iter().collect());
            at += length;
        } else {
            let length = if rest.starts_with(&[':', ':']) { 2 } else { 1 };
            found.push(rest[..length].iter().collect());
            at += length;
        }
    }
    found
}

/// How long a comment is that may have others in it.
fn block_comment(letters: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < letters.len() {
        let step = match letters[at..] {
            ['/', '*', ..] => {
                depth += 1;
                2
            }
            ['*', '/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// How long a literal of text or of a character is, where one begins here.
fn literal(letters: &[char]) -> Option<usize> {
    let prefix = letters.iter().position(|letter| !"bcr".contains(*letter)).filter(|prefix| *prefix <= 2)?;
    let is_raw = letters[..prefix].contains(&'r');
    let hashes = letters[prefix..].iter().take_while(|letter| is_raw && **letter == '#').count();
    let open = prefix + hashes;
    match letters.get(open)? {
        '"' if is_raw => {
            let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let body = letters[open + 1..].windows(end.len()).position(|window| window == end)?;
            Some(open + 1 + body + end.len())
        }
        '"' => Some(open + 1 + quoted(&letters[open + 1..], '"')),
        // A lifetime has no second quote after its first letter.
        '\'' if !is_raw && (letters.get(open + 1) == Some(&'\\') || letters.get(open + 2) == Some(&'\'')) => {
            Some(open + 1 + quoted(&letters[open + 1..], '\''))
        }
        _ => None,
    }
}

/// How far it is to the end of a literal, over what is escaped.
fn quoted(letters: &[char], quote: char) -> usize {
    let mut at = 0;
    while at < letters.len() && letters[at] != quote {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

const CFG_TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];

pub(super) fn without_tests(tokens: &[String]) -> Source {
    let (mut kept, mut test_modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at..].len() > CFG_TEST.len() && tokens[at..at + CFG_TEST.len()] == CFG_TEST {
            at += CFG_TEST.len();
            let length = item(&tokens[at..]);
            let words = &tokens[at..at + length];
            if let Some(module) = words.iter().position(|word| word == "mod")
                && words.last().is_some_and(|last| last == ";")
            {
                test_modules.push(words[module + 1].clone());
            }
            at += length;
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    Source { tokens: kept, test_modules }
}

/// How long the item is that begins here: to its semicolon, or to the end of its block.
fn item(tokens: &[String]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if depth == 0 && token == "}" {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}
