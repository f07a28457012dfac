//! Keys by a grammar and in relations: what servers confuse is seldom one key, and often two.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Theme;
use crate::model::feature::Features;

const PLAIN: [&str; 14] =
    ["a", "b", "d", "k", "doc", "file.txt", "photo.jpg", "data", "x1", "10", "2", "index.html", "backup", "01"];
/// Names that servers or their tools use for themselves.
const TAKEN: [&str; 22] = [
    "x.meta",
    "x.meta.json",
    "x.part",
    "x.tmp",
    ".x.swp",
    "x~",
    ".hidden",
    "x.lock",
    "x.md5",
    "x.etag",
    "metadata.db",
    "objects",
    ".metadata",
    "x.json",
    "_",
    "uploads",
    ".DS_Store",
    "x.bak",
    "x.crc",
    "null",
    "default",
    "tmp",
];
const ODD: [&str; 26] = [
    " a", "a ", "a  b", "a.", ".a", "a b", "..a", "a..", "a&b", "a=b", "a?b", "a#b", "a;b", "a:b", "a*b", "a|b", "<a>",
    "it's", "a\"b", "a,b", "a@b", "$a", "(a)", "[a]", "a\\b", "~a",
];
const CODED: [&str; 6] = ["a+b", "a%20b", "100%", "a%2Fb", "%41", "a%"];
const BEYOND_ASCII: [&str; 10] = [
    "caf\u{e9}",
    "cafe\u{301}",
    "stra\u{df}e",
    "\u{65e5}\u{672c}",
    "\u{1f600}",
    "\u{ff5e}",
    "\u{130}x",
    "\u{c5}",
    "\u{10ffff}",
    "\u{d55c}",
];
const CONTROL: [&str; 2] = ["a\nb", "a\tb"];
/// What stands behind or before a name to make another one.
const ENDS: [&str; 14] = [" ", ".", "1", "0", "x", "-2", ".x", "~", ".meta", ".part", ".tmp", "!", "\u{e9}", "_"];
/// The most bytes of a key.
const MOST_BYTES: usize = 1024;

/// Eight to twelve keys that features allow together.
pub(super) fn some(random: &mut ChaCha8Rng, features: &Features, theme: Theme) -> Vec<String> {
    let wanted = match theme {
        Theme::Large => 4,
        Theme::Counts | Theme::Many => 6,
        Theme::Pages => 14,
        _ => random.random_range(8..=12),
    };
    let mut keys: Vec<String> = Vec::new();
    for _ in 0..400 {
        if keys.len() >= wanted {
            break;
        }
        let key = if keys.is_empty() || chance(random, if theme == Theme::Pages { 25 } else { 40 }) {
            fresh(random, theme)
        } else {
            related(random, &keys)
        };
        if is_possible(&key) && !keys.contains(&key) {
            keys.push(key);
            if !features.allow_keys(&keys) {
                keys.pop();
            }
        }
    }
    keys
}

fn is_possible(key: &str) -> bool {
    let segments_are_fine = key.split('/').all(|segment| segment != "..");
    // What is nothing but blanks no SDK sends.
    !key.trim().is_empty() && key.len() <= MOST_BYTES && segments_are_fine && key != "."
}

fn chance(random: &mut ChaCha8Rng, percent: u32) -> bool {
    random.random_range(0..100) < percent
}

fn pick<'a>(random: &mut ChaCha8Rng, items: &[&'a str]) -> &'a str {
    items[random.random_range(0..items.len())]
}

fn fresh(random: &mut ChaCha8Rng, theme: Theme) -> String {
    let depth = match (theme, random.random_range(0..100)) {
        (Theme::Names, _) => random.random_range(1..=8),
        (_, 0..28) => 1,
        (_, 28..54) => 2,
        (_, 54..78) => 3,
        (_, 78..88) => 4,
        _ => random.random_range(5..=8),
    };
    let mut segments: Vec<String> = (0..depth).map(|_| segment(random, theme)).collect();
    if chance(random, 3) {
        segments.push(String::new());
    }
    if chance(random, 3) {
        segments.insert(random.random_range(0..segments.len()), String::new());
    }
    if chance(random, 2) {
        segments.insert(random.random_range(0..segments.len()), ".".to_owned());
    }
    let mut key = segments.join("/");
    if chance(random, if theme == Theme::Names { 35 } else { 5 }) {
        key = lengthened(random, &key);
    }
    key
}

fn segment(random: &mut ChaCha8Rng, theme: Theme) -> String {
    let names = theme == Theme::Names;
    match random.random_range(0..100) {
        0..46 => pick(random, &PLAIN).to_owned(),
        46..58 => pick(random, &TAKEN).to_owned(),
        58..74 => pick(random, &ODD).to_owned(),
        74..79 => pick(random, &CODED).to_owned(),
        79..87 => pick(random, &BEYOND_ASCII).to_owned(),
        87..88 => pick(random, &CONTROL).to_owned(),
        88..93 => format!("{}{}", pick(random, &PLAIN), random.random_range(0..120)),
        _ if names || chance(random, 40) => long_name(random),
        _ => pick(random, &PLAIN).to_uppercase(),
    }
}

/// A name about as long as file systems allow.
fn long_name(random: &mut ChaCha8Rng) -> String {
    const LENGTHS: [usize; 12] = [64, 65, 100, 127, 128, 129, 200, 245, 250, 254, 255, 300];
    let letter = pick(random, &["a", "b", "n", "\u{e9}"]);
    let length = LENGTHS[random.random_range(0..LENGTHS.len())];
    letter.repeat(length / letter.len())
}

/// The same key with folders before its name that make it up to as long as a key may be.
fn lengthened(random: &mut ChaCha8Rng, key: &str) -> String {
    const LENGTHS: [usize; 9] = [200, 255, 256, 257, 500, 512, 900, 1023, 1024];
    let wanted = LENGTHS[random.random_range(0..LENGTHS.len())];
    let mut text = String::new();
    while text.len() + key.len() + 1 < wanted {
        let left = wanted - text.len() - key.len() - 1;
        text.push_str(&"l".repeat(left.min(200)));
        text.push('/');
    }
    // One byte may be one too many.
    text.truncate(wanted.saturating_sub(key.len()));
    text + key
}

fn related(random: &mut ChaCha8Rng, keys: &[String]) -> String {
    let key = keys[random.random_range(0..keys.len())].clone();
    let (folder, name) = key.rsplit_once('/').map_or((None, key.as_str()), |(folder, name)| (Some(folder), name));
    let beside = |name: &str| folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"));
    let end = pick(random, &ENDS);
    match random.random_range(0..100) {
        0..14 => beside(&segment(random, Theme::Ordinary)),
        14..24 => format!("{key}{end}"),
        24..28 => beside(&format!("{end}{name}")),
        28..34 => case_twin(&key),
        34..38 => composed_twin(&key),
        38..44 => format!("{key}/{}", segment(random, Theme::Ordinary)),
        44..48 => folder.unwrap_or(&key).to_owned(),
        48..51 => format!("{key}/"),
        // Around the slash: `-` and `.` come before it, `0` comes after.
        51..66 => {
            let around = pick(random, &["-2/a", ".x", "0", "-", "!/b", "-2", "0/a"]);
            format!("{}{around}", folder.unwrap_or(&key))
        }
        66..72 => {
            let shorter: String = key.chars().take(key.chars().count().saturating_sub(1)).collect();
            shorter.trim_end_matches('/').to_owned()
        }
        72..78 => format!("{}/{name}", pick(random, &PLAIN)),
        78..82 => folder.map_or_else(|| format!("{key}{key}"), |folder| format!("{name}/{folder}")),
        82..88 => name.to_owned(),
        88..92 => beside(&format!("{name}{}", random.random_range(0..12))),
        92..95 => format!("{key}{}", pick(random, &[".meta", ".meta.json", ".tmp", ".part", ".lock"])),
        _ => format!("{}/{}", folder.unwrap_or("d"), pick(random, &PLAIN)),
    }
}

/// The key in which one letter has the other case.
pub(super) fn case_twin(key: &str) -> String {
    let twin = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    let at = key.char_indices().find(|(_, letter)| letter.is_ascii_alphabetic());
    at.map_or_else(|| format!("{key}A"), |(at, letter)| format!("{}{}{}", &key[..at], twin(letter), &key[at + 1..]))
}

/// The key with an accent written the other way.
fn composed_twin(key: &str) -> String {
    if key.contains('\u{e9}') {
        key.replace('\u{e9}', "e\u{301}")
    } else {
        key.replacen("e\u{301}", "\u{e9}", 1).replacen('e', "\u{e9}", 1)
    }
}
