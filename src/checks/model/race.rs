//! Several clients at a time on few keys: what each asked and when, and whether that has an order.

use std::collections::HashMap;
use std::time::Instant;

use futures_util::future::join_all;
use rand::{Rng, RngExt};

use super::requests::{answer, got, now_ms, seen, sent, since};
use super::session::{Halt, Session};
use crate::base::nanoseconds;
use crate::model::answer::Answer;
use crate::model::difference::{Aspect, Difference};
use crate::model::feature::Feature;
use crate::model::history::{Action, Operation, Verdict, has_order, smallest_without_order};
use crate::model::recipe::{Kind, Recipe};
use crate::model::reference::{Body, New};
use crate::model::step::{Headers, Place, Side};
use crate::record::Stop;
use crate::s3::{Asked, PageRequest, S3, Sent};
use crate::workload::{md5_hex, seeded};

/// The most bytes of a content.
const MOST_BYTES: usize = 70_000;
/// The client that looks at what is there afterwards.
const AFTERWARDS: u8 = u8::MAX;

/// What a client saw of one operation, before values are numbers.
struct Noted {
    key: usize,
    client: u8,
    called: u64,
    returned: Option<u64>,
    what: What,
}

enum What {
    Put(u32),
    PutIfAbsent(u32),
    Present,
    Delete,
    /// GET: the MD5 of what came, and the ETag beside it; none where nothing was there.
    Got(Option<(String, String)>),
    /// HEAD or a listing: the ETag; none where nothing was there.
    Tagged(Option<String>),
    /// An error where there should be none.
    Refused(&'static str, String),
    /// An answer that says nothing.
    Nothing,
}

/// What clients share.
struct Track<'a> {
    s3: &'a S3,
    bucket: String,
    keys: &'a [String],
    began: Instant,
    if_absent: bool,
    /// Added to each number, so that no two races of a program store the same.
    base: u32,
}

impl Session<'_> {
    pub(super) async fn race(
        &mut self,
        clients: u8,
        operations: u16,
        side: Side,
        keys: &[String],
    ) -> Result<String, Halt> {
        let places: Vec<Place> = keys.iter().map(|key| Place::new(side, key)).collect();
        for at in &places {
            self.writes(at);
        }
        let track = Track {
            s3: self.s3,
            bucket: self.bucket(side).to_owned(),
            keys,
            began: Instant::now(),
            base: u32::try_from(self.number).unwrap_or_default() * 100_000,
            if_absent: self.features.have(Feature::RacesIfAbsent) && self.features.have(Feature::PutIfAbsent),
        };
        let from_ms = now_ms();
        let noted = join_all((0..clients).map(|client| track.run(client, operations))).await;
        let noted: Vec<Noted> = noted.into_iter().collect::<Result<Vec<_>, Stop>>()?.into_iter().flatten().collect();
        let written = since(from_ms);
        let mut etags = Values::of(&noted, self.md5_etags);
        for (index, at) in places.iter().enumerate() {
            let before = self.reference.live(at).map(|version| version.body.clone());
            let at_first = before
                .as_ref()
                .map(|body| etags.enter(&body.md5, self.reference.live(at).and_then(|live| live.etag.clone())));
            let mut history = Vec::new();
            for noted in noted.iter().filter(|noted| noted.key == index) {
                history.extend(etags.operation(at, noted)?);
            }
            // What is there afterwards is one more read, by somebody who waited for all of them.
            let called = nanoseconds(track.began.elapsed());
            let read = answer(self.s3.read(&track.bucket, &at.key, &Asked::default(), 4 << 20).await)?.map(got);
            let what = got_words(&read);
            let last = Noted {
                key: index,
                client: AFTERWARDS,
                called,
                returned: Some(nanoseconds(track.began.elapsed())),
                what,
            };
            history.extend(etags.operation(at, &last)?);
            judge(at, &history, at_first)?;
            match &read {
                Answer::Yes(got) => {
                    let body = Body::of(got.bytes.clone());
                    let is_old = before.is_some_and(|before| before.md5 == body.md5);
                    if !is_old {
                        let new = New { body, headers: Headers::default(), written };
                        self.reference.put(at, new, None, &Answer::Yes(got.seen.etag.clone()))?;
                    }
                }
                _ => self.reference.delete(at, &Answer::Yes(()))?,
            }
        }
        Ok(format!("{} answers that have an order", noted.len()))
    }
}

/// Whether a history has an order; the smallest part that has none is what is told.
fn judge(at: &Place, history: &[Operation], at_first: Option<u32>) -> Result<(), Difference> {
    if has_order(history, at_first) != Verdict::None {
        return Ok(());
    }
    let smallest = smallest_without_order(history, at_first);
    let what = format!("no order explains what clients saw of {at} at the same time");
    let lines: Vec<String> = smallest.iter().map(line).collect();
    let actual = format!("{} answers of {} clients without an order", smallest.len(), clients(&smallest));
    let difference = Difference::new(Aspect::Order, "history-without-order", at, what);
    Err(Difference { details: lines, ..difference.between("one after the other", actual) })
}

fn clients(operations: &[Operation]) -> usize {
    operations.iter().map(|operation| operation.client).collect::<std::collections::BTreeSet<_>>().len()
}

/// An operation for a reader, with its times in milliseconds.
fn line(operation: &Operation) -> String {
    let milliseconds = |time: u64| time / 1_000 % 100_000_000;
    let time = |time: u64| format!("{}.{:03}", milliseconds(time) / 1_000, milliseconds(time) % 1_000);
    let client = match operation.client {
        AFTERWARDS => "afterwards".to_owned(),
        client => format!("client {}", client + 1),
    };
    let action = match operation.action {
        Action::Put(value) => format!("PUT of content {value}"),
        Action::PutIfAbsent(value) => format!("PUT of content {value}, if absent"),
        Action::Delete => "DELETE".to_owned(),
        Action::Read(Some(value)) => format!("sees content {value}"),
        Action::Read(None) => "sees nothing".to_owned(),
        Action::Present => "is told that something is there".to_owned(),
    };
    let end = operation.returned.map_or("no answer".to_owned(), time);
    format!("{client}: {action}, from {} to {end} ms", time(operation.called))
}

impl Track<'_> {
    /// One client's operations, one after the other.
    async fn run(&self, client: u8, operations: u16) -> Result<Vec<Noted>, Stop> {
        let mut random = seeded(u64::from(client), &format!("race on {}", self.keys.join(" ")));
        let mut noted = Vec::new();
        for number in 0..operations {
            let key = random.random_range(0..self.keys.len());
            let value = self.base + u32::from(client) * 1_000 + u32::from(number % 1_000) + 1;
            let called = nanoseconds(self.began.elapsed());
            let (what, answered) = self.one(key, value, &mut random).await?;
            let returned = answered.then(|| nanoseconds(self.began.elapsed()));
            noted.push(Noted { key, client, called, returned, what });
        }
        Ok(noted)
    }

    /// One operation, and whether it had an answer.
    async fn one(&self, key: usize, value: u32, random: &mut (impl Rng + Send)) -> Result<(What, bool), Stop> {
        let name = self.keys[key].as_str();
        let dice = random.random_range(0..100);
        Ok(match dice {
            0..34 => {
                let written =
                    self.s3.write(&self.bucket, name, content(value).bytes(), &sent(&Headers::default())).await;
                let is_answered = matches!(answer(written)?, Answer::Yes(_));
                (What::Put(value), is_answered)
            }
            34..40 if self.if_absent => {
                let sent = Sent { if_none_match: Some("*".to_owned()), ..sent(&Headers::default()) };
                match answer(self.s3.write(&self.bucket, name, content(value).bytes(), &sent).await)? {
                    Answer::Yes(_) => (What::PutIfAbsent(value), true),
                    Answer::Refused { status: 412, .. } => (What::Present, true),
                    // Two at a time: S3 may say that it does not know.
                    Answer::Refused { status: 409, .. } => (What::Nothing, true),
                    _ => (What::Put(value), false),
                }
            }
            34..50 => {
                let deleted = answer(self.s3.delete(&self.bucket, name).await)?;
                (What::Delete, matches!(deleted, Answer::Yes(())))
            }
            50..75 => {
                let read = self.s3.read(&self.bucket, name, &Asked::default(), 4 << 20).await;
                (got_words(&answer(read)?.map(got)), true)
            }
            75..88 => match answer(self.s3.headers(&self.bucket, name).await)?.map(seen) {
                Answer::Yes(seen) => (What::Tagged(seen.etag), true),
                other if other.is_missing() => (What::Tagged(None), true),
                other => (What::Refused("HEAD", other.refusal()), true),
            },
            _ => match answer(self.s3.page(&self.bucket, &PageRequest::default()).await)? {
                Answer::Yes(page) => {
                    let entry = page.entries.into_iter().find(|entry| entry.key == name);
                    (What::Tagged(entry.and_then(|entry| entry.etag)), true)
                }
                other => (What::Refused("a listing", other.refusal()), true),
            },
        })
    }
}

fn got_words(read: &Answer<crate::model::answer::Got>) -> What {
    match read {
        Answer::Yes(got) => What::Got(Some((md5_hex(&got.bytes), got.seen.etag.clone().unwrap_or_default()))),
        other if other.is_missing() => What::Got(None),
        other => What::Refused("GET", other.refusal()),
    }
}

/// The content of a number: no two are alike, and all are long enough to be torn.
fn content(value: u32) -> Recipe {
    let size = 200 + value as usize * 7919 % MOST_BYTES;
    Recipe { kind: Kind::Random, variant: value, ..Recipe::plain(size) }
}

/// Which number each content and each ETag stands for.
struct Values {
    by_md5: HashMap<String, u32>,
    by_etag: HashMap<String, u32>,
    md5_etags: bool,
    next: u32,
}

impl Values {
    fn of(noted: &[Noted], md5_etags: bool) -> Self {
        let mut values = Self { by_md5: HashMap::new(), by_etag: HashMap::new(), md5_etags, next: u32::MAX / 2 };
        for noted in noted {
            if let What::Put(value) | What::PutIfAbsent(value) = noted.what {
                let md5 = md5_hex(&content(value).bytes());
                if md5_etags {
                    values.by_etag.insert(md5.clone(), value);
                }
                values.by_md5.insert(md5, value);
            }
        }
        // Where an ETag says nothing of the content, GET tells which belongs to which.
        for noted in noted {
            if let What::Got(Some((md5, etag))) = &noted.what
                && let Some(value) = values.by_md5.get(md5)
            {
                values.by_etag.entry(bare(etag)).or_insert(*value);
            }
        }
        values
    }

    /// Gives a content that was there before a number.
    fn enter(&mut self, md5: &str, etag: Option<String>) -> u32 {
        self.next += 1;
        let value = *self.by_md5.entry(md5.to_owned()).or_insert(self.next);
        if let Some(etag) = etag {
            self.by_etag.insert(bare(&etag), value);
        }
        value
    }

    /// An operation of a history; none where it says nothing.
    fn operation(&self, at: &Place, noted: &Noted) -> Result<Option<Operation>, Difference> {
        let wrong = |kind, what: String, expected: &str, actual: String| {
            Err(Difference::new(Aspect::Order, kind, at, what).between(expected, actual))
        };
        let action = match &noted.what {
            What::Put(value) => Action::Put(*value),
            What::PutIfAbsent(value) => Action::PutIfAbsent(*value),
            What::Present => Action::Present,
            What::Delete => Action::Delete,
            What::Nothing => return Ok(None),
            What::Got(None) | What::Tagged(None) => Action::Read(None),
            What::Got(Some((md5, etag))) => {
                let Some(value) = self.by_md5.get(md5) else {
                    let what = format!("GET of {at}, while others write, brings what nobody stored");
                    return wrong("content-torn", what, "the content of one PUT", "bytes of no single PUT".to_owned());
                };
                let of_etag = self.by_etag.get(&bare(etag));
                if of_etag.is_some_and(|other| other != value) || (of_etag.is_none() && self.md5_etags) {
                    let what = format!("GET of {at}, while others write, brings one content with another's ETag");
                    return wrong("content-torn", what, "the ETag of the content", "that of another PUT".to_owned());
                }
                Action::Read(Some(*value))
            }
            What::Tagged(Some(etag)) => match self.by_etag.get(&bare(etag)) {
                Some(value) => Action::Read(Some(*value)),
                None if self.md5_etags => {
                    let what =
                        format!("an answer about {at}, while others write, has an ETag of nothing that was stored");
                    return wrong("etag-invented", what, "the ETag of one PUT", etag.clone());
                }
                // Nobody read the content that it is of.
                None => return Ok(None),
            },
            What::Refused(verb, refusal) => {
                let what = format!("{verb} of {at} is refused while others write");
                let refused =
                    Difference::new(Aspect::Order, "read-refused", at, what).between("an answer", refusal.clone());
                return Err(refused.said_loudly());
            }
        };
        Ok(Some(Operation { client: noted.client, action, called: noted.called, returned: noted.returned }))
    }
}

fn bare(etag: &str) -> String {
    etag.trim_start_matches("W/").trim_matches('"').to_owned()
}
