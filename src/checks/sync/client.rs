//! The model of a sync client at work: lists, asks for times where its policy needs them, and carries a plan out.
//!
//! Deliberately absent: any judgement of the result, except for answers with which no client could continue.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use super::planner::{Entry, Policy, Side, SyncPlan, plan, time_of_text, time_text};
use super::trees::{File, Files, side};
use crate::checks::check_context::CheckContext;
use crate::checks::judge::{ensure, few, md5_of_etag};
use crate::record::{Failure, Stop};
use crate::s3::{Attributes, Listed};
use crate::server::EtagProfile;

/// The metadata that has the modification time, without its `x-amz-meta-`.
const TIME: &str = "mtime";
/// Twice the most keys that a check has in its bucket: a longer listing never ends.
const LISTED_AT_MOST: usize = 2_002;
/// Uploads under way at a time where there are many.
const SIDE_BY_SIDE: usize = 8;
/// So few go one after the other, which keeps the evidence in order.
const FEW: usize = 100;

/// A client of the check's bucket that compares by a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct SyncClient<'a> {
    pub(super) c: &'a CheckContext<'a>,
    pub(super) policy: Policy,
}

impl SyncClient<'_> {
    /// The same client by another policy.
    pub(super) fn under(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Whether it notices other content of the same size.
    pub(super) fn tells_content(self) -> bool {
        match self.policy {
            Policy::SizeAndTime => true,
            Policy::Checksum => self.c.etag_profile() == EtagProfile::Md5,
            Policy::SizeOnly => false,
        }
    }

    /// Makes the bucket like the files; what was done.
    pub(super) async fn sync(&self, files: &Files) -> Result<SyncPlan, Stop> {
        let plan = self.planned(files).await?;
        self.carry_out(&plan, files).await?;
        Ok(plan)
    }

    /// What a sync of the files would do.
    pub(super) async fn planned(&self, files: &Files) -> Result<SyncPlan, Stop> {
        let here = side(files);
        Ok(plan(self.policy, &here, &self.remote(Some(&here)).await?))
    }

    /// Makes the files like the bucket; what was done.
    pub(super) async fn restore(&self, files: &mut Files) -> Result<SyncPlan, Stop> {
        let there = self.remote(None).await?;
        let plan = plan(self.policy, &there, &side(files));
        for name in &plan.send {
            let expected = there.get(name).map_or(0, |entry| entry.size_bytes);
            let body = self.c.s3.get(self.c.bucket(), name, expected).await?;
            files.insert(name.clone(), File { bytes: body.bytes, modified_ns: 0 });
        }
        for (old, new) in &plan.copy {
            let file = files.get(old).cloned();
            files.extend(file.map(|file| (new.clone(), file)));
        }
        files.retain(|name, _| !plan.delete.contains(name));
        for name in plan.send.iter().chain(&plan.set_time) {
            if let (Some(file), Some(time)) = (files.get_mut(name), there.get(name).and_then(|entry| entry.modified_ns))
            {
                file.modified_ns = time;
            }
        }
        Ok(plan)
    }

    /// What lies in the bucket. Times are asked for where the policy needs them: of files that `here` has in the same size, of all where
    /// nothing is said of `here`.
    async fn remote(&self, here: Option<&Side>) -> Result<Side, Stop> {
        let mut side = Side::new();
        for listed in self.listing().await? {
            let Listed { key, etag, size_bytes, modified } = listed;
            let size_bytes = size_bytes.unwrap_or_default();
            let comparable = here.is_none_or(|here| here.get(&key).is_some_and(|entry| entry.size_bytes == size_bytes));
            let modified_ns = if comparable && self.policy == Policy::SizeAndTime {
                let stored = modified.map(|seconds| seconds.saturating_mul(1_000_000_000));
                self.time(&key).await?.or(stored)
            } else {
                None
            };
            side.insert(key, Entry { size_bytes, md5: etag.as_deref().and_then(md5_of_etag), modified_ns });
        }
        Ok(side)
    }

    /// The listing, each key once, and none that the check did not write.
    async fn listing(&self) -> Result<Vec<Listed>, Stop> {
        let listing = self.c.list(LISTED_AT_MOST).await?;
        let mut seen = BTreeMap::new();
        for entry in &listing {
            *seen.entry(entry.key.as_str()).or_insert(0_usize) += 1;
        }
        let again: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).map(|(key, _)| *key).collect();
        let message = "the listing has a key more than once";
        ensure(again.is_empty(), "listing-repeats", message, "each key once", few(&again))?;
        let foreign: Vec<_> = seen.keys().filter(|key| !self.c.wrote(key)).copied().collect();
        let message = "the listing has a key that was never stored";
        ensure(foreign.is_empty(), "foreign-object", message, "what was stored", few(&foreign))?;
        Ok(listing)
    }

    /// The modification time that was stored with an object; none where it has none.
    pub(super) async fn time(&self, key: &str) -> Result<Option<i64>, Stop> {
        let attributes = self.c.s3.attributes_by_head(self.c.bucket(), key).await?;
        Ok(attributes.metadata.get(TIME).and_then(|text| time_of_text(text)))
    }

    async fn carry_out(&self, plan: &SyncPlan, files: &Files) -> Result<(), Stop> {
        let at_a_time = if plan.send.len() > FEW { SIDE_BY_SIDE } else { 1 };
        for names in plan.send.chunks(at_a_time) {
            try_join_all(names.iter().map(|name| self.send(name, files))).await?;
        }
        for (old, new) in &plan.copy {
            self.c.copy(old, new).await?;
        }
        for name in &plan.set_time {
            let attributes = files.get(name).map(time_of).unwrap_or_default();
            self.c.s3.replace_attributes(self.c.bucket(), name, &attributes).await?;
        }
        for name in &plan.delete {
            self.c.delete(name).await?;
        }
        Ok(())
    }

    async fn send(&self, name: &str, files: &Files) -> Result<(), Stop> {
        let Some(file) = files.get(name) else { return Ok(()) };
        self.c.put_with(name, &file.bytes, &time_of(file)).await
    }

    /// Fails unless the bucket holds exactly these files.
    pub(super) async fn ensure_stored(&self, files: &Files) -> Result<(), Stop> {
        let listing = self.listing().await?;
        let listed: BTreeMap<&str, Option<u64>> =
            listing.iter().map(|entry| (entry.key.as_str(), entry.size_bytes)).collect();
        let missing: Vec<_> = files.keys().filter(|name| !listed.contains_key(name.as_str())).collect();
        let message = format!("the listing leaves out {} of {} files", missing.len(), files.len());
        ensure(missing.is_empty(), "listing-incomplete", message, "every file", few(&missing))?;
        let left: Vec<_> = listed.keys().filter(|key| !files.contains_key(**key)).collect();
        let message = "the bucket still has what is no file any more";
        ensure(left.is_empty(), "not-deleted", message, "the files and nothing else", few(&left))?;
        for (name, file) in files {
            let size = file.bytes.len() as u64;
            self.c.holds(name, &file.bytes).await?;
            let listed = listed.get(name.as_str()).copied().flatten();
            let said = listed.map_or_else(|| "no size".to_owned(), |size| format!("{size} bytes"));
            let message = format!("the listing has another size for {name} than was stored");
            ensure(listed == Some(size), "size-differs", message, format!("{size} bytes"), said)?;
        }
        Ok(())
    }
}

/// A file's time as metadata.
fn time_of(file: &File) -> Attributes {
    let metadata = BTreeMap::from([(TIME.to_owned(), time_text(file.modified_ns))]);
    Attributes { metadata, ..Attributes::default() }
}

/// Fails unless a client decided as it should; `part` of the plan is what the check is about.
pub(super) fn ensure_decided(kind: &str, message: &str, expected: &SyncPlan, part: &SyncPlan) -> Result<(), Stop> {
    if expected == part {
        return Ok(());
    }
    Err(Failure::new(kind, message, expected.to_string(), part.to_string()).into())
}
