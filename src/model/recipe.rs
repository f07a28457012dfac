//! How the bytes of an object are made: a size, a kind, a variant, and bytes that are changed. A few words of text instead of megabytes.
//!
//! Recipes that differ in one respect make contents that are related in one: the same size and one byte changed, a common head (another
//! size), a common tail (another size and another skip), the same head and another end.

use std::fmt::{self, Write as _};

use bytes::Bytes;

use super::words::Word;
use crate::workload::seeded;
use rand::Rng;

/// How some bytes are made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Recipe {
    pub size: usize,
    pub kind: Kind,
    /// Another one gives other bytes.
    pub variant: u32,
    /// How many bytes of the stream come before the first one: two recipes that end at the same place have a common tail.
    pub skip: usize,
    /// Places whose byte is another one, in order.
    pub changed: Vec<usize>,
}

/// What the bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// One letter, repeated; the plainest, and what a shell makes most easily.
    Letters,
    Random,
    Zeros,
    /// Numbered lines.
    Lines,
    /// Numbered lines that end in CR and LF.
    Crlf,
    /// A gzip file.
    Gzip,
    /// XML like an answer of S3.
    Xml,
    /// Text that begins with a byte order mark.
    Bom,
    /// Framing like that of an upload in chunks.
    Framed,
    /// Random bytes that end in zeros.
    ZeroTail,
    /// Random bytes that end in a line feed.
    LineTail,
    /// Random bytes that end in blanks.
    BlankTail,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::Letters,
        Self::Random,
        Self::Zeros,
        Self::Lines,
        Self::Crlf,
        Self::Gzip,
        Self::Xml,
        Self::Bom,
        Self::Framed,
        Self::ZeroTail,
        Self::LineTail,
        Self::BlankTail,
    ];

    /// The word in a program; the plainest has none.
    pub fn word(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Random => "random",
            Self::Zeros => "zeros",
            Self::Lines => "lines",
            Self::Crlf => "crlf",
            Self::Gzip => "gzip",
            Self::Xml => "xml",
            Self::Bom => "bom",
            Self::Framed => "framed",
            Self::ZeroTail => "zero-tail",
            Self::LineTail => "line-tail",
            Self::BlankTail => "blank-tail",
        }
    }

    /// How many bytes the special end has.
    fn tail_bytes(self, size: usize) -> usize {
        match self {
            Self::ZeroTail => (size / 4).clamp(1, 4096),
            Self::LineTail => 1,
            Self::BlankTail => 2,
            _ => 0,
        }
        .min(size)
    }
}

impl Recipe {
    /// The plainest content of a size.
    pub fn plain(size: usize) -> Self {
        Self { size, kind: Kind::Letters, variant: 0, skip: 0, changed: Vec::new() }
    }

    /// The same without what has no effect, so that equal bytes have equal recipes where that can be seen.
    #[must_use]
    pub fn normal(mut self) -> Self {
        self.changed.retain(|place| *place < self.size);
        self.changed.sort_unstable();
        self.changed.dedup();
        if matches!(self.kind, Kind::Letters | Kind::Zeros | Kind::Gzip) {
            self.skip = 0;
        }
        if self.kind == Kind::Zeros {
            self.variant = 0;
        }
        self
    }

    pub fn bytes(&self) -> Bytes {
        let mut bytes = match self.kind {
            Kind::Letters => repeated(&letters(self.variant), self.size),
            Kind::Zeros => vec![0; self.size],
            Kind::Gzip => gzip(self.size, self.variant),
            Kind::Lines => self.cut(repeated_lines(self.size + self.skip, self.variant, "\n")),
            Kind::Crlf => self.cut(repeated_lines(self.size + self.skip, self.variant, "\r\n")),
            Kind::Xml => self.cut(begun(&xml(self.variant), self.size + self.skip)),
            Kind::Bom => {
                self.cut(begun(&format!("\u{feff}text {}: \u{e9}\u{20ac}\n", self.variant), self.size + self.skip))
            }
            Kind::Framed => self.cut(begun(&framed(self.variant), self.size + self.skip)),
            Kind::Random | Kind::ZeroTail | Kind::LineTail | Kind::BlankTail => self.cut(self.random()),
        };
        let tail = self.size - self.kind.tail_bytes(self.size);
        match self.kind {
            Kind::ZeroTail => bytes[tail..].fill(0),
            Kind::LineTail => bytes[tail..].fill(b'\n'),
            Kind::BlankTail => bytes[tail..].fill(b' '),
            _ => {}
        }
        for place in &self.changed {
            if let Some(byte) = bytes.get_mut(*place) {
                *byte = byte.wrapping_add(1);
            }
        }
        bytes.into()
    }

    fn random(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size + self.skip];
        seeded(u64::from(self.variant), "model content").fill_bytes(&mut bytes);
        bytes
    }

    fn cut(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.drain(..self.skip);
        bytes.truncate(self.size);
        bytes
    }
}

/// The letters that a variant repeats: neighbours differ in their first one.
fn letters(variant: u32) -> String {
    let mut text = String::new();
    let mut left = variant;
    loop {
        text.push(char::from(b'a' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
        if left == 0 {
            return text;
        }
    }
}

fn repeated(pattern: &str, size: usize) -> Vec<u8> {
    pattern.bytes().cycle().take(size).collect()
}

fn repeated_lines(size: usize, variant: u32, end: &str) -> Vec<u8> {
    let mut text = String::with_capacity(size + 32);
    for number in 0.. {
        if text.len() >= size {
            break;
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{variant}: line {number}{end}");
    }
    text.into_bytes()
}

/// A text once, and letters behind it up to a size.
fn begun(text: &str, size: usize) -> Vec<u8> {
    text.bytes().chain(b"0123456789 abcdefghijklmnopqrstuvwxyz\n".iter().copied().cycle()).take(size).collect()
}

fn xml(variant: u32) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>{variant} &amp; &lt;more&gt;</Message></Error>\n"
    )
}

fn framed(variant: u32) -> String {
    format!("5;chunk-signature={variant:064x}\r\nhello\r\n0;chunk-signature={variant:064x}\r\n\r\n")
}

/// A gzip file of just this size, its content stored as it is: a size below that of an empty one gives the beginning of one.
fn gzip(size: usize, variant: u32) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    const BLOCK: usize = 65_535;
    const BLOCK_HEAD: usize = 5;
    let room = size.saturating_sub(HEAD.len() + 8 + BLOCK_HEAD);
    let blocks = (room + BLOCK_HEAD).div_ceil(BLOCK + BLOCK_HEAD);
    let length = room + BLOCK_HEAD - blocks * BLOCK_HEAD;
    let content = &repeated_lines(length, variant, "\n")[..length];
    let mut bytes = HEAD.to_vec();
    for number in 0..blocks {
        let block = &content[(number * BLOCK).min(content.len())..((number + 1) * BLOCK).min(content.len())];
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        bytes.push(u8::from(number + 1 == blocks));
        bytes.extend(length.to_le_bytes());
        bytes.extend((!length).to_le_bytes());
        bytes.extend(block);
    }
    bytes.extend(crc_fast::crc32_iso_hdlc(content).to_le_bytes());
    bytes.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.truncate(size);
    bytes
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// A size as people write it, where it is near a round one.
pub(super) fn written_size(size: usize) -> String {
    for (unit, letter) in [(MIB, 'M'), (KIB, 'K')] {
        let count = (size + 2) / unit;
        if count == 0 || (unit == KIB && count < 4) {
            continue;
        }
        match size.cast_signed() - (count * unit).cast_signed() {
            0 => return format!("{count}{letter}"),
            off @ -2..=2 => return format!("{count}{letter}{off:+}"),
            _ => {}
        }
    }
    size.to_string()
}

pub(super) fn read_size(word: &str) -> Option<usize> {
    if let Ok(size) = word.parse() {
        return Some(size);
    }
    let (unit, at) =
        [(MIB, 'M'), (KIB, 'K')].into_iter().find_map(|(unit, letter)| Some((unit, word.find(letter)?)))?;
    let count: usize = word[..at].parse().ok()?;
    let off = &word[at + 1..];
    let off: isize = if off.is_empty() { 0 } else { off.parse().ok().filter(|_| off.starts_with(['+', '-']))? };
    count.checked_mul(unit)?.checked_add_signed(off)
}

impl fmt::Display for Recipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&written_size(self.size))?;
        if self.kind != Kind::Letters {
            write!(formatter, " {}", self.kind.word())?;
        }
        if self.variant != 0 {
            write!(formatter, " #{}", self.variant)?;
        }
        if self.skip != 0 {
            write!(formatter, " skip={}", self.skip)?;
        }
        self.changed.iter().try_for_each(|place| write!(formatter, " ~{place}"))
    }
}

/// The largest content of a program.
const MOST_BYTES: usize = 256 << 20;

impl Recipe {
    /// Takes the words that a content begins with off the front.
    pub(super) fn read(words: &mut &[Word]) -> Result<Self, String> {
        let size = words.first().and_then(|word| read_size(&word.text)).ok_or("the size of a content is missing")?;
        if size > MOST_BYTES {
            return Err(format!("a content has at most {MOST_BYTES} bytes"));
        }
        let mut recipe = Self::plain(size);
        *words = &words[1..];
        while let Some(word) = words.first().filter(|word| !word.quoted) {
            let text = word.text.as_str();
            let number = |digits: &str| digits.parse().map_err(|_| format!("{text} has no number"));
            if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == text) {
                recipe.kind = kind;
            } else if let Some(digits) = text.strip_prefix('#') {
                recipe.variant = digits.parse().map_err(|_| format!("{text} has no number"))?;
            } else if let Some(digits) = text.strip_prefix("skip=") {
                recipe.skip = number(digits)?;
                if recipe.skip > MOST_BYTES {
                    return Err(format!("{text} is more than {MOST_BYTES}"));
                }
            } else if let Some(digits) = text.strip_prefix('~') {
                recipe.changed.push(number(digits)?);
            } else {
                break;
            }
            *words = &words[1..];
        }
        Ok(recipe.normal())
    }

    /// In words, for somebody who does not know the notation.
    pub fn in_words(&self) -> String {
        let bytes = if self.size == 1 { "1 byte".to_owned() } else { format!("{} bytes", self.size) };
        let kind = match self.kind {
            Kind::Letters => String::new(),
            Kind::Random => " at random".to_owned(),
            Kind::Zeros => " of zeros".to_owned(),
            Kind::Lines => " of lines".to_owned(),
            Kind::Crlf => " of lines that end in CR LF".to_owned(),
            Kind::Gzip => " of gzip".to_owned(),
            Kind::Xml => " of XML".to_owned(),
            Kind::Bom => " of text with a byte order mark".to_owned(),
            Kind::Framed => " that look like an upload in chunks".to_owned(),
            Kind::ZeroTail => " that end in zeros".to_owned(),
            Kind::LineTail => " that end in a line feed".to_owned(),
            Kind::BlankTail => " that end in blanks".to_owned(),
        };
        let variant = if self.variant == 0 { String::new() } else { format!(", variant {}", self.variant) };
        let changed: Vec<String> = self.changed.iter().map(|place| format!(", byte {place} changed")).collect();
        format!("{bytes}{kind}{variant}{}", changed.concat())
    }

    /// How a shell makes the file `f` with these bytes; none where they cannot be made in a line.
    pub fn in_shell(&self) -> Option<String> {
        let make = match self.kind {
            Kind::Letters => format!("yes {} | tr -d '\\n' | head -c {} > f", letters(self.variant), self.size),
            Kind::Zeros => format!("head -c {} /dev/zero > f", self.size),
            _ => return None,
        };
        let changed = self.changed.iter().map(|place| {
            let byte = self.bytes().get(*place).copied().unwrap_or_default();
            format!("; printf '\\{byte:03o}' | dd of=f bs=1 seek={place} conv=notrunc status=none")
        });
        Some(format!("{make}{}", changed.collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    fn read(text: &str) -> Recipe {
        let words = words::steps(text).unwrap().remove(0);
        Recipe::read(&mut words.as_slice()).unwrap()
    }

    #[test]
    fn every_kind_has_just_the_size_asked_for_and_is_read_as_it_was_written() {
        for kind in Kind::ALL {
            for size in [0, 1, 2, 9, 30, 4095, 65_536, 70_000, 140_000] {
                let recipe = Recipe { size, kind, variant: 7, skip: 5, changed: vec![0, 8] }.normal();
                assert_eq!(recipe.bytes().len(), size, "{recipe}");
                assert_eq!(read(&recipe.to_string()), recipe, "{recipe}");
            }
        }
        for size in [0, 1, 4095, 4096, 4097, 5000, (1 << 20) - 1, 5 << 20, (8 << 20) + 1] {
            assert_eq!(read_size(&written_size(size)), Some(size), "{size}");
        }
        assert_eq!((written_size(5 << 20), written_size((64 << 10) - 1)), ("5M".to_owned(), "64K-1".to_owned()));
    }

    #[test]
    fn recipes_that_are_related_make_contents_that_are() {
        let bytes = |text: &str| read(text).bytes();
        assert_eq!(bytes("11"), "aaaaaaaaaaa");
        assert_eq!(bytes("11 ~3"), "aaabaaaaaaa");
        assert_eq!(bytes("3 #27"), "bbb", "neighbours differ in each byte: {:?}", bytes("3 #26"));
        let whole = bytes("100 random");
        assert_eq!(bytes("60 random"), whole.slice(..60), "a common head");
        assert_eq!(bytes("60 random skip=40"), whole.slice(40..), "a common tail");
        assert_ne!(bytes("100 random #1"), whole);
        assert!(bytes("100 zero-tail").ends_with(&[0; 25]) && bytes("9 line-tail").ends_with(b"\n"));
    }

    #[test]
    fn gzip_is_gzip() {
        use std::io::Write;
        use std::process::{Command, Stdio};
        for size in [23, 24, 100, 65_558, 65_559, 65_560, 200_000] {
            let made = Command::new("gzip").args(["-t"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
            let Ok(mut gzip) = made else { return };
            let recipe = Recipe { kind: Kind::Gzip, ..Recipe::plain(size) };
            gzip.stdin.take().unwrap().write_all(&recipe.bytes()).unwrap();
            let ended = gzip.wait_with_output().unwrap();
            assert!(ended.status.success(), "{size}: {}", String::from_utf8_lossy(&ended.stderr));
        }
    }

    #[test]
    fn what_is_no_content_is_refused() {
        for wrong in ["x", "5Q", "1M*2", "-1", "1 #x", "1 ~", "99999999999", "1 skip=99999999999"] {
            let words = words::steps(wrong).unwrap().remove(0);
            assert!(Recipe::read(&mut words.as_slice()).is_err(), "{wrong}");
        }
    }
}
