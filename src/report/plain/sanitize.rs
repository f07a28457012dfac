//! Text of unknown origin made safe for XML, for a text file and for a terminal.
//!
//! ANSI escape sequences go; every other control character, and what reorders text on the screen, becomes visible as
//! `\u{…}`, because two answers of a server may differ in nothing else. What remains is allowed in XML 1.0; `]]>` and markup
//! are for the writer of XML to handle.

/// Several lines: keeps line feeds and tabs, and turns every other line ending into a line feed.
pub(in crate::report) fn text(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        if let Some(length) = escape_sequence(rest) {
            rest = &rest[length..];
            continue;
        }
        match character {
            '\r' if rest.starts_with("\r\n") => {}
            '\r' => clean.push('\n'),
            '\n' | '\t' => clean.push(character),
            _ if is_unsafe(character) => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    without_commands(&clean)
}

/// Breaks up what the runner of GitHub Actions would take for a command, at any place: `##[`, and `::` unless a word, or the bracket of an
/// IPv6 address, stands right before it. The runner reads `::` at the start of a line alone, and wrapping can bring it there.
pub(in crate::report) fn without_commands(text: &str) -> String {
    if !text.contains("##[") && !text.contains("::") {
        return text.to_owned();
    }
    let mut broken = String::with_capacity(text.len());
    let mut before = '\n';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        broken.push(character);
        let next = characters.peek().copied();
        let opens_a_command = character == ':' && next == Some(':') && !(before.is_alphanumeric() || before == '[');
        let opens_an_old_one = (before, character, next) == ('#', '#', Some('['));
        if opens_a_command || opens_an_old_one {
            broken.push(' ');
        }
        before = character;
    }
    broken
}

/// A line in a form that may be printed, wherever it was broken.
pub(in crate::report) fn printed_line(line: &str) -> String {
    let content = line.trim_start();
    if content.starts_with("::") { line.replacen("::", ": :", 1) } else { line.to_owned() }
}

/// One line: what [`text`] gives, with every run of line feeds and tabs as one space, and none at either end.
pub(in crate::report) fn line(raw: &str) -> String {
    let clean = text(raw);
    let parts: Vec<&str> = clean.split(['\n', '\t']).filter(|part| !part.is_empty()).collect();
    parts.join(" ").trim().to_owned()
}

/// Whether a character must not reach XML or a screen as it is.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{2028}' | '\u{2029}'          // line and paragraph separator
            | '\u{202a}'..='\u{202e}'        // bidirectional embeddings and overrides
            | '\u{2066}'..='\u{2069}'        // bidirectional isolates
            | '\u{fffe}' | '\u{ffff}') // forbidden by XML 1.0
}

/// Length in bytes of the ANSI escape sequence that `rest` begins with (ECMA-48: CSI, strings, and plain escapes).
///
/// A string sequence must end on its line; otherwise one stray escape would hide all that follows.
fn escape_sequence(rest: &str) -> Option<usize> {
    let mut characters = rest.chars();
    let (kind, head) = match characters.next()? {
        '\u{1b}' => (characters.next()?, 1),
        // The one-character forms of `ESC [`, `ESC ]` and the like.
        single @ '\u{80}'..='\u{9f}' => (char::from_u32(u32::from(single) - 0x40)?, 1),
        _ => return None,
    };
    let single = !rest.starts_with('\u{1b}');
    let opening = if single { 2 } else { head + kind.len_utf8() };
    let body = &rest[opening..];
    match kind {
        '[' => control_sequence(body).map(|length| opening + length),
        ']' | 'P' | 'X' | '^' | '_' => control_string(body).map(|length| opening + length),
        _ if single => None,
        ' '..='/' => {
            let intermediates = body.bytes().take_while(|byte| (0x20..=0x2f).contains(byte)).count();
            let last = body.as_bytes().get(intermediates)?;
            (0x30..=0x7e).contains(last).then_some(opening + intermediates + 1)
        }
        '0'..='~' => Some(opening),
        _ => None,
    }
}

/// Parameters, intermediates and the final byte of a CSI sequence.
fn control_sequence(body: &str) -> Option<usize> {
    let length = body.bytes().take_while(|byte| (0x20..=0x3f).contains(byte)).count();
    let last = body.as_bytes().get(length)?;
    (0x40..=0x7e).contains(last).then_some(length + 1)
}

/// An operating system command or a similar sequence, up to BEL or the string terminator.
fn control_string(body: &str) -> Option<usize> {
    let same_line = body.split('\n').next().unwrap_or_default();
    ["\u{7}", "\u{1b}\\", "\u{9c}"]
        .into_iter()
        .filter_map(|terminator| same_line.find(terminator).map(|start| start + terminator.len()))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ansi_sequences_vanish() {
        assert_eq!(text("\u{1b}[1;31mred\u{1b}[0m \u{1b}]0;title\u{7}after \u{1b}(B\u{1b}Mok"), "red after ok");
        assert_eq!(text("\u{9b}31mred\u{9b}m \u{9d}8;;http://x\u{9c}link"), "red link");
        assert_eq!(text("\u{1b}Pdevice\u{1b}\\rest"), "rest");
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(text("a\u{0}b\u{8}\u{7f}\u{85}"), "a\\u{0}b\\u{8}\\u{7f}\\u{85}");
        assert_eq!(text("\u{fffe}\u{ffff}"), "\\u{fffe}\\u{ffff}");
        assert_eq!(text("abc\u{202e}fdp"), "abc\\u{202e}fdp");
    }

    #[test]
    fn an_unfinished_sequence_hides_nothing() {
        assert_eq!(text("\u{1b}"), "\\u{1b}");
        assert_eq!(text("\u{1b}[31"), "\\u{1b}[31");
        assert_eq!(text("\u{1b}]0;never ended\nnext line"), "\\u{1b}]0;never ended\nnext line");
        assert_eq!(text("\u{1b}é"), "\\u{1b}é");
        assert_eq!(text("\u{9b}é \u{81}"), "\\u{9b}é \\u{81}");
    }

    #[test]
    fn line_endings_are_unified_and_ordinary_text_is_kept() {
        assert_eq!(text("a\r\nb\rc\n\td 😀 é ]]> <x>"), "a\nb\nc\n\td 😀 é ]]> <x>");
        assert_eq!(line(" a\r\n\tb\n\nc "), "a b c");
    }

    #[test]
    fn commands_of_a_runner_are_broken_up_at_any_place() {
        assert_eq!(text("::error::x\n  ::set-output name=a::b"), ": :error::x\n  : :set-output name=a::b");
        assert_eq!(text("a ::error::x ##[add-mask]passed ###[x"), "a : :error::x ## [add-mask]passed ### [x");
        assert_eq!(text("\u{1b}[31m::error::x"), ": :error::x");
        assert_eq!(line("\t::error::\n::x"), ": :error:: : :x");
        let own = "etag/local::put-is-md5 at http://[::1]:9000 and fe80::1";
        assert_eq!(text(own), own);
        assert_eq!(printed_line("   ::changes-on"), "   : :changes-on");
    }

    #[test]
    fn no_character_that_xml_forbids_comes_through() {
        let every: String = (0..=0x1_ffff).filter_map(char::from_u32).collect();
        let allowed = |character: char| matches!(character, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        for character in every.chars() {
            let clean = text(&character.to_string());
            assert!(clean.chars().all(allowed), "{character:?} became {clean:?}");
        }
    }
}
