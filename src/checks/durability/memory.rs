//! What a large upload costs the server in memory.

use crate::checks::check::Check;
use crate::checks::check_context::CheckContext;
use crate::checks::judge::ensure;
use crate::checks::scope::ANYWHERE;
use crate::record::Severity::Cosmetic;
use crate::record::{Direction, Fault, FaultKind, Metric, Stop, Unit};

/// Size of the upload.
pub(super) const OBJECT_BYTES: usize = 64 << 20;
/// What a server may take that passes an upload on in pieces, however large they are.
const BOUND_BYTES: u64 = OBJECT_BYTES as u64 / 2;

pub(super) static CHECKS: &[Check] = &[Check {
    name: "large-put-in-bounded-memory",
    severity: Cosmetic,
    rule: "to store an object of 64 MiB the server needs less than 32 MiB of memory beside what is stored",
    consequence: "large uploads, or several at a time, make the server run out of memory",
    source: "S3 API reference, PutObject: objects of up to 5 GiB in one upload",
    scope: ANYWHERE.alone(),
    body: &large_put,
}];

async fn large_put(c: &CheckContext<'_>) -> Result<(), Stop> {
    let Some((before, _)) = peak(c).await else {
        return Err(Stop::Skipped("the kernel does not report the peak of this server's memory".to_owned()));
    };
    let bytes = c.bytes("object", OBJECT_BYTES);
    c.put("object", &bytes).await?;
    let (after, counts_data) = peak(c)
        .await
        .ok_or_else(|| Fault::new(FaultKind::MemoryUnknown, "the server's memory is not known any more"))?;
    let stored = if counts_data { OBJECT_BYTES as u64 } else { 0 };
    let taken = after.saturating_sub(before).saturating_sub(stored);
    c.measured(Metric::single("server.memory.large-put", Unit::Bytes, Direction::Lower, taken)).await;
    c.holds_as("object of 64 MiB", "object", &bytes).await?;
    let message = format!("storing an object of 64 MiB took the server {} MiB of memory", taken >> 20);
    let expected = format!("less than {} MiB", BOUND_BYTES >> 20);
    ensure(taken < BOUND_BYTES, "memory-unbounded", message, expected, format!("{} MiB", taken >> 20))
}

/// The server's peak so far, and whether what is stored counts to it; none where it is only what two looks would see.
async fn peak(c: &CheckContext<'_>) -> Option<(u64, bool)> {
    let usage = c.server().usage().await.filter(|usage| !usage.peak_is_sampled)?;
    Some((usage.memory_peak_bytes?, usage.peak_counts_data))
}
