//! What goes wrong while several clients write: the state that one client alone never brings about.

use std::time::Duration;

use super::{At, Latent, Lurking};
use crate::server::listing::Page;
use crate::server::store::Object;
use crate::server::tags::Place;

/// How long something lags behind.
const MOMENT: Duration = Duration::from_millis(12);

/// A write under way.
#[derive(Debug)]
pub(in crate::server) struct Writing<'a> {
    lurking: &'a Lurking,
    /// Whether others were under way when it began.
    pub(in crate::server) beside_others: bool,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.lurking.state().writers -= 1;
    }
}

impl Lurking {
    /// A write begins, and lasts until what is given back is dropped.
    pub(in crate::server) fn writing(&self) -> Writing<'_> {
        let mut state = self.state();
        state.writers += 1;
        Writing { lurking: self, beside_others: state.writers > 1 }
    }

    /// A write takes as long as one on a disk, so that others come in between.
    pub(in crate::server) async fn takes_its_time(&self) {
        if self.is_about_races() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn is_about_races(&self) -> bool {
        self.fault.is_some_and(|fault| fault.property() == "histories-are-linearizable")
    }

    /// What was there a moment ago, where others have written since.
    fn before(&self, at: &At) -> Option<Option<Object>> {
        let state = self.state();
        let (when, before) = state.before.get(at)?;
        (state.writers > 0 && when.elapsed() < MOMENT).then(|| before.clone())
    }

    pub(super) fn lagging(&self, place: Place, at: &At, object: Object) -> Object {
        let lags = match self.fault {
            Some(Latent::ReadsLagUnderWriters) => place == Place::Get,
            Some(Latent::HeadLagsUnderWriters) => place == Place::Head,
            _ => false,
        };
        let before = if lags { self.before(at).flatten() } else { None };
        before.unwrap_or(object)
    }

    pub(super) fn lagging_page(&self, bucket: &str, prefix: &str, mut page: Page) -> Page {
        if self.fault == Some(Latent::ListingLagsUnderWriters) {
            let lagging: Vec<_> = self.state().before.keys().filter(|at| at.0 == bucket).cloned().collect();
            for at in lagging.into_iter().filter(|at| at.1.starts_with(prefix)) {
                if let Some(before) = self.before(&at) {
                    page.objects.retain(|(key, _)| *key != at.1);
                    page.objects.extend(before.map(|object| (at.1.clone(), object)));
                }
            }
            page.objects.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        page
    }

    /// What a large overwrite mixes with its own content for a moment, beside others.
    pub(in crate::server) fn torn(&self, beside_others: bool, at: &At) -> Option<bytes::Bytes> {
        let old = self.state().live.get(at).map(|object| object.content.clone());
        old.filter(|old| self.fault == Some(Latent::LargeOverwriteTears) && beside_others && old.len() > 10_000)
    }

    /// Whether a delete is done after its answer.
    pub(in crate::server) fn delete_lags(&self, beside_others: bool) -> bool {
        self.fault == Some(Latent::DeleteLagsUnderWriters) && beside_others
    }

    pub(in crate::server) fn moment() -> Duration {
        MOMENT
    }
}
