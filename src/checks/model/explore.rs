//! How many programs there are, what they may be made of, and what becomes of the checks.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::counterexample::{Found, pin_down};
use super::runs::{OWNERS, Runs};
use super::session::Ran;
use super::spec;
use crate::checks::capability::{Capabilities, Capability};
use crate::checks::{CheckRunner, SuiteContext};
use crate::model::Program;
use crate::model::difference::Difference;
use crate::model::feature::{Feature, Features, needed};
use crate::model::generate::{Generator, weight};
use crate::model::property::Property;
use crate::model::reference::Rules;
use crate::model::step::Step;
use crate::record::{Fault, FaultKind, Stop, Support};
use crate::server::EtagProfile;

/// After so many programs that only show what is known by then, there is nothing to be had from more of them.
const MOST_REPEATS: u32 = 6;

/// Explores, and reports each property as a check.
pub(in crate::checks) async fn run(context: &SuiteContext<'_>) {
    let mut explorer = match Explorer::new(context).await {
        Ok(explorer) => explorer,
        Err(stop) => return report_all(context, &stop).await,
    };
    let explored = AssertUnwindSafe(explorer.explore()).catch_unwind().await;
    let stopped = match explored {
        Ok(explored) => explored.err(),
        Err(_) => Some(Fault::new(FaultKind::Panic, "the model panicked").into()),
    };
    if explorer.found.is_empty() {
        explorer.found.extend(explorer.of_one_client.take().map(|found| (Property::Histories, found)));
    }
    explorer.enter_what_was_seen_once();
    explorer.tell().await;
    for property in Property::ALL.into_iter().filter(|property| context.selects(property.name())) {
        match (explorer.found.get(&property), &stopped) {
            (Some(found), _) => found.report(&explorer.runs(), property).await,
            (None, Some(stop)) => report(context, property, Err(stop.clone())).await,
            (None, None) => report(context, property, explorer.explored(property)).await,
        }
    }
}

async fn report(context: &SuiteContext<'_>, property: Property, result: Result<(), Stop>) {
    let deadline = context.settings.check_deadline();
    CheckRunner::new(context).run(spec(property), deadline, async { result }).await;
}

async fn report_all(context: &SuiteContext<'_>, stop: &Stop) {
    for property in Property::ALL.into_iter().filter(|property| context.selects(property.name())) {
        report(context, property, Err(stop.clone())).await;
    }
}

/// The search for differences.
struct Explorer<'a> {
    context: &'a SuiteContext<'a>,
    generator: Generator,
    rules: Rules,
    left_out: BTreeMap<Feature, String>,
    found: BTreeMap<Property, Found>,
    /// Features that a counterexample needs are left out from then on.
    broken: BTreeSet<Feature>,
    known_kinds: BTreeSet<&'static str>,
    /// What a race showed that takes no race.
    of_one_client: Option<Found>,
    /// What a program showed beside another one, and never again.
    seen_once: BTreeMap<Property, Found>,
    repeats: u32,
    programs: usize,
    steps: u64,
}

impl<'a> Explorer<'a> {
    async fn new(context: &'a SuiteContext<'a>) -> Result<Self, Stop> {
        let (mut left_out, capabilities) = (known_to_fail(context), Capabilities::default());
        if !context.server.supports_restart() {
            for feature in [Feature::Restart, Feature::Kill, Feature::KilledPut] {
                left_out.insert(feature, "s3ci does not run this server".to_owned());
            }
        }
        for (feature, capability) in [
            (Feature::Uploads, Capability::Multipart),
            (Feature::PutIfAbsent, Capability::ConditionalWrites),
            (Feature::PutIfMatch, Capability::ConditionalWrites),
            (Feature::ObjectTags, Capability::Tagging),
        ] {
            if let Entry::Vacant(place) = left_out.entry(feature) {
                let offer = capabilities.offer(context, &context.s3, capability).await?;
                if !offer.applies || offer.support != Support::Supported {
                    place.insert(format!("{} are not offered", capability.words()));
                }
            }
        }
        let features = Features::all().without(&left_out.keys().copied().collect());
        let rules = Rules {
            md5_etags: context.backend.etag_profile() == EtagProfile::Md5,
            exact_prefix_pages: features.have(Feature::ExactPrefixPages),
            content_types: features.have(Feature::ContentType),
        };
        Ok(Self {
            context,
            generator: Generator::new(context.settings.seed, features),
            rules,
            left_out,
            found: BTreeMap::new(),
            broken: BTreeSet::new(),
            known_kinds: BTreeSet::new(),
            of_one_client: None,
            seen_once: BTreeMap::new(),
            repeats: 0,
            programs: 0,
            steps: 0,
        })
    }

    fn runs(&self) -> Runs<'_> {
        Runs { context: self.context, features: self.generator.features(), rules: self.rules }
    }

    async fn explore(&mut self) -> Result<(), Stop> {
        let settings = &self.context.settings.model;
        if let Some(program) = &settings.program {
            let ran = self.runs().run(program, &self.context.s3).await?;
            return self.judge(program, ran).await;
        }
        // Where each request is several ones to a service behind the server, half as many steps take as long.
        let share = if self.context.server.drime().is_some() { 2 } else { 1 };
        let started = Instant::now();
        let goes_on = |steps: u64| match settings.time {
            Some(time) => started.elapsed() < time,
            None => steps < settings.steps / share,
        };
        while goes_on(self.steps) && self.repeats < MOST_REPEATS && !self.has_all() {
            let programs = self.next_programs();
            let (runs, s3) = (self.runs(), &self.context.s3);
            let ran = OWNERS.iter().zip(&programs).map(|(owner, program)| runs.run_as(owner, program, s3));
            for (program, ran) in programs.iter().zip(join_all(ran).await) {
                self.judge(program, ran?).await?;
            }
            self.context.events.progress("steps", self.steps, (settings.steps / share).max(self.steps));
        }
        self.end().await
    }

    /// The programs that end the server, which end every run.
    async fn end(&mut self) -> Result<(), Stop> {
        for number in Generator::LAST {
            let restarts = [Feature::Restart, Feature::Kill];
            if self.has_all() || !restarts.iter().any(|feature| self.generator.features().have(*feature)) {
                break;
            }
            let program = self.generator.program(number);
            self.programs += 1;
            self.steps += weight(&program);
            tracing::debug!(number, %program, "a program of the model");
            let ran = self.runs().run(&program, &self.context.s3).await?;
            self.judge(&program, ran).await?;
        }
        Ok(())
    }

    /// Whether each property that is asked for has its counterexample.
    fn has_all(&self) -> bool {
        let mut asked = Property::ALL.iter().filter(|property| self.context.selects(property.name()));
        asked.all(|property| self.found.contains_key(property))
    }

    /// The programs that run at a time: two, unless one of them ends the server, or is about several clients by itself.
    fn next_programs(&mut self) -> Vec<Program> {
        let mut programs: Vec<Program> = Vec::new();
        while programs.len() < OWNERS.len() {
            let program = self.generator.program(self.programs);
            let is_alone = program.restarts() || program.steps.iter().any(|step| matches!(step, Step::Race { .. }));
            if is_alone && !programs.is_empty() {
                break;
            }
            self.programs += 1;
            self.steps += weight(&program);
            tracing::debug!(number = self.programs, %program, "a program of the model");
            programs.push(program);
            if is_alone {
                break;
            }
        }
        programs
    }

    /// What was seen once is told unless what several clients do to each other explains it.
    fn enter_what_was_seen_once(&mut self) {
        if !self.found.contains_key(&Property::Histories) {
            for (property, found) in std::mem::take(&mut self.seen_once) {
                self.found.entry(property).or_insert(found);
            }
        }
    }

    /// Makes a counterexample of what a program showed.
    async fn judge(&mut self, program: &Program, ran: Ran) -> Result<(), Stop> {
        let Some((step, difference)) = ran.found else { return Ok(()) };
        tracing::debug!(step, ?difference, "a difference");
        if self.is_known(program, &difference) {
            self.repeats += 1;
            return Ok(());
        }
        let found = pin_down(&self.runs(), program, step, difference.clone()).await?;
        let property = Property::broken_by(&found.program, &found.difference);
        if !found.fails_again() {
            self.seen_once.entry(property).or_insert(found);
            return Ok(());
        }
        self.known_kinds.extend([difference.kind, found.difference.kind]);
        if self.context.settings.model.program.is_none() {
            self.leave_out(&found.program);
        }
        if found.is_of_one_client() {
            // Programs of one client show it, too, and say better what it is.
            self.of_one_client.get_or_insert(found);
            self.leave_out_races();
            return Ok(());
        }
        match self.found.entry(property) {
            Entry::Occupied(_) => self.repeats += 1,
            Entry::Vacant(place) => drop(place.insert(found)),
        }
        Ok(())
    }

    fn leave_out_races(&mut self) {
        let races = BTreeSet::from([Feature::Races]);
        self.broken.extend(&races);
        self.generator = self.generator.with(self.generator.features().without(&races));
    }

    /// Whether a difference looks like one that was made small already.
    fn is_known(&self, program: &Program, difference: &Difference) -> bool {
        let looks_like = Property::broken_by(program, difference);
        self.known_kinds.contains(difference.kind) && self.found.contains_key(&looks_like)
    }

    /// What a counterexample needs leads no other program astray.
    fn leave_out(&mut self, program: &Program) {
        const NEVER: [Feature; 3] = [Feature::ReadMissing, Feature::Restart, Feature::Races];
        let mut broken = needed(program);
        broken.retain(|feature| !NEVER.contains(feature));
        self.broken.extend(&broken);
        self.generator = self.generator.with(self.generator.features().without(&broken));
    }

    /// What a property that no program broke comes to.
    fn explored(&self, property: Property) -> Result<(), Stop> {
        let needs: &[Feature] = match property {
            Property::Restarts => &[Feature::Restart, Feature::Kill],
            Property::Histories => &[Feature::Races],
            Property::Headers => {
                &[Feature::ContentType, Feature::Metadata, Feature::SystemHeaders, Feature::ObjectTags]
            }
            _ => return Ok(()),
        };
        match needs.iter().find_map(|feature| self.left_out.get(feature)) {
            Some(reason) if needs.iter().all(|feature| self.left_out.contains_key(feature)) => {
                Err(Stop::Skipped(format!("not explored: {reason}")))
            }
            _ => Ok(()),
        }
    }

    /// What a reader has to know of what was explored.
    async fn tell(&self) {
        let context = self.context;
        let seed = context.settings.seed;
        context.fact("programs", format!("{} with {} steps, seed {seed}", self.programs, self.steps)).await;
        if !self.left_out.is_empty() {
            let features: Vec<String> =
                self.left_out.iter().map(|(feature, reason)| format!("{} ({reason})", feature.words())).collect();
            context.fact("left out", features.join("; ")).await;
        }
        if !self.broken.is_empty() {
            let features: Vec<&str> = self.broken.iter().map(|feature| feature.words()).collect();
            context.fact("left out after a counterexample", features.join("; ")).await;
        }
        if self.repeats >= MOST_REPEATS {
            let text = "ended early: programs show nothing any more but what is listed";
            context.fact("explored", text).await;
        }
    }
}

/// The features that a check which is known to fail here establishes.
fn known_to_fail(context: &SuiteContext<'_>) -> BTreeMap<Feature, String> {
    let failing = |feature: &Feature| {
        let ids = feature.checks().iter().filter_map(|check| (context.explains)(context.backend, check));
        ids.into_iter().find(|id| context.known_to_fail.contains(id))
    };
    Feature::ALL.iter().filter_map(|feature| Some((*feature, failing(feature)?.to_string()))).collect()
}
