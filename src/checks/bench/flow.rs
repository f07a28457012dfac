//! The steps of the benchmark and what they measure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::transfer::{self, Transfer};
use super::{Concurrency, steps};
use crate::base::nanoseconds;
use crate::checks::SuiteContext;
use crate::checks::judge::{ensure, few};
use crate::checks::steps::Steps;
use crate::record::{Direction, Fault, FaultKind, Metric, Stop, Unit};
use crate::s3::{Lease, Listed, S3};
use crate::server::{BucketMode, Usage};
use crate::workload::{DataFile, Dataset, compare, copy_tree};

/// Keys of one `DeleteObjects` request, the most that S3 allows.
const DELETE_BATCH: usize = 1000;
/// A step transfers many files, so no deadline but that of each request bounds it.
const STEP_DEADLINE: Duration = Duration::from_hours(24);

/// Carries the benchmark out. A step that does not pass skips the steps that follow from it, except for the cleaning up.
pub(in crate::checks) async fn run(context: &SuiteContext<'_>, mode: BucketMode, concurrency: Concurrency) {
    let mut steps = Steps::new(context, steps(mode), STEP_DEADLINE);
    let _ = carry_out(context, mode, concurrency, &mut steps).await;
    steps.skip_rest("not run: an earlier step did not pass").await;
}

/// A bench under way.
struct Flow<'a> {
    context: &'a SuiteContext<'a>,
    /// The client of what is measured: unrecorded, so that nothing but the request is timed.
    s3: S3,
    /// The client of everything else.
    recorded: S3,
    lease: Lease,
    dataset: Dataset,
    workers: usize,
}

/// None where a step did not pass that the ones after it need.
async fn carry_out(
    context: &SuiteContext<'_>,
    mode: BucketMode,
    concurrency: Concurrency,
    steps: &mut Steps<'_>,
) -> Option<()> {
    let workers = if concurrency == Concurrency::Parallel { context.settings.workers } else { 1 };
    describe(context, mode, concurrency).await;
    let dataset = match prepare(context).await {
        Ok(dataset) => dataset,
        Err(stop) => return steps.run(async { Err(stop) }).await,
    };
    let lease = match mode {
        BucketMode::Custom => context.leases.enter(context.bucket_name(), false),
        BucketMode::Default => context.leases.enter(BucketMode::DEFAULT_BUCKET, true),
    };
    let flow = Flow { context, s3: context.s3.clone(), recorded: steps.recorded(), lease, dataset, workers };
    flow.describe_data().await;
    if mode == BucketMode::Custom {
        steps.run(flow.create_bucket()).await?;
    }
    steps.run(flow.upload()).await?;
    // An incomplete listing is a verdict of its own; what was stored is read back all the same.
    let _ = steps.run(flow.list()).await;
    match steps.run(flow.download()).await {
        Some(directory) => drop(steps.run(flow.compare(directory)).await),
        None => steps.skip("not run: the files were not downloaded").await,
    }
    steps.run(flow.delete_objects()).await?;
    if mode == BucketMode::Custom {
        steps.run(flow.delete_bucket()).await?;
    }
    Some(())
}

async fn describe(context: &SuiteContext<'_>, mode: BucketMode, concurrency: Concurrency) {
    let dataset = &context.settings.dataset;
    context.fact("Files", dataset.files.to_string()).await;
    let range = format!("{} - {} bytes", dataset.min_size_bytes, dataset.max_size_bytes);
    context.fact("File size range", range).await;
    context.fact("Subdirectories", dataset.subdirs.to_string()).await;
    let mode = match mode {
        BucketMode::Custom => "custom (buckets are created)",
        BucketMode::Default => "default (one virtual bucket)",
    };
    context.fact("Bucket mode", mode).await;
    match concurrency {
        Concurrency::Sequential => context.fact("Parallel mode", "disabled").await,
        Concurrency::Parallel => {
            context.fact("Parallel mode", "enabled").await;
            context.fact("Workers", context.settings.workers.to_string()).await;
        }
    }
}

/// Makes the files and, right after, the local copy that the transfers are compared with. Nothing is deleted before the end of the
/// suite: making files right after deleting many is slow on ext4, and would be measured.
async fn prepare(context: &SuiteContext<'_>) -> Result<Dataset, Stop> {
    let (source, copy) = (context.work_dir.join("source"), context.work_dir.join("copy"));
    let (settings, seed) = (context.settings.dataset, context.settings.seed);
    let (dataset, took) = blocking(move || {
        std::fs::create_dir_all(&source)?;
        std::fs::create_dir_all(&copy)?;
        let dataset = Dataset::generate(&source, &settings, seed)?;
        let started = Instant::now();
        copy_tree(&dataset, &copy)?;
        Ok((dataset, started.elapsed()))
    })
    .await?;
    context.measured(time("local-copy.time", took)).await;
    context.measured(throughput("local-copy", dataset.total_bytes(), took)).await;
    Ok(dataset)
}

impl Flow<'_> {
    async fn describe_data(&self) {
        let files = self.dataset.files.len() as u64;
        self.context.measured(count("test-data.files", Unit::Count, files)).await;
        self.context.measured(count("test-data.bytes", Unit::Bytes, self.dataset.total_bytes())).await;
    }

    async fn create_bucket(&self) -> Result<(), Stop> {
        let started = Instant::now();
        self.context.create_bucket(&self.recorded, self.lease.bucket()).await?;
        self.context.measured(time("bucket-create.time", started.elapsed())).await;
        let found = self.recorded.bucket_exists(self.lease.bucket()).await?;
        ensure(found, "bucket-missing", "CreateBucket succeeded, but HeadBucket finds no bucket", "200", "404")
    }

    async fn upload(&self) -> Result<(), Stop> {
        let before = self.context.server.usage().await;
        let transfer =
            transfer::upload(&self.s3, &self.lease, &self.dataset, self.workers, &self.context.events).await?;
        self.report("upload", transfer, before).await;
        Ok(())
    }

    /// The listing must name what was stored, and nothing else.
    async fn list(&self) -> Result<(), Stop> {
        let stored = &self.dataset.files;
        let started = Instant::now();
        let bound = stored.len().saturating_mul(2) + DELETE_BATCH;
        let listing = self.recorded.list_all(self.lease.bucket(), "", None, bound).await;
        self.context.measured(time("list.time", started.elapsed())).await;
        let listing = listing?;
        let missing: Vec<_> = {
            let keys: BTreeSet<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
            stored.iter().filter(|file| !keys.contains(file.key.as_str())).map(|file| file.key.as_str()).collect()
        };
        ensure(
            missing.is_empty(),
            "listing-incomplete",
            format!("the listing leaves out {} of {} stored keys", missing.len(), stored.len()),
            format!("{} keys", stored.len()),
            format!("{} keys; without {}", listing.len(), few(&missing)),
        )?;
        let foreign: Vec<_> = listing.iter().map(|entry| &entry.key).filter(|key| !self.lease.holds(key)).collect();
        ensure(
            foreign.is_empty(),
            "listing-foreign",
            format!("the listing names {} keys that were never stored", foreign.len()),
            "only stored keys",
            few(&foreign.iter().map(|key| key.escape_debug()).collect::<Vec<_>>()),
        )?;
        ensure(
            listing.len() == stored.len(),
            "listing-duplicates",
            "the listing names a key more than once",
            format!("{} entries", stored.len()),
            format!("{} entries", listing.len()),
        )?;
        self.sizes_agree(&listing)
    }

    fn sizes_agree(&self, listing: &[Listed]) -> Result<(), Stop> {
        let listed: BTreeMap<_, _> = listing.iter().map(|entry| (entry.key.as_str(), entry.size_bytes)).collect();
        let wrong: Vec<_> = self
            .dataset
            .files
            .iter()
            .filter_map(|file| {
                let size = *listed.get(file.key.as_str())?;
                let shown = size.map_or_else(|| "no size".to_owned(), |size| size.to_string());
                (size != Some(file.size_bytes)).then(|| format!("{}: {shown} for {} bytes", file.key, file.size_bytes))
            })
            .collect();
        let message = format!("the listing has the wrong size for {} keys", wrong.len());
        ensure(wrong.is_empty(), "listing-size", message, "the stored sizes", few(&wrong))
    }

    /// Downloads what the listing names, as the original does; timed with the listing.
    async fn download(&self) -> Result<PathBuf, Stop> {
        let destination = self.context.work_dir.join("download");
        for index in 0..self.context.settings.dataset.subdirs {
            tokio::fs::create_dir_all(destination.join(format!("subdir_{index}"))).await?;
        }
        tokio::fs::create_dir_all(&destination).await?;
        let before = self.context.server.usage().await;
        let started = Instant::now();
        let bound = self.dataset.files.len().saturating_mul(2) + DELETE_BATCH;
        // Where the listing does not lead to its end, what it should have named is downloaded: the content is another question.
        let files = match self.s3.list_all(self.lease.bucket(), "", None, bound).await {
            Ok(listing) => self.stored_files(&listing),
            Err(crate::s3::ListError::Request(error)) => return Err(error.into()),
            Err(_) => self.dataset.files.clone(),
        };
        let listed = started.elapsed();
        let mut transfer =
            transfer::download(&self.s3, self.lease.bucket(), files, &destination, self.workers, &self.context.events)
                .await?;
        transfer.duration += listed;
        self.report("download", transfer, before).await;
        Ok(destination)
    }

    /// The files that a listing names; keys of others are never read, let alone made into paths.
    fn stored_files(&self, listing: &[Listed]) -> Vec<DataFile> {
        let keys: BTreeSet<_> = listing.iter().map(|entry| entry.key.as_str()).collect();
        self.dataset.files.iter().filter(|file| keys.contains(file.key.as_str())).cloned().collect()
    }

    async fn compare(&self, directory: PathBuf) -> Result<(), Stop> {
        let dataset = self.dataset.clone();
        let differences = blocking(move || compare(&dataset, &directory)).await?;
        ensure(
            differences.is_empty(),
            "content-differs",
            format!("{} of {} files are not what was uploaded", differences.len(), self.dataset.files.len()),
            "equal trees",
            few(&differences),
        )
    }

    async fn delete_objects(&self) -> Result<(), Stop> {
        let keys: Vec<String> = self.dataset.files.iter().map(|file| file.key.clone()).collect();
        let started = Instant::now();
        for batch in keys.chunks(DELETE_BATCH) {
            let refused = self.recorded.delete_many(self.lease.bucket(), batch).await?;
            let refused: Vec<_> = refused.into_iter().map(|(key, reason)| format!("{key}: {reason}")).collect();
            ensure(
                refused.is_empty(),
                "delete-refused",
                format!("DeleteObjects refuses {} keys", refused.len()),
                "all deleted",
                few(&refused),
            )?;
        }
        self.context.measured(time("delete.time", started.elapsed())).await;
        let page = self.recorded.list_page(self.lease.bucket(), "", None, None).await?;
        let left: Vec<_> = page.entries.iter().map(|entry| entry.key.escape_debug()).collect();
        let message = "the listing still names deleted objects";
        ensure(left.is_empty(), "delete-without-effect", message, "an empty listing", few(&left))?;
        if let Some(key) = keys.first() {
            let found = self.recorded.head(self.lease.bucket(), key).await?.is_some();
            let message = format!("HEAD still finds {key}, which was deleted");
            ensure(!found, "delete-without-effect", message, "404", "200")?;
        }
        for key in &keys {
            self.lease.deleted(key);
        }
        Ok(())
    }

    async fn delete_bucket(&self) -> Result<(), Stop> {
        self.recorded.delete_bucket(self.lease.bucket()).await?;
        let found = self.recorded.bucket_exists(self.lease.bucket()).await?;
        ensure(!found, "bucket-remains", "DeleteBucket succeeded, but HeadBucket still finds the bucket", "404", "200")
    }

    /// Reports what a transfer took, on the client and in the server.
    async fn report(&self, operation: &str, transfer: Transfer, before: Option<Usage>) {
        let after = self.context.server.usage().await;
        let Transfer { duration, files, bytes, latencies } = transfer;
        self.context.measured(time(&format!("{operation}.time"), duration)).await;
        self.context.measured(throughput(operation, bytes, duration)).await;
        let rate = per_second(files, duration);
        let name = format!("{operation}.rate");
        self.context.measured(Metric::single(name, Unit::OperationsPerSecond, Direction::Higher, rate)).await;
        for metric in latencies.metrics(operation) {
            self.context.measured(metric).await;
        }
        let (Some(before), Some(after)) = (before, after) else { return };
        let cpu = after.cpu.saturating_sub(before.cpu);
        self.context.measured(time(&format!("server.cpu.{operation}"), cpu)).await;
        if let Some(peak) = after.memory_peak_bytes.filter(|_| operation == "download") {
            let name = "server.memory.peak";
            self.context.measured(Metric::single(name, Unit::Bytes, Direction::Lower, peak)).await;
        }
    }
}

fn time(name: &str, duration: Duration) -> Metric {
    let nanoseconds = nanoseconds(duration);
    Metric::single(name, Unit::Nanoseconds, Direction::Lower, nanoseconds)
}

fn throughput(operation: &str, bytes: u64, duration: Duration) -> Metric {
    let name = format!("{operation}.throughput");
    Metric::single(name, Unit::BytesPerSecond, Direction::Higher, per_second(bytes, duration))
}

fn count(name: &str, unit: Unit, value: u64) -> Metric {
    Metric::single(name, unit, Direction::Higher, value)
}

fn per_second(amount: u64, duration: Duration) -> u64 {
    let nanoseconds = duration.as_nanos().max(1);
    u64::try_from(u128::from(amount) * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
}

/// Runs file work where it does not hold up requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Stop> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(Fault::new(FaultKind::Harness, error.to_string()).into()),
    }
}
