//! From a program that shows a difference to the smallest one that does, run again and again.

use std::time::{Duration, Instant};

use super::runs::Runs;
use super::session::{self, Ran};
use super::spec;
use crate::checks::CheckRunner;
use crate::model::Program;
use crate::model::difference::Difference;
use crate::model::explain::{for_aws_cli, in_words};
use crate::model::feature::Features;
use crate::model::property::Property;
use crate::model::recipe::Recipe;
use crate::model::shrink::Shrinker;
use crate::model::step::Step;
use crate::record::{Counterexample, CounterexampleStep, Failure, Severity, Stop};
use crate::s3::S3;
use crate::server::Shutdown;

/// How often a counterexample is run again.
const REPLAYS: u32 = 5;
/// How long a program may be made smaller.
const PATIENCE: Duration = Duration::from_secs(25);
/// The same where the server is started anew for each try.
const FRESH_PATIENCE: Duration = Duration::from_mins(1);
/// The longest program that a message shows.
const SHOWN_BYTES: usize = 160;

/// What a replay runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// Fresh buckets of the server as it is.
    FreshBuckets,
    /// A server that has just been started.
    FreshServer,
}

/// A counterexample.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) program: Program,
    pub(super) difference: Difference,
    said: Vec<String>,
    failed: u32,
    on: On,
}

/// Makes a program smaller whose step, counted from 0, showed a difference, and runs what is left five times.
pub(super) async fn pin_down(
    runs: &Runs<'_>,
    program: &Program,
    step: usize,
    difference: Difference,
) -> Result<Found, Stop> {
    let fresh = runs.context.server.supports_restart();
    let mut best: Option<Found> = None;
    for on in [On::FreshBuckets, On::FreshServer] {
        if on == On::FreshServer && !fresh {
            break;
        }
        let Some(found) = smallest(runs, program, step, &difference, on).await? else { continue };
        let is_better = best.as_ref().is_none_or(|best| found.failed > best.failed);
        if is_better {
            best = Some(found);
        }
        if best.as_ref().is_some_and(|best| best.failed == REPLAYS) {
            break;
        }
    }
    if let Some(best) = best {
        return Ok(best);
    }
    // What does not happen again on fresh buckets may depend on what the server has counted: let it count.
    for text in COUNTING {
        let Ok(counting) = text.parse::<Program>() else { continue };
        if !runs.features.allow(&counting) {
            continue;
        }
        let on = if fresh { On::FreshServer } else { On::FreshBuckets };
        let ran = replay(runs, &counting, on, &runs.context.s3).await?;
        if let Some((step, difference)) = ran.found
            && let Some(found) = smallest(runs, &counting, step, &difference, on).await?
        {
            return Ok(found);
        }
    }
    let program = Program { steps: program.steps[..=step].to_vec() };
    Ok(Found { program, difference, said: Vec::new(), failed: 0, on: On::FreshBuckets })
}

/// Programs in which whatever a server counts goes past some hundred.
const COUNTING: [&str; 3] =
    ["put k 11 x260", "put k 11; copy k c x140", "fill n- 300; audit; clear n- 290; audit; fill n- 100; audit"];

/// The smallest program that fails alike, after five replays; none where it does not fail again.
async fn smallest(
    runs: &Runs<'_>,
    program: &Program,
    step: usize,
    difference: &Difference,
    on: On,
) -> Result<Option<Found>, Stop> {
    // With a program that somebody typed nothing is left out.
    let features = if runs.features.allow(program) { runs.features.clone() } else { Features::all() };
    let mut shrinker = Shrinker::new(program, step, difference.clone(), features);
    let s3 = &runs.context.s3;
    let alike = |ran: Ran, shrinker: &Shrinker| ran.found.filter(|(_, difference)| shrinker.is_alike(difference));
    let first = shrinker.best().0.clone();
    match alike(replay(runs, &first, on, s3).await?, &shrinker) {
        Some((step, difference)) => shrinker.failed(&first, step, difference),
        None => return Ok(None),
    }
    let (started, patience) = (Instant::now(), if on == On::FreshServer { FRESH_PATIENCE } else { PATIENCE });
    while let Some(candidate) = shrinker.candidate() {
        if started.elapsed() > patience {
            break;
        }
        let ran = match replay(runs, &candidate, on, s3).await {
            Ok(ran) => ran,
            // A request that cannot even be made says nothing, unless the server is gone.
            Err(_) if s3.is_reachable().await => continue,
            Err(stop) => return Err(stop),
        };
        if let Some((step, difference)) = alike(ran, &shrinker) {
            tracing::debug!(%candidate, "smaller");
            shrinker.failed(&candidate, step, difference);
        }
    }
    for plainer in unrolled(shrinker.best().0) {
        if let Some((step, difference)) = alike(replay(runs, &plainer, on, s3).await?, &shrinker) {
            shrinker.failed(&plainer, step, difference);
            break;
        }
    }
    let (program, difference) = shrinker.best();
    let (program, mut difference) = (program.clone(), difference.clone());
    let (mut failed, mut said) = (0, Vec::new());
    for _ in 0..REPLAYS {
        let ran = replay(runs, &program, on, s3).await?;
        let words = ran.said.clone();
        if let Some((_, again)) = alike(ran, &shrinker) {
            failed += 1;
            (difference, said) = (again, words);
        }
    }
    Ok(Some(Found { program, difference, said, failed, on }))
}

/// What is done two or three times written out, which is longer and plainer; with and without reading it back.
fn unrolled(program: &Program) -> Vec<Program> {
    let expanded = |reads: bool| -> Vec<Step> {
        let expand = |step: &Step| match step {
            Step::Put { at, recipe, headers, condition, times: times @ 2..=3 } => (0..*times)
                .flat_map(|round| {
                    let recipe = Recipe { variant: recipe.variant + round, ..recipe.clone() };
                    let (at, headers) = (at.clone(), headers.clone());
                    let get = Step::Get { at: at.clone(), span: None, condition: None };
                    let put = Step::Put { at, recipe, headers, condition: *condition, times: 1 };
                    if reads { vec![put, get] } else { vec![put] }
                })
                .collect(),
            other => vec![other.clone()],
        };
        program.steps.iter().flat_map(expand).collect()
    };
    let candidates = [false, true].map(|reads| Program { steps: expanded(reads) });
    candidates.into_iter().filter(|candidate| candidate != program).collect()
}

async fn replay(runs: &Runs<'_>, program: &Program, on: On, s3: &S3) -> Result<Ran, Stop> {
    if on == On::FreshServer {
        session::restart(runs.context.server, s3, Shutdown::Orderly).await?;
    }
    runs.run(program, s3).await
}

impl Found {
    /// Reports the check that it breaks; the requests of one more replay are the evidence.
    pub(super) async fn report(&self, runs: &Runs<'_>, property: Property) {
        let context = runs.context;
        let runner = CheckRunner::new(context).with_counterexample(self.record(context.settings.seed));
        let s3 = runner.s3().clone();
        let body = async {
            replay(runs, &self.program, self.on, &s3).await?;
            Err::<(), Stop>(self.failure().into())
        };
        runner.run(spec(property), context.settings.check_deadline(), body).await;
    }

    pub(super) fn fails_again(&self) -> bool {
        self.failed > 0
    }

    /// Whether it is a race of a single client, which is none.
    pub(super) fn is_of_one_client(&self) -> bool {
        self.program.steps.iter().any(|step| matches!(step, Step::Race { clients: 1, .. }))
    }

    fn failure(&self) -> Failure {
        let Difference { kind, what, expected, actual, loud, .. } = &self.difference;
        let text = self.program.to_string();
        let shown = if text.len() > SHOWN_BYTES { String::new() } else { format!(": {text}") };
        let count = match self.program.steps.len() {
            1 => "1 step".to_owned(),
            count => format!("{count} steps"),
        };
        let message = format!("{what}; {count}, fails {} of {REPLAYS}{shown}", self.failed);
        let failure = Failure::new(*kind, message, expected, actual);
        if *loud { failure.with_severity(Severity::BreaksClients) } else { failure }
    }

    fn record(&self, seed: u64) -> Counterexample {
        let words = in_words(&self.program);
        let last = words.len().saturating_sub(1);
        let step = |(index, step): (usize, String)| CounterexampleStep {
            step,
            answered: self.said.get(index).cloned().unwrap_or_default(),
            expected: (index == last).then(|| self.difference.expected.clone()),
        };
        Counterexample {
            program: self.program.to_string(),
            seed,
            failed: self.failed,
            replays: REPLAYS,
            steps: words.into_iter().enumerate().map(step).collect(),
            details: self.difference.details.clone(),
            aws_cli: for_aws_cli(&self.program),
        }
    }
}
