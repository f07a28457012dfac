//! A program that fails, made smaller: fewer steps, then simpler ones.
//!
//! Whoever runs programs asks for the next candidate and says whether it failed alike. Half of the steps are taken away at a time where that goes (Zeller
//! and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), then counts and sizes are halved, contents, headers and queries made
//! plain, the second bucket given up, keys shortened. A candidate is always smaller than what it was made from, so that this ends.
//! Nothing is tried that needs a feature which is left out.

mod keys;
mod steps;

use std::collections::{HashSet, VecDeque};

use super::Program;
use super::difference::Difference;
use super::feature::Features;
use super::step::{Place, Step};

/// The search for a smaller program.
#[derive(Debug)]
pub struct Shrinker {
    best: Program,
    difference: Difference,
    features: Features,
    stage: usize,
    /// The stage at which nothing was won since it was there last.
    won_at: usize,
    queue: VecDeque<Program>,
    tried: HashSet<Program>,
}

type Stage = fn(&Program, &Difference) -> Vec<Program>;

const STAGES: [Stage; 7] = [focus, chunks, steps::counts, steps::sizes, steps::plain, steps::one_bucket, keys::simpler];

impl Shrinker {
    /// Begins with a program whose step `failed`, counted from 0, showed a difference.
    pub fn new(program: &Program, failed: usize, difference: Difference, features: Features) -> Self {
        let best = up_to(program, failed);
        let queue = focus(&best, &difference).into();
        Self { best, difference, features, stage: 0, won_at: 0, queue, tried: HashSet::new() }
    }

    /// The smallest program so far, and what it shows.
    pub fn best(&self) -> (&Program, &Difference) {
        (&self.best, &self.difference)
    }

    /// The next program to try; none where nothing is left.
    pub fn candidate(&mut self) -> Option<Program> {
        loop {
            while let Some(candidate) = self.queue.pop_front() {
                let is_new = size(&candidate) < size(&self.best) && self.tried.insert(candidate.clone());
                if is_new && !candidate.steps.is_empty() && candidate.check().is_ok() && self.features.allow(&candidate)
                {
                    return Some(candidate);
                }
            }
            self.stage = (self.stage + 1) % STAGES.len();
            if self.stage == self.won_at {
                return None;
            }
            self.queue = STAGES[self.stage](&self.best, &self.difference).into();
        }
    }

    /// Says that a candidate failed alike, at a step counted from 0.
    pub fn failed(&mut self, candidate: &Program, step: usize, difference: Difference) {
        self.best = up_to(candidate, step);
        self.difference = difference;
        self.won_at = self.stage;
        self.queue = STAGES[self.stage](&self.best, &self.difference).into();
    }

    /// Whether what a candidate shows counts as the same.
    pub fn is_alike(&self, difference: &Difference) -> bool {
        let family = |kind: &'static str| match kind {
            "content-stale"
            | "content-of-another-key"
            | "content-truncated"
            | "content-lengthened"
            | "content-differs" => "content",
            "etag-unchanged" | "etag-not-md5" | "etag-stale" | "etag-differs" => "etag",
            "last-modified-stale" | "last-modified-differs" => "last-modified",
            other => other,
        };
        self.difference.aspect == difference.aspect && family(self.difference.kind) == family(difference.kind)
    }
}

fn up_to(program: &Program, failed: usize) -> Program {
    Program { steps: program.steps[..=failed.min(program.steps.len() - 1)].to_vec() }
}

/// What is smaller: fewer steps, fewer repetitions, fewer bytes, less text.
fn size(program: &Program) -> (usize, u64, usize, usize, String) {
    let repeated = |step: &Step| match step {
        Step::Put { times, .. } | Step::Copy { times, .. } => u64::from(*times),
        Step::Fill { count, .. } | Step::Clear { count, .. } => u64::from(*count) + 1,
        Step::Race { clients, operations, .. } => u64::from(*clients) * u64::from(*operations),
        // A look at everything is more than one at a key.
        Step::Audit | Step::Remake { .. } => 1_000,
        Step::DeleteMany { keys, .. } => keys.len() as u64,
        _ => 1,
    };
    let bytes = |step: &Step| steps::recipe(step).map_or(0, |recipe| recipe.size);
    let text = program.to_string();
    let steps = &program.steps;
    (steps.len(), steps.iter().map(repeated).sum(), steps.iter().map(bytes).sum(), text.len(), text)
}

/// Only what has to do with the key, or with the bucket, in which the difference is.
fn focus(program: &Program, difference: &Difference) -> Vec<Program> {
    let Some((last, before)) = program.steps.split_last() else { return Vec::new() };
    let shown = difference.shown_by.clone().unwrap_or_else(|| last.clone());
    let keep = |wanted: &dyn Fn(&Step) -> bool, last: &Step| Program {
        steps: before.iter().filter(|step| wanted(step)).chain([last]).cloned().collect(),
    };
    let place = difference.place();
    let of_key = |step: &Step| {
        let is_filled = |place: &Place| match step {
            Step::Fill { side, prefix, .. } | Step::Clear { side, prefix, .. } => {
                *side == place.side && place.key.starts_with(prefix.as_str())
            }
            _ => false,
        };
        step.restarts() || place.as_ref().is_some_and(|place| step.places().contains(place) || is_filled(place))
    };
    let of_bucket = |step: &Step| {
        step.restarts()
            || step.side() == Some(difference.side)
            || step.places().iter().any(|place| place.side == difference.side)
            || matches!(step, Step::Part { .. } | Step::Complete { .. } | Step::Abort { .. } | Step::More { .. })
    };
    let writes = |step: &Step| step.writes() || step.restarts();
    vec![
        keep(&|step| of_key(step) && step.writes(), &shown),
        keep(&of_key, &shown),
        keep(&of_key, last),
        keep(&|step| of_bucket(step) && writes(step), &shown),
        keep(&of_bucket, &shown),
        keep(&writes, &shown),
        keep(&|_| true, &shown),
    ]
}

/// Without so many steps, the many first.
fn chunks(program: &Program, _: &Difference) -> Vec<Program> {
    let count = program.steps.len();
    let mut candidates = Vec::new();
    let mut length = count / 2;
    while length > 0 {
        // From the end: what came last has most often to do with it, what came just before that least.
        for start in (0..count).step_by(length) {
            let end = (start + length).min(count);
            let steps = program.steps[..start].iter().chain(&program.steps[end..]).cloned().collect();
            candidates.push(Program { steps });
        }
        length /= 2;
    }
    candidates
}

#[cfg(test)]
mod tests {
    use super::super::difference::Aspect;
    use super::super::step::Side;
    use super::*;

    /// Shrinks a program with a server that is a function: the step at which it goes wrong.
    fn shrunk(text: &str, fails: impl Fn(&Program) -> Option<usize>) -> (String, usize) {
        let program: Program = text.parse().unwrap();
        let difference = Difference::new(Aspect::Etag, "etag-unchanged", &Place::new(Side::First, "k"), "wrong");
        let first = fails(&program).unwrap();
        let mut shrinker = Shrinker::new(&program, first, difference.clone(), Features::all());
        let mut tries = 0;
        while let Some(candidate) = shrinker.candidate() {
            tries += 1;
            if let Some(step) = fails(&candidate) {
                shrinker.failed(&candidate, step, difference.clone());
            }
        }
        (shrinker.best().0.to_string(), tries)
    }

    #[test]
    fn two_steps_are_left_of_many() {
        let noise = "put x/y 5M random; list prefix=x delimiter=/ size=2; delete-many x/y z; copy q r; wait; ";
        let text = format!(
            "{noise}put a/deep/key.txt 70K lines #3 ~9 type=a/b meta.x=y; {noise}{noise}put a/deep/key.txt 70K lines #4; audit"
        );
        // The second PUT of any key of two slashes.
        let fails = |program: &Program| {
            let mut seen = HashSet::new();
            program.steps.iter().position(|step| match step {
                Step::Put { at, .. } if at.key.matches('/').count() == 2 => !seen.insert(at.clone()),
                _ => false,
            })
        };
        let (smallest, tries) = shrunk(&text, fails);
        assert_eq!(smallest, "put a/a/a 0; put a/a/a 0");
        assert!(tries < 120, "{tries}");
    }

    #[test]
    fn counts_and_sizes_end_where_it_begins_to_fail() {
        let fails = |program: &Program| {
            program.steps.iter().position(|step| match step {
                Step::Put { recipe, times, .. } => *times > 97 && recipe.size > 4096,
                _ => false,
            })
        };
        let (smallest, tries) = shrunk("put name 100000 random x130; get name", fails);
        assert_eq!(smallest, "put a 4K+1 x98");
        assert!(tries < 120, "{tries}");
    }
}
