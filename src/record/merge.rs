//! The records of a split run, put together again.
//!
//! Owns which records belong together: shards of one split, run by one s3ci on one target against one base with one seed and the same
//! settings, each there once. Deliberately absent: the exit code of the whole, which is judged as that of any record.

use super::{RunRecord, Shard};

/// Records that are not one run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("merge records: you named none")]
    Nothing,
    /// Two records differ in what makes a run.
    #[error("merge records of different runs: they differ in {what} ({one} and {other})")]
    Different {
        /// What they differ in.
        what: String,
        /// What the first record has.
        one: String,
        /// What another has.
        other: String,
    },
    /// A record is there twice, or two have results of one suite.
    #[error("merge {what} twice")]
    Twice {
        /// A suite or a shard.
        what: String,
    },
    /// A shard and a whole run.
    #[error("merge a shard with a run that is not a shard")]
    Mixed,
    /// Shards are missing.
    #[error("merge an incomplete run: shard {missing} of {count} is not there")]
    Missing {
        /// The first shard that is missing.
        missing: u64,
        /// Shards in all.
        count: u64,
    },
}

impl MergeError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Nothing => "name the metrics.json of each shard",
            Self::Different { .. } => {
                "run all shards with one version of s3ci, one target, one base, one seed, the same selection, settings and --durations"
            }
            Self::Twice { .. } => "name the metrics.json of each shard once",
            Self::Mixed => "name the metrics.json of shards of one run (--shard I/N)",
            Self::Missing { .. } => "if the machine of a shard failed, run that shard again",
        }
    }
}

/// Puts the records of all shards together. Suites stand in the order of the shards; the exit code is that of the first record and is
/// for the caller to judge anew.
///
/// # Errors
/// Records that do not belong together, or not all that do.
pub fn merge(records: Vec<RunRecord>) -> Result<RunRecord, MergeError> {
    let mut records = records;
    records.sort_by_key(|record| record.shard.map(|shard| shard.number));
    complete(&records)?;
    let mut rest = records.into_iter();
    let mut whole = rest.next().ok_or(MergeError::Nothing)?;
    for record in rest {
        same(&whole, &record)?;
        if let Some(suite) = record.suites.iter().find(|suite| whole.suites.iter().any(|other| other.id == suite.id)) {
            return Err(MergeError::Twice { what: suite.id.to_string() });
        }
        take(&mut whole, record);
    }
    whole.shard = None;
    Ok(whole)
}

/// Each shard once; a record that is not a shard must be the only one.
fn complete(records: &[RunRecord]) -> Result<(), MergeError> {
    let shards: Vec<Option<Shard>> = records.iter().map(|record| record.shard).collect();
    let Some(Some(first)) = shards.first().copied() else {
        return match shards.iter().any(Option::is_some) {
            true => Err(MergeError::Mixed),
            false if shards.len() > 1 => Err(MergeError::Twice { what: "a whole run".to_owned() }),
            false => Ok(()),
        };
    };
    for (expected, shard) in (1..).zip(&shards) {
        let Some(shard) = shard else { return Err(MergeError::Mixed) };
        if shard.count != first.count {
            let (one, other) = (first.count.to_string(), shard.count.to_string());
            return Err(MergeError::Different { what: "the number of shards".to_owned(), one, other });
        }
        if shard.split != first.split {
            let (one, other) = (format!("{:08x}", first.split), format!("{:08x}", shard.split));
            return Err(MergeError::Different { what: "the split".to_owned(), one, other });
        }
        if shard.number < expected {
            return Err(MergeError::Twice { what: format!("shard {} of {}", shard.number, shard.count) });
        }
        if shard.number > expected {
            return Err(MergeError::Missing { missing: expected, count: first.count });
        }
    }
    let there = shards.len() as u64;
    if there < first.count {
        return Err(MergeError::Missing { missing: there + 1, count: first.count });
    }
    Ok(())
}

/// What makes a run must be the same; where it was run may differ, for shards have a machine each.
fn same(one: &RunRecord, other: &RunRecord) -> Result<(), MergeError> {
    let facts = |record: &RunRecord| {
        let image = record.target.image.as_ref();
        let base = record.against.as_ref().map(|against| &against.base);
        vec![
            ("the schema", record.schema_version.clone()),
            ("the version of s3ci", record.tool.version.clone()),
            ("the target", record.target.spec.clone()),
            ("the version of the server", record.target.version.clone().unwrap_or_default()),
            ("the sources", record.target.source_digest.clone().unwrap_or_default()),
            ("the constraints", image.and_then(|image| image.constraints_digest.clone()).unwrap_or_default()),
            ("the runtime", format!("{:?}", record.runtime.kind)),
            ("the seed", record.seed.to_string()),
            ("the base", base.map_or_else(|| "none".to_owned(), |base| base.spec.clone())),
            ("the version of the base", base.and_then(|base| base.version.clone()).unwrap_or_default()),
            ("the sources of the base", base.and_then(|base| base.source_digest.clone()).unwrap_or_default()),
            (
                "what fails",
                record.against.as_ref().map_or_else(String::new, |against| format!("{:?}", against.fail_on)),
            ),
            ("the ledger of known issues", format!("{:?}", record.ledger)),
        ]
    };
    for ((what, one), (_, other)) in facts(one).into_iter().zip(facts(other)) {
        if one != other {
            return Err(MergeError::Different { what: what.to_owned(), one, other });
        }
    }
    for ((name, one), (_, other)) in settings(one).into_iter().zip(settings(other)) {
        if one != other {
            return Err(MergeError::Different { what: format!("the setting {name}"), one, other });
        }
    }
    Ok(())
}

/// The settings by their names in the record.
fn settings(record: &RunRecord) -> Vec<(String, String)> {
    let fields = serde_json::to_value(&record.settings).ok();
    let fields = fields.and_then(|fields| fields.as_object().cloned()).unwrap_or_default();
    fields.into_iter().map(|(name, value)| (name, value.to_string())).collect()
}

fn take(whole: &mut RunRecord, shard: RunRecord) {
    let ends_at = |record: &RunRecord| record.started_at + std::time::Duration::from_nanos(record.duration_ns);
    let end = ends_at(whole).max(ends_at(&shard));
    whole.started_at = whole.started_at.min(shard.started_at);
    whole.duration_ns = u64::try_from((end - whole.started_at).whole_nanoseconds()).unwrap_or_default();
    whole.runtime.isolated &= shard.runtime.isolated;
    for notice in shard.notices {
        if !whole.notices.contains(&notice) {
            whole.notices.push(notice);
        }
    }
    whole.suites.extend(shard.suites);
    match (&mut whole.against, shard.against) {
        (Some(whole), Some(shard)) => {
            whole.throughput.extend(shard.throughput);
            whole.verdicts.extend(shard.verdicts);
        }
        (whole, shard) => *whole = whole.take().or(shard),
    }
    whole.faults.extend(shard.faults);
    whole.interruption = whole.interruption.or(shard.interruption);
    whole.timings.extend(shard.timings);
}
