//! What a large upload costs the server in memory.

use futures_util::FutureExt;

use crate::checks::check::{Check, CheckContext};
use crate::checks::judge::{ensure, ensure_content};
use crate::record::{CheckSpec, Direction, Fault, FaultKind, Metric, Severity, Stop, Unit};

/// Size of the upload.
pub(super) const OBJECT_BYTES: usize = 64 << 20;
/// What a server may take that passes an upload on in pieces, however large they are.
const BOUND_BYTES: u64 = OBJECT_BYTES as u64 / 2;

pub(super) const LARGE_PUT: Check = Check {
    spec: CheckSpec {
        name: "large-put-in-bounded-memory",
        severity: Severity::Cosmetic,
        rule: "storing an object of 64 MiB takes the server less than 32 MiB of memory beside what is stored",
        consequence: "uploads of some size, or several at a time, end the server for want of memory",
        source: "S3 API reference, PutObject: objects of up to 5 GiB in one upload",
    },
    body: |context| large_put(context).boxed(),
};

async fn large_put(context: &CheckContext<'_>) -> Result<(), Stop> {
    let Some((before, _)) = peak(context).await else {
        return Err(Stop::Skipped("the kernel tells no peak of this server's memory".to_owned()));
    };
    let bytes = context.bytes("object", OBJECT_BYTES);
    context.put("object", &bytes).await?;
    let (after, counts_data) = peak(context)
        .await
        .ok_or_else(|| Fault::new(FaultKind::MemoryUnknown, "the server's memory is not known any more"))?;
    let stored = if counts_data { OBJECT_BYTES as u64 } else { 0 };
    let taken = after.saturating_sub(before).saturating_sub(stored);
    context.measured(Metric::single("server.memory.large-put", Unit::Bytes, Direction::Lower, taken)).await;
    let body = context.get("object", bytes.len()).await?;
    ensure_content("object of 64 MiB", &bytes, &body.bytes)?;
    let message = format!("storing an object of 64 MiB took the server {} MiB of memory", taken >> 20);
    let expected = format!("less than {} MiB", BOUND_BYTES >> 20);
    ensure(taken < BOUND_BYTES, "memory-unbounded", message, expected, format!("{} MiB", taken >> 20))
}

/// The server's peak so far, and whether what is stored counts to it; none where it is only what two looks would see.
async fn peak(context: &CheckContext<'_>) -> Option<(u64, bool)> {
    let usage = context.server.usage().await.filter(|usage| !usage.peak_is_sampled)?;
    Some((usage.memory_peak_bytes?, usage.peak_counts_data))
}
