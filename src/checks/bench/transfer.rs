//! Many uploads or downloads, and how long each took.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::sampler::Sampler;
use crate::event::Events;
use crate::record::{Fault, FaultKind, Metric, Stop};
use crate::s3::{Lease, S3};
use crate::workload::{DataFile, Dataset, SizeClass, path_for};

/// What one request took.
#[derive(Debug, Clone, Copy)]
struct Taken {
    size_bytes: u64,
    latency: Duration,
    first_byte: Option<Duration>,
}

/// Latencies of one operation.
#[derive(Debug)]
pub(super) struct Latencies {
    all: Sampler,
    classes: BTreeMap<SizeClass, Sampler>,
    first_byte: Sampler,
}

impl Latencies {
    fn new() -> Result<Self, Stop> {
        let sampler = || Sampler::new().map_err(|error| Stop::Fault(Fault::new(FaultKind::Harness, error.to_string())));
        let classes = SizeClass::ALL.into_iter().map(|class| Ok((class, sampler()?))).collect::<Result<_, Stop>>()?;
        Ok(Self { all: sampler()?, classes, first_byte: sampler()? })
    }

    fn note(&mut self, taken: Taken) {
        self.all.note(taken.latency);
        if let Some(class) = self.classes.get_mut(&SizeClass::of(taken.size_bytes)) {
            class.note(taken.latency);
        }
        if let Some(first_byte) = taken.first_byte {
            self.first_byte.note(first_byte);
        }
    }

    /// The distributions that have samples.
    pub(super) fn metrics(self, operation: &str) -> Vec<Metric> {
        let classes = self.classes.into_iter().map(|(class, sampler)| {
            let name = format!("{operation}.latency.{}", class.name());
            sampler.metric(&name)
        });
        [self.all.metric(&format!("{operation}.latency")), self.first_byte.metric(&format!("{operation}.first-byte"))]
            .into_iter()
            .chain(classes)
            .flatten()
            .collect()
    }
}

/// What a transfer of many files took.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) duration: Duration,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) latencies: Latencies,
}

/// Stores every file of a dataset.
pub(super) async fn upload(
    s3: &S3,
    lease: &Lease,
    dataset: &Dataset,
    workers: usize,
    events: &Events,
) -> Result<Transfer, Stop> {
    let put = |file: DataFile| async move {
        lease.writes(&file.key);
        let started = Instant::now();
        s3.put_file(lease.bucket(), &file.key, &dataset.root.join(&file.key), file.size_bytes).await?;
        Ok(Taken { size_bytes: file.size_bytes, latency: started.elapsed(), first_byte: None })
    };
    transfer("upload", dataset.files.iter().cloned(), workers, events, put).await
}

/// Reads files back below `destination`. A body longer than its file is cut off one chunk later; the comparison tells.
pub(super) async fn download(
    s3: &S3,
    bucket: &str,
    files: Vec<DataFile>,
    destination: &Path,
    workers: usize,
    events: &Events,
) -> Result<Transfer, Stop> {
    let get = |file: DataFile| async move {
        let path = path_for(destination, &file.key)
            .ok_or_else(|| Fault::new(FaultKind::Harness, format!("{} is no relative path", file.key)))?;
        let started = Instant::now();
        let got = s3.get_to_file(bucket, &file.key, &path, file.size_bytes).await?;
        Ok(Taken { size_bytes: got.size_bytes, latency: started.elapsed(), first_byte: Some(got.first_byte) })
    };
    transfer("download", files.into_iter(), workers, events, get).await
}

async fn transfer<R: Future<Output = Result<Taken, Stop>>>(
    step: &'static str,
    files: impl ExactSizeIterator<Item = DataFile>,
    workers: usize,
    events: &Events,
    request: impl Fn(DataFile) -> R,
) -> Result<Transfer, Stop> {
    let total = files.len() as u64;
    let mut latencies = Latencies::new()?;
    let (mut done, mut bytes) = (0, 0);
    let started = Instant::now();
    let mut requests = stream::iter(files).map(request).buffer_unordered(workers.max(1));
    while let Some(taken) = requests.try_next().await? {
        latencies.note(taken);
        done += 1;
        bytes += taken.size_bytes;
        events.progress(step, done, total);
    }
    Ok(Transfer { duration: started.elapsed(), files: done, bytes, latencies })
}
