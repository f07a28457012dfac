//! Programs as text: `put a/b/c.txt 11; put a/b/c.txt 11 ~3`. What is printed is read again as the same program.
//!
//! A step begins with its verb. `@2` before a key or a query means the second bucket; the first needs no sign.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::str::FromStr;

use super::recipe::Recipe;
use super::step::{Condition, Headers, Place, Query, Side, Span, Step};
use super::words::{self, Word, written};

/// A sequence of steps on two buckets that are empty at first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Program {
    pub steps: Vec<Step>,
}

/// A program that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {reason}")]
pub struct ProgramError {
    /// The step, counted from 1.
    pub step: usize,
    pub reason: String,
}

impl FromStr for Program {
    type Err = ProgramError;

    fn from_str(text: &str) -> Result<Self, ProgramError> {
        let at = |step: usize| move |reason: String| ProgramError { step, reason };
        let words = words::steps(text).map_err(at(1))?;
        let read = |(index, words): (usize, &Vec<Word>)| read(words).map_err(at(index + 1));
        let program = Self { steps: words.iter().enumerate().map(read).collect::<Result<_, _>>()? };
        if program.steps.is_empty() {
            return Err(at(1)("there is none".to_owned()));
        }
        program.check()?;
        Ok(program)
    }
}

/// The longest key, by the S3 API reference.
const MOST_KEY_BYTES: usize = 1024;
/// The smallest part of an upload that is not its last one, by the S3 API reference.
pub const LEAST_PART_BYTES: usize = 5 << 20;

impl Program {
    /// Whether each step has what it builds upon: an upload that was begun, a page that came before.
    pub fn check(&self) -> Result<(), ProgramError> {
        let mut uploads: BTreeMap<u8, BTreeMap<u16, usize>> = BTreeMap::new();
        let mut pages = BTreeSet::new();
        for (index, step) in self.steps.iter().enumerate() {
            let fail = |reason: &str| Err(ProgramError { step: index + 1, reason: reason.to_owned() });
            if step.places().iter().any(|place| place.key.trim().is_empty() || place.key.len() > MOST_KEY_BYTES) {
                return fail("a key has 1 to 1024 bytes, and not only blanks");
            }
            match step {
                Step::Begin { slot, .. } => drop(uploads.insert(*slot, BTreeMap::new())),
                Step::Part { slot, number, recipe } => match uploads.get_mut(slot) {
                    Some(parts) if (1..=10_000).contains(number) => drop(parts.insert(*number, recipe.size)),
                    Some(_) => return fail("parts are numbered from 1 to 10000"),
                    None => return fail("no upload of this number is under way"),
                },
                Step::Complete { slot } | Step::Abort { slot } => {
                    let Some(parts) = uploads.remove(slot) else {
                        return fail("no upload of this number is under way");
                    };
                    let mut sizes = parts.values().rev();
                    let is_complete = sizes.next().is_some() && sizes.all(|size| *size >= LEAST_PART_BYTES);
                    if matches!(step, Step::Complete { .. }) && !is_complete {
                        return fail("an upload has parts of 5 MiB or more, and a last one of any size");
                    }
                }
                Step::Page { slot, .. } => drop(pages.insert(*slot)),
                Step::More { slot } if !pages.contains(slot) => return fail("no page of this number came before"),
                Step::Remake { side } => {
                    let _ = side;
                    pages.clear();
                    if !uploads.is_empty() {
                        return fail("an upload is under way");
                    }
                }
                Step::Copy { from, to, replace: None, .. } if from == to => {
                    return fail("a copy of an object onto itself has to replace its headers");
                }
                Step::Put { times: 0, .. } | Step::Copy { times: 0, .. } => return fail("x0 does nothing"),
                Step::DeleteMany { keys, .. } if keys.is_empty() || keys.len() > 1000 => {
                    return fail("DeleteObjects takes 1 to 1000 keys");
                }
                Step::Clear { count, .. } if !(1..=1000).contains(count) => {
                    return fail("DeleteObjects takes 1 to 1000 keys");
                }
                Step::Fill { count, .. } if *count > 100_000 => return fail("that is too many"),
                Step::Race { clients, keys, .. } if *clients == 0 || keys.is_empty() => {
                    return fail("a race needs clients and keys");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every key that the steps name, with its bucket.
    pub fn places(&self) -> BTreeSet<Place> {
        self.steps.iter().flat_map(Step::places).collect()
    }

    pub fn restarts(&self) -> bool {
        self.steps.iter().any(Step::restarts)
    }

    /// Whether the server is told to do several things at a time.
    pub fn races(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Race { .. }))
    }
}

impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", sign(self.side), written(&self.key))
    }
}

fn sign(side: Side) -> &'static str {
    match side {
        Side::First => "",
        Side::Second => "@2 ",
    }
}

impl fmt::Display for Headers {
    /// Each with a blank before it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            ("type", &self.content_type),
            ("cache", &self.cache_control),
            ("disposition", &self.content_disposition),
            ("encoding", &self.content_encoding),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                write!(formatter, " {name}={}", written(value))?;
            }
        }
        for (prefix, map) in [("meta", &self.metadata), ("tag", &self.tags)] {
            for (name, value) in map {
                write!(formatter, " {prefix}.{name}={}", written(value))?;
            }
        }
        Ok(())
    }
}

impl Condition {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Absent, "if-absent"),
        (Self::Match, "if-match"),
        (Self::MatchOther, "if-match-other"),
        (Self::NoneMatch, "if-none-match"),
        (Self::NoneMatchOther, "if-none-match-other"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(condition, _)| *condition == self).map_or("", |(_, word)| word)
    }
}

impl fmt::Display for Query {
    /// Each word with a blank before it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.version_1 {
            formatter.write_str(" v1")?;
        }
        if !self.prefix.is_empty() {
            write!(formatter, " prefix={}", written(&self.prefix))?;
        }
        for (name, value) in [("delimiter", &self.delimiter), ("after", &self.after)] {
            if let Some(value) = value {
                write!(formatter, " {name}={}", written(value))?;
            }
        }
        self.page_size.map_or(Ok(()), |size| write!(formatter, " size={size}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repeated = |times: &u32| if *times == 1 { String::new() } else { format!(" x{times}") };
        match self {
            Self::Put { at, recipe, headers, condition, times } => {
                write!(formatter, "put {at} {recipe}{headers}")?;
                condition.map_or(Ok(()), |condition| write!(formatter, " {}", condition.word()))?;
                formatter.write_str(&repeated(times))
            }
            Self::Get { at, span, condition } => {
                write!(formatter, "get {at}")?;
                span.map_or(Ok(()), |span| write!(formatter, " {}", span.header()))?;
                condition.map_or(Ok(()), |condition| write!(formatter, " {}", condition.word()))
            }
            Self::Head { at } => write!(formatter, "head {at}"),
            Self::Delete { at } => write!(formatter, "delete {at}"),
            Self::DeleteMany { side, keys } => write!(formatter, "delete-many {}{}", sign(*side), all(keys)),
            Self::Copy { from, to, replace, times } => {
                write!(formatter, "copy {from} {to}")?;
                replace.as_ref().map_or(Ok(()), |headers| write!(formatter, " replace{headers}"))?;
                formatter.write_str(&repeated(times))
            }
            Self::Tag { at, tags } => {
                write!(formatter, "tag {at}{}", Headers { tags: tags.clone(), ..Headers::default() })
            }
            Self::Untag { at } => write!(formatter, "untag {at}"),
            Self::Tags { at } => write!(formatter, "tags {at}"),
            Self::Begin { slot, at, headers } => write!(formatter, "begin {slot} {at}{headers}"),
            Self::Part { slot, number, recipe } => write!(formatter, "part {slot} {number} {recipe}"),
            Self::Complete { slot } => write!(formatter, "complete {slot}"),
            Self::Abort { slot } => write!(formatter, "abort {slot}"),
            Self::List { side, query } => write!(formatter, "list{}{query}", sign_behind(*side)),
            Self::Page { slot, side, query } => write!(formatter, "page {slot}{}{query}", sign_behind(*side)),
            Self::More { slot } => write!(formatter, "more {slot}"),
            Self::Fill { side, prefix, count } => write!(formatter, "fill {}{} {count}", sign(*side), written(prefix)),
            Self::Clear { side, prefix, count } => {
                write!(formatter, "clear {}{} {count}", sign(*side), written(prefix))
            }
            Self::Remake { side } => write!(formatter, "remake{}", sign_behind(*side)),
            Self::Audit => formatter.write_str("audit"),
            Self::Wait => formatter.write_str("wait"),
            Self::Restart => formatter.write_str("restart"),
            Self::Kill => formatter.write_str("kill"),
            Self::KilledPut { at, recipe } => write!(formatter, "killed-put {at} {recipe}"),
            Self::Race { clients, operations, side, keys } => {
                write!(formatter, "race {clients} {operations} {}{}", sign(*side), all(keys))
            }
        }
    }
}

fn all(keys: &[String]) -> String {
    keys.iter().map(|key| written(key)).collect::<Vec<_>>().join(" ")
}

fn sign_behind(side: Side) -> &'static str {
    match side {
        Side::First => "",
        Side::Second => " @2",
    }
}

/// The words of a step that are not read yet.
struct Rest<'a> {
    words: &'a [Word],
}

fn read(words: &[Word]) -> Result<Step, String> {
    let verb = words[0].text.as_str();
    let mut rest = Rest { words: &words[1..] };
    let step = rest.step(verb)?;
    match rest.words {
        [] => Ok(step),
        [word, ..] => Err(format!("{} is not understood here", word.text)),
    }
}

impl Rest<'_> {
    fn step(&mut self, verb: &str) -> Result<Step, String> {
        Ok(match verb {
            "put" => {
                let (at, recipe) = (self.place()?, Recipe::read(&mut self.words)?);
                let (headers, condition, times) = (self.headers()?, self.condition(), self.times()?);
                Step::Put { at, recipe, headers, condition, times }
            }
            "get" => {
                let at = self.place()?;
                Step::Get { at, span: self.span()?, condition: self.condition() }
            }
            "head" => Step::Head { at: self.place()? },
            "delete" => Step::Delete { at: self.place()? },
            "delete-many" => Step::DeleteMany { side: self.side(), keys: self.keys() },
            "copy" => {
                let (from, to) = (self.place()?, self.place()?);
                let replace = if self.option("replace") { Some(self.headers()?) } else { None };
                Step::Copy { from, to, replace, times: self.times()? }
            }
            "tag" => Step::Tag { at: self.place()?, tags: self.headers()?.tags },
            "untag" => Step::Untag { at: self.place()? },
            "tags" => Step::Tags { at: self.place()? },
            "begin" => {
                let slot = self.number()?;
                Step::Begin { slot, at: self.place()?, headers: self.headers()? }
            }
            "part" => {
                let (slot, number) = (self.number()?, self.number()?);
                Step::Part { slot, number, recipe: Recipe::read(&mut self.words)? }
            }
            "complete" => Step::Complete { slot: self.number()? },
            "abort" => Step::Abort { slot: self.number()? },
            "list" => Step::List { side: self.side(), query: self.query()? },
            "page" => {
                let slot = self.number()?;
                Step::Page { slot, side: self.side(), query: self.query()? }
            }
            "more" => Step::More { slot: self.number()? },
            "fill" | "clear" => {
                let Place { side, key: prefix } = self.place()?;
                let count = self.number()?;
                if verb == "fill" { Step::Fill { side, prefix, count } } else { Step::Clear { side, prefix, count } }
            }
            "remake" => Step::Remake { side: self.side() },
            "audit" => Step::Audit,
            "wait" => Step::Wait,
            "restart" => Step::Restart,
            "kill" => Step::Kill,
            "killed-put" => Step::KilledPut { at: self.place()?, recipe: Recipe::read(&mut self.words)? },
            "race" => {
                let (clients, operations) = (self.number()?, self.number()?);
                Step::Race { clients, operations, side: self.side(), keys: self.keys() }
            }
            other => return Err(format!("there is no step called {other}")),
        })
    }

    fn next(&mut self) -> Option<&Word> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// Takes an option of just this spelling.
    fn option(&mut self, word: &str) -> bool {
        let is_there = self.words.first().is_some_and(|next| !next.quoted && next.text == word);
        if is_there {
            self.next();
        }
        is_there
    }

    fn side(&mut self) -> Side {
        if self.option("@2") { Side::Second } else { Side::First }
    }

    fn place(&mut self) -> Result<Place, String> {
        let side = self.side();
        let word = self.next().ok_or("a key is missing")?;
        if word.text.is_empty() {
            return Err("a key is not empty".to_owned());
        }
        Ok(Place::new(side, word.text.clone()))
    }

    fn keys(&mut self) -> Vec<String> {
        std::mem::take(&mut self.words).iter().map(|word| word.text.clone()).collect()
    }

    fn number<T: FromStr>(&mut self) -> Result<T, String> {
        let word = self.next().ok_or("a number is missing")?;
        word.text.parse().map_err(|_| format!("{} is no number that fits here", word.text))
    }

    fn times(&mut self) -> Result<u32, String> {
        let Some(word) = self.words.first().filter(|word| !word.quoted && word.text.starts_with('x')) else {
            return Ok(1);
        };
        let times = word.text[1..].parse().map_err(|_| format!("{} is no number of times", word.text))?;
        self.next();
        Ok(times)
    }

    /// The value of an option of this name that comes next.
    fn value(&mut self, name: &str) -> Option<String> {
        let word = self.words.first().filter(|word| !word.quoted)?;
        let value = word.text.strip_prefix(name)?.strip_prefix('=')?.to_owned();
        self.next();
        Some(value)
    }

    fn headers(&mut self) -> Result<Headers, String> {
        let mut headers = Headers {
            content_type: self.value("type"),
            cache_control: self.value("cache"),
            content_disposition: self.value("disposition"),
            content_encoding: self.value("encoding"),
            ..Headers::default()
        };
        for (prefix, map) in [("meta.", &mut headers.metadata), ("tag.", &mut headers.tags)] {
            while let Some(word) = self.words.first().filter(|word| !word.quoted && word.text.starts_with(prefix)) {
                let (name, value) =
                    word.text[prefix.len()..].split_once('=').ok_or_else(|| format!("{} has no value", word.text))?;
                map.insert(name.to_owned(), value.to_owned());
                self.next();
            }
        }
        Ok(headers)
    }

    fn condition(&mut self) -> Option<Condition> {
        Condition::ALL.into_iter().find(|(_, word)| self.option(word)).map(|(condition, _)| condition)
    }

    fn span(&mut self) -> Result<Option<Span>, String> {
        let Some(text) = self.value("bytes") else { return Ok(None) };
        let wrong = || format!("bytes={text} is no range");
        let number = |digits: &str| digits.parse().map_err(|_| wrong());
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        Ok(Some(match (first, last) {
            ("", last) => Span::Last(number(last)?),
            (first, "") => Span::From(number(first)?),
            (first, last) => Span::FromTo(number(first)?, number(last)?),
        }))
    }

    fn query(&mut self) -> Result<Query, String> {
        let mut query = Query {
            version_1: self.option("v1"),
            prefix: self.value("prefix").unwrap_or_default(),
            delimiter: self.value("delimiter"),
            after: self.value("after"),
            page_size: None,
        };
        if let Some(size) = self.value("size") {
            let size: u32 = size.parse().map_err(|_| format!("size={size} is no number"))?;
            if size == 0 {
                return Err("a page has at least one entry".to_owned());
            }
            query.page_size = Some(size);
        }
        Ok(query)
    }
}

/// A program over several lines, each with its number.
pub fn numbered(program: &Program) -> String {
    let mut text = String::new();
    for (index, step) in program.steps.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:>4}  {step}", index + 1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_STEP: &str = "put a/b/c.txt 11; put @2 \"a \" 5M+1 random #3 skip=2 ~3 ~7 type=\"text/plain; charset=utf-8\" cache=no-cache \
        disposition=inline encoding=gzip meta.mtime=1.5 meta.owner=\"a b\" tag.kind=x; put k 1 if-absent x98; put k 0 if-match-other; \
        get k bytes=0-9; get k bytes=5-; get @2 k bytes=-3; get k if-none-match; head k; delete @2 k; delete-many a \"@2\" c; \
        copy a @2 b; copy @2 a a; copy a a replace type=x/y meta.a=b; copy a b x70; tag k tag.a=b tag.c=\"\"; untag k; tags k; \
        begin 1 k type=a/b; part 1 2 5M; part 1 3 1; complete 1; begin 2 @2 k; abort 2; list; list @2 v1 prefix=\"a b\" delimiter=/ \
        after=x size=2; page 1 size=3; more 1; page 2 @2 v1; fill n/ 1001; clear @2 n/ 600; remake; remake @2; audit; wait; restart; \
        kill; killed-put k 1M zeros; race 4 40 k j; race 2 9 @2 k";

    #[test]
    fn a_program_is_read_as_it_was_written() {
        let program: Program = EVERY_STEP.parse().unwrap();
        assert_eq!(program.steps.len(), 40);
        assert_eq!(program.to_string(), EVERY_STEP.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(program.to_string().parse::<Program>().unwrap(), program);
    }

    #[test]
    fn what_is_no_program_is_refused_with_its_step() {
        let refused = |text: &str| text.parse::<Program>().unwrap_err().to_string();
        assert_eq!(refused(""), "step 1: there is none");
        assert_eq!(refused("put a 1; jump"), "step 2: there is no step called jump");
        assert_eq!(refused("put a 1 2"), "step 1: 2 is not understood here");
        assert_eq!(refused("put a"), "step 1: the size of a content is missing");
        assert_eq!(refused("more 1"), "step 1: no page of this number came before");
        assert_eq!(refused("begin 1 k; part 1 1 5; part 1 2 5; complete 1").split(':').next(), Some("step 4"));
        for wrong in [
            "put \"\" 1",
            "get k bytes=x",
            "list size=0",
            "complete 1",
            "begin 1 k; remake",
            "copy a a",
            "put a 1 x0",
            "race 0 1 k",
            "tag k tag.a",
            "clear n 1001",
            "delete-many",
        ] {
            assert!(wrong.parse::<Program>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_means_bytes_of_the_object() {
        assert_eq!(Span::FromTo(2, 4).within(10), Some((2, 5)));
        assert_eq!(Span::FromTo(2, 40).within(10), Some((2, 10)));
        assert_eq!(Span::From(9).within(10), Some((9, 10)));
        assert_eq!(Span::Last(3).within(2), Some((0, 2)));
        for nothing in [Span::From(10), Span::FromTo(3, 2), Span::Last(0)] {
            assert_eq!(nothing.within(10), None, "{nothing:?}");
        }
    }
}
