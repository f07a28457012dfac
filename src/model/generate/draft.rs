//! A program that is being written: what is there so far, and which step may be next.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{Theme, contents, headers, keys};
use crate::model::Program;
use crate::model::feature::{Feature, Features, Live, of_query, of_step};
use crate::model::recipe::Recipe;
use crate::model::step::{Headers, Place, Side, Step};

pub(super) struct Draft {
    pub(super) random: ChaCha8Rng,
    pub(super) features: Features,
    pub(super) theme: Theme,
    pub(super) keys: Vec<String>,
    pub(super) live: Live,
    /// The contents of each key, oldest first.
    contents: BTreeMap<Place, Vec<Recipe>>,
    given: BTreeMap<Place, Headers>,
    pub(super) steps: Vec<Step>,
}

impl Draft {
    pub(super) fn new(mut random: ChaCha8Rng, features: Features, theme: Theme) -> Self {
        let keys = keys::some(&mut random, &features, theme);
        Self {
            random,
            features,
            theme,
            keys,
            live: Live::default(),
            contents: BTreeMap::new(),
            given: BTreeMap::new(),
            steps: Vec::new(),
        }
    }

    pub(super) fn finished(self) -> Program {
        Program { steps: self.steps }
    }

    pub(super) fn may(&self, feature: Feature) -> bool {
        self.features.have(feature)
    }

    /// True so many times of a hundred.
    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.random.random_range(0..100) < chance
    }

    pub(super) fn up_to(&mut self, end: usize) -> usize {
        self.random.random_range(0..end.max(1))
    }

    pub(super) fn one_of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.up_to(items.len())].clone()
    }

    /// Adds a step, unless it needs a feature that is left out; whether it was added.
    pub(super) fn push(&mut self, step: Step) -> bool {
        let mut needed = BTreeSet::new();
        of_step(&step, &self.live, &mut needed);
        if let Step::List { query, .. } | Step::Page { query, .. } = &step {
            of_query(query, &self.keys, &mut needed);
        }
        if !needed.iter().all(|feature| self.may(*feature)) {
            return false;
        }
        match &step {
            Step::Put { at, recipe, headers, .. } => {
                self.contents.entry(at.clone()).or_default().push(recipe.clone());
                self.given.insert(at.clone(), headers.clone());
            }
            Step::Copy { from, to, .. } => {
                let copied = self.contents.get(from).and_then(|contents| contents.last()).cloned();
                self.contents.entry(to.clone()).or_default().extend(copied);
            }
            _ => {}
        }
        self.live.after(&step);
        self.steps.push(step);
        true
    }

    /// A bucket: mostly the first.
    pub(super) fn side(&mut self) -> Side {
        if self.percent(22) { Side::Second } else { Side::First }
    }

    /// A key; the first few more often than the others, so that they have a history.
    pub(super) fn place(&mut self) -> Place {
        let side = self.side();
        let all = self.keys.len();
        let among = if self.percent(60) { all.min(4) } else { all };
        let at = self.up_to(among);
        Place::new(side, self.keys[at].clone())
    }

    /// A key that is there, if one is.
    pub(super) fn live_place(&mut self) -> Option<Place> {
        let live: Vec<Place> = self.live.places.keys().cloned().collect();
        (!live.is_empty()).then(|| self.one_of(&live))
    }

    /// A content for a key: related to what it replaces, or to what was there before that.
    pub(super) fn content(&mut self, at: &Place) -> Recipe {
        let before = self.contents.get(at).cloned().unwrap_or_default();
        contents::next(&mut self.random, &before, self.theme)
    }

    /// The size of what a key holds, where it was a PUT that stored it and it has bytes.
    pub(super) fn size(&self, at: &Place) -> Option<usize> {
        let size = self.contents.get(at)?.last()?.size;
        (size > 0 && self.live.holds(at)).then_some(size)
    }

    pub(super) fn headers(&mut self, at: &Place) -> Headers {
        let before = self.given.get(at).cloned().unwrap_or_default();
        headers::next(&mut self.random, &self.features, &before)
    }

    pub(super) fn put(&mut self, at: &Place) -> bool {
        let (recipe, headers) = (self.content(at), self.headers(at));
        self.push(Step::Put { at: at.clone(), recipe, headers, condition: None, times: 1 })
    }
}
