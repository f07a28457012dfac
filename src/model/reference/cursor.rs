//! A listing that is read page by page while objects come and go.
//!
//! A key that was there all the time and stays as it is has to be shown, once, on its page. One that was never there must not be. What
//! came, went or changed meanwhile may be shown or not: S3 promises nothing of a listing that takes several requests.

use std::collections::BTreeSet;

use super::Reference;
use super::listing::Shown;
use crate::model::answer::{Answer, Page};
use crate::model::difference::{Aspect, Difference};
use crate::model::step::{Query, Side};

/// Where such a listing stands.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    pub(super) side: Side,
    query: Query,
    /// Keys written or deleted since it began.
    touched: BTreeSet<String>,
    /// The last key that was shown, or the one that the listing begins after.
    after: Option<String>,
    ended: bool,
}

impl Cursor {
    pub(super) fn touch(&mut self, key: &str) {
        self.touched.insert(key.to_owned());
    }
}

impl Reference {
    /// Begins a listing whose pages come one by one.
    pub fn open(&mut self, slot: u8, side: Side, query: &Query) {
        let (query, after) = (query.clone(), query.after.clone());
        self.cursors.insert(slot, Cursor { side, query, touched: BTreeSet::new(), after, ended: false });
    }

    /// Whether there is a next page to ask for.
    pub fn goes_on(&self, slot: u8) -> bool {
        self.cursors.get(&slot).is_some_and(|cursor| !cursor.ended)
    }

    /// A page of a listing that was begun.
    pub fn page(&mut self, slot: u8, answer: &Answer<Page>) -> Result<(), Difference> {
        let Some(Cursor { side, query, touched, after, .. }) = self.cursors.get(&slot).cloned() else { return Ok(()) };
        let about = |kind, what: &str| Difference::of_bucket(Aspect::Listing, kind, side, what.to_owned());
        let Answer::Yes(page) = answer else {
            let refused = about("listing-refused", "a page of a listing is refused");
            return Err(refused.between("200", answer.refusal()).said_loudly());
        };
        let last = page.entries.last().map(|entry| entry.key.clone());
        let is_past = |key: &str| after.as_deref().is_none_or(|after| key > after);
        let is_before_end = |key: &str| !page.truncated || last.as_deref().is_some_and(|last| key <= last);
        let wanted: Vec<String> =
            self.keys(side).filter(|key| key.starts_with(&query.prefix)).map(str::to_owned).collect();
        let wanted = wanted.into_iter().filter(|key| is_past(key) && is_before_end(key) && !touched.contains(key));
        let shown = Shown { page: page.entries.clone(), wanted: wanted.collect(), free: touched };
        self.judge_entries(side, &shown)?;
        let limit = query.page_size.map_or(usize::MAX, |size| size as usize);
        if page.entries.len() > limit {
            let what = format!("a page of at most {limit} has more entries");
            return Err(
                about("listing-page-too-long", &what).between(limit.to_string(), page.entries.len().to_string())
            );
        }
        if let Some(entry) = page.entries.iter().find(|entry| !is_past(&entry.key)) {
            let what = format!("the next page of a listing goes back to {:?}", entry.key);
            let expected = format!("keys after {:?}", after.unwrap_or_default());
            return Err(about("listing-repeats", &what).between(expected, format!("{:?}", entry.key)));
        }
        if let Some(cursor) = self.cursors.get_mut(&slot) {
            cursor.ended = !page.truncated;
            cursor.after = last.or(after);
        }
        Ok(())
    }
}
