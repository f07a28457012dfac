//! A look at everything: both listings, and HEAD and GET of keys.
//!
//! The listings show every key with its size, ETag and time, for two requests. Of the others a look in between takes the keys that were written since
//! the last one and some of the rest, in turn; the one at the end of a program takes all.

use futures_util::{StreamExt, stream};

use super::requests::{answer, got, seen};
use super::session::{AT_A_TIME, Halt, Session};
use crate::model::feature::Feature;
use crate::model::step::{Place, Query, Side, Step};
use crate::s3::Asked;

/// Of the keys that nobody wrote since the last look, one in so many.
const TURN: usize = 4;
/// Up to so many keys each is looked at.
const FEW: usize = 40;
/// Of more, so many.
const SOME: usize = 24;
/// The most bytes that one look reads.
const MOST_BYTES: usize = 24 << 20;

impl Session<'_> {
    pub(super) async fn audit(&mut self, is_last: bool) -> Result<String, Halt> {
        let version_1 = !self.features.have(Feature::Version2Pages) || self.number % 2 == 1;
        for side in Side::BOTH {
            self.list(side, &Query { version_1, ..Query::default() }).await?;
        }
        let places = self.looked_at(is_last);
        self.fresh.clear();
        let heads = places.iter().map(|at| async {
            let answered = self.s3.headers(self.bucket(at.side), &at.key).await;
            (at.clone(), answered)
        });
        let heads: Vec<_> = stream::iter(heads.collect::<Vec<_>>()).buffered(AT_A_TIME).collect().await;
        for (at, answered) in heads {
            let answer = answer(answered)?.map(seen);
            self.reference.head(&at, &answer).map_err(|difference| difference.shown(Step::Head { at }))?;
        }
        let read = self.read(&places);
        let gets = read.iter().map(|(at, size)| async {
            let answered = self.s3.read(self.bucket(at.side), &at.key, &Asked::default(), *size as u64 + 1).await;
            (at.clone(), answered)
        });
        let gets: Vec<_> = stream::iter(gets.collect::<Vec<_>>()).buffered(AT_A_TIME).collect().await;
        for (at, answered) in gets {
            let answer = answer(answered)?.map(got);
            let shown = Step::Get { at: at.clone(), span: None, condition: None };
            self.reference.get(&at, None, None, &answer).map_err(|difference| difference.shown(shown))?;
        }
        if self.features.have(Feature::ObjectTags) {
            let live: Vec<&Place> = places.iter().filter(|at| self.reference.live(at).is_some()).take(4).collect();
            for at in live {
                let answer = answer(self.s3.tags(self.bucket(at.side), &at.key).await)?;
                self.reference
                    .tags(at, &answer)
                    .map_err(|difference| difference.shown(Step::Tags { at: at.clone() }))?;
            }
        }
        Ok("all as it should be".to_owned())
    }

    /// The keys that are asked for: those written last and some others, or in the end all, but of many some; other ones each time.
    fn looked_at(&self, is_last: bool) -> Vec<Place> {
        let reads_missing = self.features.have(Feature::ReadMissing);
        let of = |side: Side| {
            let live = self.reference.keys(side);
            let gone = self.reference.gone(side).filter(|_| reads_missing);
            live.chain(gone).map(move |key| Place::new(side, key)).collect::<Vec<_>>()
        };
        let all = Side::BOTH.into_iter().flat_map(of).enumerate();
        let is_due =
            |at: &Place, index: usize| is_last || self.fresh.contains(at) || (index + self.number).is_multiple_of(TURN);
        let all: Vec<Place> = all.filter(|(index, at)| is_due(at, *index)).map(|(_, at)| at).collect();
        if all.len() <= FEW {
            return all;
        }
        let stride = all.len().div_ceil(SOME).max(1);
        all.into_iter().skip(self.number % stride).step_by(stride).collect()
    }

    /// Of those, what is read whole: each second one, within what may be read at once.
    fn read(&self, places: &[Place]) -> Vec<(Place, usize)> {
        let live = places.iter().filter_map(|at| Some((at.clone(), self.reference.live(at)?.body.bytes.len())));
        let turn =
            live.enumerate().filter(|(index, _)| (index + self.number / 2).is_multiple_of(2)).map(|(_, live)| live);
        let mut left = MOST_BYTES;
        turn.filter(|(_, size)| {
            let fits = *size <= left;
            left -= if fits { *size } else { 0 };
            fits
        })
        .collect()
    }
}
