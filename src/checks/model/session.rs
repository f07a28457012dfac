//! One program on one server: its steps as requests, and every answer held against the model.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::requests::{answer, attributes, got, now_ms, page, seen, sent, since};
use crate::model::Program;
use crate::model::answer::{Answer, Deleted, Listing, Page};
use crate::model::difference::{Aspect, Difference};
use crate::model::feature::Features;
use crate::model::recipe::Recipe;
use crate::model::reference::{Body, New, Reference, Rules};
use crate::model::step::{Condition, Headers, Place, Query, Side, Span, Step, filled};
use crate::record::{Fault, Stop};
use crate::s3::{Asked, DeleteReport, Lease, PageRequest, S3, Sent, UploadedPart};
use crate::server::{Server, Shutdown};

/// Requests of one step under way at a time, where it makes many.
pub(super) const AT_A_TIME: usize = 8;
/// How long a step waits that wants another second: so that no two times within one can explain what is seen.
const NEXT_SECOND: Duration = Duration::from_millis(1_100);

/// More connections than a client keeps for programs that run two at a time.
const MOST_CONNECTIONS: usize = 2 * AT_A_TIME;

/// Why a program did not go on.
#[derive(Debug)]
pub(super) enum Halt {
    Differs(Box<Difference>),
    Stopped(Stop),
}

impl From<Difference> for Halt {
    fn from(difference: Difference) -> Self {
        Self::Differs(Box::new(difference))
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

/// What became of a program.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    /// What was answered to each step, in a few words.
    pub(super) said: Vec<String>,
    /// The step that showed a difference, counted from 0, and the difference.
    pub(super) found: Option<(usize, Difference)>,
}

/// A program under way.
pub(super) struct Session<'a> {
    pub(super) s3: &'a S3,
    pub(super) server: &'a dyn Server,
    pub(super) features: &'a Features,
    pub(super) reference: Reference,
    pub(super) md5_etags: bool,
    /// The two buckets, the name of the first being the beginning of the second's.
    pub(super) buckets: [Lease; 2],
    pub(super) number: usize,
    /// Keys that were written since the last look at everything.
    pub(super) fresh: BTreeSet<Place>,
    uploads: BTreeMap<u8, (String, Vec<UploadedPart>)>,
    cursors: BTreeMap<u8, (Side, PageRequest)>,
}

impl<'a> Session<'a> {
    /// A program on buckets that are there and empty.
    pub(super) fn new(
        s3: &'a S3,
        server: &'a dyn Server,
        features: &'a Features,
        rules: Rules,
        buckets: [Lease; 2],
    ) -> Self {
        Self {
            s3,
            server,
            features,
            reference: Reference::new(rules),
            md5_etags: rules.md5_etags,
            buckets,
            number: 0,
            fresh: BTreeSet::new(),
            uploads: BTreeMap::new(),
            cursors: BTreeMap::new(),
        }
    }

    /// Runs the steps up to the first difference.
    pub(super) async fn run(mut self, program: &Program) -> Result<Ran, Stop> {
        let mut said = Vec::new();
        for (index, step) in program.steps.iter().enumerate() {
            self.number = index + 1;
            self.reference.begin_step(index + 1);
            if step.writes() {
                self.fresh.extend(step.places());
            }
            let is_last = index + 1 == program.steps.len();
            match Box::pin(self.step(step, is_last)).await {
                Ok(words) => said.push(words),
                Err(Halt::Differs(difference)) => {
                    said.push(difference.actual.clone());
                    return Ok(Ran { said, found: Some((index, *difference)) });
                }
                Err(Halt::Stopped(stop)) => return Err(stop),
            }
        }
        Ok(Ran { said, found: None })
    }

    pub(super) fn bucket(&self, side: Side) -> &str {
        self.buckets[side.index()].bucket()
    }

    pub(super) fn writes(&self, at: &Place) {
        self.buckets[at.side.index()].writes(&at.key);
    }

    async fn step(&mut self, step: &Step, is_last: bool) -> Result<String, Halt> {
        match step {
            Step::Put { at, recipe, headers, condition, times } => {
                self.puts(at, recipe, headers, *condition, *times).await
            }
            Step::Get { at, span, condition } => self.get(at, *span, *condition).await,
            Step::Head { at } => self.head(at).await,
            Step::Delete { at } => {
                let answer = answer(self.s3.delete(self.bucket(at.side), &at.key).await)?;
                self.reference.delete(at, &answer)?;
                Ok("deleted".to_owned())
            }
            Step::DeleteMany { side, keys } => self.delete_many(*side, keys).await,
            Step::Copy { from, to, replace, times } => self.copies(from, to, replace.as_ref(), *times).await,
            Step::Tag { at, tags } => self.tag(at, tags).await,
            Step::Untag { at } => self.tag(at, &BTreeMap::new()).await,
            Step::Tags { at } => {
                let answer = answer(self.s3.tags(self.bucket(at.side), &at.key).await)?;
                self.reference.tags(at, &answer)?;
                Ok(answer.map(|tags| format!("{tags:?}")).into_words())
            }
            Step::Begin { slot, at, headers } => self.begin(*slot, at, headers).await,
            Step::Part { slot, number, recipe } => self.part(*slot, *number, recipe).await,
            Step::Complete { slot } => self.complete(*slot).await,
            Step::Abort { slot } => self.abort(*slot).await,
            Step::List { side, query } => self.list(*side, query).await,
            Step::Page { slot, side, query } => {
                self.reference.open(*slot, *side, query);
                self.cursors.insert(*slot, (*side, page_request(query)));
                self.more(*slot).await
            }
            Step::More { slot } => self.more(*slot).await,
            Step::Fill { side, prefix, count } => self.fill(*side, prefix, *count).await,
            Step::Clear { side, prefix, count } => {
                let keys: Vec<String> = (0..*count).map(|number| filled(prefix, number)).collect();
                self.delete_many(*side, &keys).await
            }
            Step::Remake { side } => self.remake(*side).await,
            Step::Audit => self.audit(is_last).await,
            Step::Wait => {
                tokio::time::sleep(NEXT_SECOND).await;
                Ok(String::new())
            }
            Step::Restart => self.restart(Shutdown::Orderly).await,
            Step::Kill => self.restart(Shutdown::Killed).await,
            Step::KilledPut { at, recipe } => self.killed_put(at, recipe).await,
            Step::Race { clients, operations, side, keys } => self.race(*clients, *operations, *side, keys).await,
        }
    }

    /// A PUT; or many, each with other content and read back.
    async fn puts(
        &mut self,
        at: &Place,
        recipe: &Recipe,
        headers: &Headers,
        condition: Option<Condition>,
        times: u32,
    ) -> Result<String, Halt> {
        let mut words = String::new();
        for round in 0..times {
            let recipe = Recipe { variant: recipe.variant + round, ..recipe.clone() };
            words = self.put(at, &recipe, headers, condition).await.map_err(|halt| in_round(halt, round, times))?;
            if times > 1 {
                self.get(at, None, None).await.map_err(|halt| in_round(halt, round, times))?;
            }
        }
        Ok(words)
    }

    async fn put(
        &mut self,
        at: &Place,
        recipe: &Recipe,
        headers: &Headers,
        condition: Option<Condition>,
    ) -> Result<String, Halt> {
        self.writes(at);
        let body = Body::made(recipe);
        let sent = Sent { if_match: self.if_match(at, condition), ..sent(headers) };
        let if_none_match = (condition == Some(Condition::Absent)).then(|| "*".to_owned());
        let from_ms = now_ms();
        let answered =
            self.s3.write(self.bucket(at.side), &at.key, body.bytes.clone(), &Sent { if_none_match, ..sent }).await;
        let answer = answer(answered)?;
        let new = New { body, headers: headers.clone(), written: since(from_ms) };
        let judged = self.reference.put(at, new, condition, &answer);
        self.content_behind(at, judged).await?;
        Ok(answer.map(Option::unwrap_or_default).into_words())
    }

    /// Where the ETag of what was stored is wrong, whether the content is, too: then that is what there is to say.
    async fn content_behind(&mut self, at: &Place, judged: Result<(), Difference>) -> Result<(), Halt> {
        let Err(difference) = judged else { return Ok(()) };
        if difference.aspect == Aspect::Etag
            && let Err(Halt::Differs(read)) = self.get(at, None, None).await
            && read.aspect == Aspect::Content
        {
            return Err(Halt::Differs(read));
        }
        Err(difference.into())
    }

    fn if_match(&self, at: &Place, condition: Option<Condition>) -> Option<String> {
        match condition? {
            Condition::Match => {
                let present = self.reference.live(at).and_then(|version| version.etag.clone());
                Some(present.map_or_else(|| self.reference.other_etag(at), |etag| format!("\"{etag}\"")))
            }
            Condition::MatchOther => Some(self.reference.other_etag(at)),
            _ => None,
        }
    }

    pub(super) async fn get(
        &mut self,
        at: &Place,
        span: Option<Span>,
        condition: Option<Condition>,
    ) -> Result<String, Halt> {
        let present = self.reference.live(at);
        let limit = present.map_or(1 << 20, |version| version.body.bytes.len() as u64 + 1);
        let if_none_match = match condition {
            Some(Condition::NoneMatch) => present.and_then(|version| Some(format!("\"{}\"", version.etag.as_ref()?))),
            Some(Condition::NoneMatchOther) => Some(self.reference.other_etag(at)),
            _ => None,
        };
        let asked = Asked { range: span.map(Span::header), if_match: self.if_match(at, condition), if_none_match };
        let answer = answer(self.s3.read(self.bucket(at.side), &at.key, &asked, limit).await)?.map(got);
        let step = Step::Get { at: at.clone(), span, condition };
        self.reference.get(at, span, condition, &answer).map_err(|difference| difference.shown(step))?;
        Ok(answer.map(|got| format!("{} bytes", got.bytes.len())).into_words())
    }

    async fn head(&mut self, at: &Place) -> Result<String, Halt> {
        let answer = answer(self.s3.headers(self.bucket(at.side), &at.key).await)?.map(seen);
        self.reference.head(at, &answer).map_err(|difference| difference.shown(Step::Head { at: at.clone() }))?;
        Ok(answer.map(|seen| seen.etag.unwrap_or_default()).into_words())
    }

    async fn delete_many(&mut self, side: Side, keys: &[String]) -> Result<String, Halt> {
        let report = answer(self.s3.delete_reporting(self.bucket(side), keys, false).await)?;
        let report = report.map(|DeleteReport { deleted, refused }| Deleted { deleted, refused });
        self.reference.delete_many(side, keys, &report)?;
        Ok(format!("{} deleted", keys.len()))
    }

    async fn copies(
        &mut self,
        from: &Place,
        to: &Place,
        replace: Option<&Headers>,
        times: u32,
    ) -> Result<String, Halt> {
        let mut words = String::new();
        for round in 0..times {
            let once = async {
                if times > 1 {
                    // The source is another one each time.
                    let recipe = Recipe { variant: round, ..Recipe::plain(20) };
                    self.put(from, &recipe, &Headers::default(), None).await?;
                }
                let words = self.copy(from, to, replace).await?;
                if times > 1 {
                    self.get(to, None, None).await?;
                }
                Ok(words)
            };
            words = once.await.map_err(|halt| in_round(halt, round, times))?;
        }
        Ok(words)
    }

    async fn copy(&mut self, from: &Place, to: &Place, replace: Option<&Headers>) -> Result<String, Halt> {
        self.writes(to);
        let (source, destination) =
            ((self.bucket(from.side), from.key.as_str()), (self.bucket(to.side), to.key.as_str()));
        let attributes = replace.map(attributes);
        let from_ms = now_ms();
        let answer = answer(self.s3.copy_from(source, destination, attributes.as_ref()).await)?;
        let judged = self.reference.copy(from, to, replace, since(from_ms), &answer);
        self.content_behind(to, judged).await?;
        Ok(answer.map(Option::unwrap_or_default).into_words())
    }

    async fn tag(&mut self, at: &Place, tags: &BTreeMap<String, String>) -> Result<String, Halt> {
        let from_ms = now_ms();
        let bucket = self.bucket(at.side);
        let answered = if tags.is_empty() {
            self.s3.delete_tags(bucket, &at.key).await
        } else {
            self.s3.put_tags(bucket, &at.key, tags).await
        };
        let answer = answer(answered)?;
        self.reference.tag(at, tags, since(from_ms), &answer)?;
        Ok(answer.map(|()| "done".to_owned()).into_words())
    }

    async fn begin(&mut self, slot: u8, at: &Place, headers: &Headers) -> Result<String, Halt> {
        let from_ms = now_ms();
        let answer = answer(self.s3.begin_upload(self.bucket(at.side), &at.key, &sent(headers)).await)?;
        if let Answer::Yes(id) = &answer {
            self.buckets[at.side.index()].uploads(&at.key, id);
            self.uploads.insert(slot, (id.clone(), Vec::new()));
        }
        self.reference.begin(slot, at, headers, since(from_ms), &answer.map(drop))?;
        Ok("begun".to_owned())
    }

    async fn part(&mut self, slot: u8, number: u16, recipe: &Recipe) -> Result<String, Halt> {
        let (Some((id, _)), Some(at)) = (self.uploads.get(&slot), self.reference.upload(slot)) else {
            return Ok(String::new());
        };
        let body = Body::made(recipe);
        let uploaded =
            self.s3.upload_part(self.bucket(at.side), &at.key, id, i32::from(number), body.bytes.clone()).await;
        let answer = answer(uploaded)?;
        if let (Answer::Yes(part), Some((_, parts))) = (&answer, self.uploads.get_mut(&slot)) {
            parts.retain(|other| other.number != part.number);
            parts.push(part.clone());
            parts.sort_by_key(|part| part.number);
        }
        let answer = answer.map(|part| part.etag);
        self.reference.part(slot, number, body, &answer)?;
        Ok(answer.map(Option::unwrap_or_default).into_words())
    }

    async fn complete(&mut self, slot: u8) -> Result<String, Halt> {
        let (Some((id, parts)), Some(at)) = (self.uploads.remove(&slot), self.reference.upload(slot).cloned()) else {
            return Ok(String::new());
        };
        let from_ms = now_ms();
        let answer = answer(self.s3.complete_upload(self.bucket(at.side), &at.key, &id, &parts).await)?;
        let judged = self.reference.complete(slot, since(from_ms), &answer);
        self.content_behind(&at, judged).await?;
        Ok(answer.map(Option::unwrap_or_default).into_words())
    }

    async fn abort(&mut self, slot: u8) -> Result<String, Halt> {
        let (Some((id, _)), Some(at)) = (self.uploads.remove(&slot), self.reference.upload(slot).cloned()) else {
            return Ok(String::new());
        };
        let answer = answer(self.s3.abort_upload(self.bucket(at.side), &at.key, &id).await)?;
        self.reference.abort(slot, &answer)?;
        Ok("aborted".to_owned())
    }

    /// A listing, followed to its end.
    pub(super) async fn list(&mut self, side: Side, query: &Query) -> Result<String, Halt> {
        let most_pages = self.reference.most_listed(side) + 3;
        let mut asked = page_request(query);
        let mut listing = Listing::default();
        loop {
            let found = match answer(self.s3.page(self.bucket(side), &asked).await)? {
                Answer::Yes(found) => found,
                refused => {
                    let refused = refused.map(|_| Listing::default());
                    self.reference.listed(side, query, &refused)?;
                    return Ok(refused.refusal());
                }
            };
            listing.pages.push(page(&found));
            if !found.truncated {
                break;
            }
            match next_page(&asked, &found) {
                _ if listing.pages.len() > most_pages => {
                    listing.stuck = Some(format!("after {most_pages} pages there are still more"));
                }
                Some(next) if asked.token.as_ref() == Some(&next) => {
                    listing.stuck = Some(format!("page {} leads to itself", listing.pages.len()));
                }
                Some(next) => {
                    asked.token = Some(next);
                    continue;
                }
                None => {
                    listing.stuck = Some(format!("page {} is truncated and names no next one", listing.pages.len()));
                }
            }
            break;
        }
        let words: Vec<String> =
            listing.pages.iter().flat_map(|page| page.entries.iter().map(|entry| entry.key.clone())).collect();
        if let Err(difference) = self.reference.listed(side, query, &Answer::Yes(listing)) {
            return Err(self.looked_closer(difference).await?.into());
        }
        Ok(if words.len() > 4 { format!("{} keys", words.len()) } else { format!("{words:?}") })
    }

    /// Whether a key that a listing lacks or shows is there: then the listing is wrong, or else the object is.
    async fn looked_closer(&mut self, difference: Difference) -> Result<Difference, Halt> {
        let is_about_presence = ["listing-lacks", "listing-shows-deleted", "listing-shows-foreign", "listing-invents"];
        let (true, Some(at)) = (is_about_presence.contains(&difference.kind), difference.place()) else {
            return Ok(difference);
        };
        let answer = answer(self.s3.headers(self.bucket(at.side), &at.key).await)?.map(seen);
        let is_there = matches!(answer, Answer::Yes(_));
        let is_missing = answer.is_missing();
        match (difference.kind, is_there) {
            ("listing-lacks", false) if is_missing => match self.reference.head(&at, &answer) {
                Err(lost) => Ok(lost.shown(Step::Head { at })),
                Ok(()) => Ok(difference),
            },
            ("listing-lacks", _) | (_, false) => Ok(difference),
            (_, true) => match self.reference.head(&at, &answer) {
                Err(served) => Ok(served.shown(Step::Head { at })),
                Ok(()) => Ok(difference),
            },
        }
    }

    /// The next page of a listing that was begun.
    async fn more(&mut self, slot: u8) -> Result<String, Halt> {
        let Some((side, asked)) = self.cursors.get(&slot).cloned() else { return Ok(String::new()) };
        if !self.reference.goes_on(slot) {
            return Ok("the listing has ended".to_owned());
        }
        let found = answer(self.s3.page(self.bucket(side), &asked).await)?;
        let judged = match &found {
            Answer::Yes(found) => self.reference.page(slot, &Answer::Yes(page(found))),
            other => self.reference.page(slot, &other.clone().map(|_| Page::default())),
        };
        if let Err(difference) = judged {
            return Err(self.looked_closer(difference).await?.into());
        }
        let Answer::Yes(found) = found else { return Ok(found.refusal()) };
        if found.truncated {
            let Some(next) = next_page(&asked, &found) else {
                let what = "a page of a listing is truncated and names no next one";
                let stuck = Difference::of_bucket(Aspect::Listing, "listing-stuck", side, what);
                return Err(stuck.between("where the next page begins", "nothing").into());
            };
            self.cursors.insert(slot, (side, PageRequest { token: Some(next), ..asked }));
        }
        let keys: Vec<&str> = found.entries.iter().map(|entry| entry.key.as_str()).collect();
        Ok(format!("{keys:?}{}", if found.truncated { " and more" } else { "" }))
    }

    async fn fill(&mut self, side: Side, prefix: &str, count: u32) -> Result<String, Halt> {
        let bucket = self.bucket(side).to_owned();
        let one = |number: u32| {
            let (at, bucket, s3) = (Place::new(side, filled(prefix, number)), bucket.clone(), self.s3.clone());
            let body = Body::made(&Recipe { variant: number, ..Recipe::plain(1 + number as usize % 7) });
            self.writes(&at);
            async move {
                let from_ms = now_ms();
                let answered = s3.write(&bucket, &at.key, body.bytes.clone(), &sent(&Headers::default())).await;
                (at, New { body, headers: Headers::default(), written: since(from_ms) }, answered)
            }
        };
        let all: Vec<_> = (0..count).map(one).collect();
        let stored: Vec<_> = stream::iter(all).buffered(AT_A_TIME).collect().await;
        for (at, new, answered) in stored {
            self.reference.put(&at, new, None, &answer(answered)?)?;
        }
        Ok(format!("{count} stored"))
    }

    async fn remake(&mut self, side: Side) -> Result<String, Halt> {
        let keys: Vec<String> = self.reference.keys(side).map(str::to_owned).collect();
        for key in keys {
            let at = Place::new(side, key);
            let answer = answer(self.s3.delete(self.bucket(side), &at.key).await)?;
            self.reference.delete(&at, &answer)?;
        }
        let deleted = answer(self.s3.delete_bucket(self.bucket(side)).await)?;
        let made = match &deleted {
            Answer::Yes(()) => answer(self.s3.create_bucket(self.bucket(side)).await)?,
            other => other.clone(),
        };
        self.reference.remade(side, &deleted, &made)?;
        self.list(side, &Query::default()).await
    }

    async fn restart(&mut self, shutdown: Shutdown) -> Result<String, Halt> {
        restart(self.server, self.s3, shutdown).await?;
        Ok("up again".to_owned())
    }

    /// A PUT that the server is killed in the middle of, and what is there afterwards.
    async fn killed_put(&mut self, at: &Place, recipe: &Recipe) -> Result<String, Halt> {
        self.writes(at);
        let body = Body::made(recipe);
        let from_ms = now_ms();
        let (s3, bucket) = (self.s3.clone(), self.bucket(at.side).to_owned());
        let sent = sent(&Headers::default());
        let put = s3.write(&bucket, &at.key, body.bytes.clone(), &sent);
        let killed = async {
            // Somewhere within the time that the request takes.
            tokio::time::sleep(Duration::from_micros(500 * (self.number as u64 % 13))).await;
            restart(self.server, self.s3, Shutdown::Killed).await
        };
        let (_, killed) = tokio::join!(put, killed);
        killed?;
        let new = New { body, headers: Headers::default(), written: since(from_ms) };
        let limit = new.body.bytes.len().max(self.reference.live(at).map_or(0, |live| live.body.bytes.len()));
        let read = self.s3.read(&bucket, &at.key, &Asked::default(), limit as u64 + 1).await;
        let answer = answer(read)?.map(got);
        self.reference.killed_put(at, new, &answer)?;
        Ok(answer.map(|got| format!("{} bytes", got.bytes.len())).into_words())
    }
}

/// Restarts the server. A request that meets a connection from before fails, so the first one afterwards is of no program.
///
/// # Errors
/// The server does not come up again.
pub(super) async fn restart(server: &dyn Server, s3: &S3, shutdown: Shutdown) -> Result<(), Stop> {
    server.restart(shutdown).await.map_err(Fault::from)?;
    for _ in 0..MOST_CONNECTIONS {
        if s3.is_reachable().await {
            break;
        }
    }
    Ok(())
}

impl Answer<String> {
    fn into_words(self) -> String {
        match self {
            Self::Yes(words) => words,
            other => other.refusal(),
        }
    }
}

fn page_request(query: &Query) -> PageRequest {
    PageRequest {
        version_1: query.version_1,
        prefix: query.prefix.clone(),
        delimiter: query.delimiter.clone(),
        max_keys: query.page_size,
        start_after: query.after.clone(),
        token: None,
    }
}

/// Where the next page begins: as the server says, or, in version 1, after the last entry.
fn next_page(asked: &PageRequest, found: &crate::s3::WholePage) -> Option<String> {
    let last = || {
        let key = found.entries.last().map(|entry| entry.key.clone());
        key.max(found.prefixes.last().cloned())
    };
    found.next.clone().filter(|next| !next.is_empty()).or_else(|| asked.version_1.then(last).flatten())
}

/// Which time it was that differed, where a step does something many times.
fn in_round(halt: Halt, round: u32, times: u32) -> Halt {
    match halt {
        Halt::Differs(mut difference) if times > 1 => {
            difference.what = format!("{} (the {}. time)", difference.what, round + 1);
            difference.shown_by = None;
            Halt::Differs(difference)
        }
        other => other,
    }
}
