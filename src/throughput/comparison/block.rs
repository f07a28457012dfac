//! One block: fresh servers of both arms, and every object on both arms back to back.
//!
//! It stops both servers, however it ends. Deliberately absent: what the times mean.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::objects::{self, Object, Objects};
use super::schedule::{BlockSchedule, Operation, Pass, Turn, other};
use crate::base::nanoseconds;
use crate::record::{Arm, Fault, FaultKind, ThroughputBlock, ThroughputPass};
use crate::s3::{ClientSettings, RequestError, S3, Timed, TimedConnection};
use crate::server::{Runtime, Server, ServerError, ServerSpec};
use crate::throughput::SequenceError;

/// How long to wait for the end of a server that broke off an answer.
const DEATH_GRACE: Duration = Duration::from_secs(1);
/// Lines of a server's log that a report keeps.
const LOG_LINES: usize = 120;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Both<T> {
    pub(crate) base: T,
    pub(crate) candidate: T,
}

impl<T> Both<T> {
    pub(crate) fn of(&self, arm: Arm) -> &T {
        match arm {
            Arm::Base => &self.base,
            Arm::Candidate => &self.candidate,
        }
    }

    fn of_mut(&mut self, arm: Arm) -> &mut T {
        match arm {
            Arm::Base => &mut self.base,
            Arm::Candidate => &mut self.candidate,
        }
    }

    /// `one` belongs to `first`, `two` to the other arm.
    fn by_order(first: Arm, one: T, two: T) -> Self {
        match first {
            Arm::Base => Self { base: one, candidate: two },
            Arm::Candidate => Self { base: two, candidate: one },
        }
    }
}

pub(super) fn name(arm: Arm) -> &'static str {
    match arm {
        Arm::Base => "base",
        Arm::Candidate => "candidate",
    }
}

/// The same request on both arms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) operation: Operation,
    /// Number of the object, or of the listing.
    pub(super) object: usize,
    pub(super) taken: Both<Duration>,
}

#[derive(Debug)]
pub struct BrokenOff {
    pub fault: Fault,
    /// The last log lines of the server that caused the fault.
    pub log: Vec<String>,
}

impl From<ServerError> for BrokenOff {
    fn from(error: ServerError) -> Self {
        Self { log: error.log().to_vec(), fault: error.into() }
    }
}

impl From<SequenceError> for BrokenOff {
    fn from(error: SequenceError) -> Self {
        Self {
            fault: Fault::new(FaultKind::Comparison, error.to_string()).with_hint(SequenceError::HINT),
            log: Vec::new(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Measured {
    pub(super) record: ThroughputBlock,
    pub(super) pairs: Vec<Pair>,
}

/// What every block of a comparison needs.
#[derive(Debug)]
pub(super) struct ComparisonSetup<'a> {
    pub(super) runtimes: Both<&'a Runtime>,
    pub(super) specs: Both<ServerSpec>,
    pub(super) objects: Objects,
    /// Deadline of a request.
    pub(super) deadline: Duration,
    /// Cancelled when the run must stop.
    pub(super) stop: CancellationToken,
}

impl ComparisonSetup<'_> {
    /// Runs a block. `None` if the run must stop.
    ///
    /// # Errors
    /// A server does not start, dies or answers wrongly. Its speed then says nothing.
    pub(super) async fn block(&self, number: u64, schedule: &BlockSchedule) -> Result<Option<Measured>, BrokenOff> {
        let started = Instant::now();
        let servers = self.start(schedule.started_first).await?;
        let measured = tokio::select! {
            measured = measure(&servers, self, schedule) => Some(measured),
            () = self.stop.cancelled() => None,
        };
        let measured = match measured {
            Some(Err((arm, error))) => Some(Err(explained(number, arm, servers.of(arm).as_ref(), error).await)),
            Some(Ok(found)) => Some(Ok(found)),
            None => None,
        };
        let memory =
            Both { base: memory(servers.base.as_ref()).await, candidate: memory(servers.candidate.as_ref()).await };
        let (base, candidate) = tokio::join!(servers.base.stop(), servers.candidate.stop());
        let Some(measured) = measured else { return Ok(None) };
        let (passes, pairs) = measured?;
        base?;
        candidate?;
        let record = ThroughputBlock {
            number,
            started_first: schedule.started_first,
            duration_ns: nanoseconds(started.elapsed()),
            passes,
            base_memory_bytes: memory.base,
            candidate_memory_bytes: memory.candidate,
        };
        Ok(Some(Measured { record, pairs }))
    }

    /// Starts both servers, one right after the other, so that they start up side by side.
    async fn start(&self, first: Arm) -> Result<Both<Box<dyn Server>>, BrokenOff> {
        let start = |arm: Arm| self.runtimes.of(arm).start(self.specs.of(arm));
        let (one, two) = tokio::join!(Box::pin(start(first)), Box::pin(start(other(first))));
        match (one, two) {
            (Ok(one), Ok(two)) => Ok(Both::by_order(first, one, two)),
            (Err(error), left) => Err(alone(first, error, left).await),
            (left, Err(error)) => Err(alone(other(first), error, left).await),
        }
    }
}

/// Stops the other arm, and returns why this one did not start.
async fn alone(arm: Arm, error: ServerError, left: Result<Box<dyn Server>, ServerError>) -> BrokenOff {
    if let Ok(server) = left
        && let Err(error) = server.stop().await
    {
        tracing::debug!(%error, "the other arm could not be stopped");
    }
    let mut broken = BrokenOff::from(error);
    broken.fault.message = format!("the {}: {}", name(arm), broken.fault.message);
    broken
}

type Found = (Vec<ThroughputPass>, Vec<Pair>);

async fn measure(
    servers: &Both<Box<dyn Server>>,
    setup: &ComparisonSetup<'_>,
    schedule: &BlockSchedule,
) -> Result<Found, (Arm, Trouble)> {
    let connection = |arm: Arm| {
        let raw = S3::new(&ClientSettings {
            endpoint: servers.of(arm).endpoint().to_owned(),
            access_key: String::new(),
            secret_key: String::new(),
            deadline: setup.deadline,
        })
        .raw();
        raw.timed_connection().map_err(|error| (arm, error.into()))
    };
    let arms = Both { base: connection(Arm::Base)?, candidate: connection(Arm::Candidate)? };
    let mut connections = Connections { arms, objects: &setup.objects };
    connections.warm_up(schedule).await?;
    let (mut passes, mut pairs) = (Vec::new(), Vec::new());
    for pass in &schedule.passes {
        let before = cpu(servers).await;
        let found = connections.pass(pass).await?;
        let after = cpu(servers).await;
        let sum = |arm: Arm| nanoseconds(found.iter().map(|pair| *pair.taken.of(arm)).sum());
        let spent = |arm: Arm| Some(nanoseconds(after.of(arm).as_ref()?.saturating_sub((*before.of(arm))?)));
        passes.push(ThroughputPass {
            operation: pass.operation.name().to_owned(),
            order: pass.order(),
            base_ns: sum(Arm::Base),
            candidate_ns: sum(Arm::Candidate),
            base_cpu_ns: spent(Arm::Base),
            candidate_cpu_ns: spent(Arm::Candidate),
        });
        pairs.extend(found);
    }
    Ok((passes, pairs))
}

struct Connections<'a> {
    arms: Both<TimedConnection>,
    objects: &'a Objects,
}

impl Connections<'_> {
    async fn warm_up(&mut self, schedule: &BlockSchedule) -> Result<(), (Arm, Trouble)> {
        for arm in [schedule.bucket_first, other(schedule.bucket_first)] {
            let connection = self.arms.of_mut(arm);
            let failed = |error: RequestError| (arm, Trouble::from(error));
            let request = objects::create_bucket(connection.raw()).map_err(failed)?;
            let answer = connection.time(&request).await.map_err(failed)?;
            right(Operation::Put, None, answer).map_err(|trouble| (arm, trouble))?;
        }
        for pass in &schedule.warm_up {
            self.pass(pass).await?;
        }
        Ok(())
    }

    async fn pass(&mut self, pass: &Pass) -> Result<Vec<Pair>, (Arm, Trouble)> {
        let mut pairs = Vec::with_capacity(pass.turns.len());
        for turn in &pass.turns {
            let taken = self.turn(pass.operation, *turn).await?;
            pairs.push(Pair { operation: pass.operation, object: turn.object, taken });
        }
        Ok(pairs)
    }

    async fn turn(&mut self, operation: Operation, turn: Turn) -> Result<Both<Duration>, (Arm, Trouble)> {
        let object = self.objects.get(turn.object).filter(|_| operation != Operation::List);
        let one = self.ask(turn.first, operation, object).await?;
        let two = self.ask(other(turn.first), operation, object).await?;
        Ok(Both::by_order(turn.first, one, two))
    }

    async fn ask(
        &mut self,
        arm: Arm,
        operation: Operation,
        object: Option<&Object>,
    ) -> Result<Duration, (Arm, Trouble)> {
        let connection = self.arms.of_mut(arm);
        let failed = |error: RequestError| (arm, Trouble::from(error));
        let request = objects::request(connection.raw(), operation, object).map_err(failed)?;
        let answer = connection.time(&request).await.map_err(failed)?;
        right(operation, object, answer).map_err(|trouble| (arm, trouble))
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The answer is wrong, so its speed says nothing.
    #[error("{operation} got HTTP {status} and {body_bytes} bytes")]
    Answer { operation: &'static str, status: u16, body_bytes: u64 },
}

/// The time of an answer, if the answer is right.
fn right(operation: Operation, object: Option<&Object>, answer: Timed) -> Result<Duration, Trouble> {
    let whole = match (operation, object) {
        (Operation::Get, Some(object)) => answer.body_bytes == object.size_bytes(),
        _ => true,
    };
    if (200..300).contains(&answer.status) && whole {
        return Ok(answer.duration);
    }
    let Timed { status, body_bytes, .. } = answer;
    Err(Trouble::Answer { operation: operation.name(), status, body_bytes })
}

/// If the server died, that explains everything else.
async fn explained(number: u64, arm: Arm, server: &dyn Server, trouble: Trouble) -> BrokenOff {
    let name = name(arm);
    let fault = match tokio::time::timeout(DEATH_GRACE, server.ended()).await {
        Ok(how) => Fault::new(FaultKind::ServerDied, format!("the {name}'s server died in block {number}: {how}"))
            .with_hint("the last lines of its log are in the report"),
        Err(_) => Fault::new(FaultKind::Comparison, format!("the {name}'s server, block {number}: {trouble}"))
            .with_hint("the other suites say what is wrong with its answers"),
    };
    BrokenOff { fault, log: server.log_tail(LOG_LINES) }
}

async fn cpu(servers: &Both<Box<dyn Server>>) -> Both<Option<Duration>> {
    let of = async |server: &dyn Server| server.usage().await.map(|usage| usage.cpu);
    Both { base: of(servers.base.as_ref()).await, candidate: of(servers.candidate.as_ref()).await }
}

async fn memory(server: &dyn Server) -> Option<u64> {
    server.usage().await?.memory_peak_bytes
}
