//! Decides what a sync does, from the files on both sides. Pure, and the same in both directions.
//!
//! Follows rclone (`fs/operations`, Equal): a difference in size always counts. Then, by policy, the modification time or the MD5; where
//! the time alone differs and the MD5s are the same, the time is set and nothing transferred.

use std::collections::BTreeMap;
use std::fmt;

use crate::checks::judge::few;

/// By what a client decides whether a file is the same on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    /// Size and modification time: `rclone sync`.
    SizeAndTime,
    /// Size and MD5, size alone where a side has no MD5: `rclone sync --checksum`.
    Checksum,
    /// Size alone: `rclone sync --size-only`.
    SizeOnly,
}

impl Policy {
    pub(super) const ALL: [Self; 3] = [Self::SizeAndTime, Self::Checksum, Self::SizeOnly];
}

/// What is known of a file without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) size_bytes: u64,
    /// MD5 of the content in hexadecimal digits; none where the ETag is no MD5.
    pub(super) md5: Option<String>,
    /// Modification time in nanoseconds since 1970; none if the client did not ask for it.
    pub(super) modified_ns: Option<i64>,
}

/// The files on one side, by name.
pub(super) type Side = BTreeMap<String, Entry>;

/// What has to be done to make the destination like the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SyncPlan {
    /// Names whose content is transferred.
    pub(super) send: Vec<String>,
    /// Names that are made from what the destination has under another name.
    pub(super) copy: Vec<(String, String)>,
    /// Names whose modification time alone is set.
    pub(super) set_time: Vec<String>,
    /// Names that the destination alone has.
    pub(super) delete: Vec<String>,
}

/// How a file of both sides compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Same,
    OtherTime,
    Other,
}

/// Compares both sides by a policy.
pub(super) fn plan(policy: Policy, source: &Side, destination: &Side) -> SyncPlan {
    let mut plan = SyncPlan::default();
    plan.delete.extend(destination.keys().filter(|name| !source.contains_key(*name)).cloned());
    for (name, entry) in source {
        match destination.get(name).map(|there| compare(policy, entry, there)) {
            Some(Comparison::Same) => {}
            Some(Comparison::OtherTime) => plan.set_time.push(name.clone()),
            Some(Comparison::Other) => plan.send.push(name.clone()),
            None => match renamed_from(policy, entry, destination, &plan.delete) {
                Some(old) => plan.copy.push((old, name.clone())),
                None => plan.send.push(name.clone()),
            },
        }
    }
    plan
}

fn compare(policy: Policy, source: &Entry, destination: &Entry) -> Comparison {
    let same_md5 = source.md5.as_ref().zip(destination.md5.as_ref()).map(|(one, other)| one == other);
    let other_unless = |same| if same { Comparison::Same } else { Comparison::Other };
    if source.size_bytes != destination.size_bytes {
        return Comparison::Other;
    }
    match policy {
        Policy::SizeOnly => Comparison::Same,
        Policy::Checksum => other_unless(same_md5.unwrap_or(true)),
        Policy::SizeAndTime if source.modified_ns == destination.modified_ns => Comparison::Same,
        Policy::SizeAndTime if same_md5 == Some(true) => Comparison::OtherTime,
        Policy::SizeAndTime => Comparison::Other,
    }
}

/// The name that a file had before, where its MD5 tells: s3cmd, and rclone with `--track-renames`, copy on the server then.
fn renamed_from(policy: Policy, entry: &Entry, destination: &Side, deleted: &[String]) -> Option<String> {
    let md5 = entry.md5.as_ref().filter(|_| policy == Policy::Checksum)?;
    let is_it = |name: &&String| destination.get(*name).is_some_and(|there| there.md5.as_ref() == Some(md5));
    deleted.iter().find(is_it).cloned()
}

/// A time as rclone writes it into the metadata: seconds with nine decimals.
pub(super) fn time_text(modified_ns: i64) -> String {
    format!("{}.{:09}", modified_ns.div_euclid(1_000_000_000), modified_ns.rem_euclid(1_000_000_000))
}

/// A time out of the metadata; none if it is not a number.
pub(super) fn time_of_text(text: &str) -> Option<i64> {
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, ""));
    let nanoseconds: i64 = format!("{decimals:0<9}").get(..9)?.parse().ok()?;
    seconds.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nanoseconds)
}

impl fmt::Display for SyncPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let copies: Vec<String> = self.copy.iter().map(|(old, new)| format!("{old} to {new}")).collect();
        let parts =
            [("send", &self.send), ("copy", &copies), ("set the time of", &self.set_time), ("delete", &self.delete)];
        let said: Vec<String> = parts
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what} {}", few(names)))
            .collect();
        formatter.write_str(if said.is_empty() { "nothing to do" } else { "" })?;
        formatter.write_str(&said.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(size_bytes: u64, md5: Option<&str>, modified_ns: i64) -> Entry {
        Entry { size_bytes, md5: md5.map(str::to_owned), modified_ns: Some(modified_ns) }
    }

    fn side(entries: &[(&str, Entry)]) -> Side {
        entries.iter().map(|(name, entry)| ((*name).to_owned(), entry.clone())).collect()
    }

    /// What each policy does with one file that is `here` and `there`.
    fn said(here: &Entry, there: &Entry) -> [String; 3] {
        [Policy::SizeAndTime, Policy::Checksum, Policy::SizeOnly]
            .map(|policy| plan(policy, &side(&[("f", here.clone())]), &side(&[("f", there.clone())])).to_string())
    }

    #[test]
    fn another_size_is_found_by_every_policy_and_the_same_file_by_none() {
        let file = entry(1, Some("a"), 5);
        assert_eq!(said(&file, &entry(2, Some("a"), 5)), ["send f"; 3]);
        assert_eq!(said(&file, &file), ["nothing to do"; 3]);
    }

    #[test]
    fn an_edit_that_keeps_size_and_time_is_found_by_its_md5_alone() {
        let same_size = said(&entry(1, Some("b"), 5), &entry(1, Some("a"), 5));
        assert_eq!(same_size, ["nothing to do", "send f", "nothing to do"]);
        assert_eq!(
            said(&entry(1, Some("b"), 5), &entry(1, None, 5)),
            ["nothing to do"; 3],
            "an ETag that tells nothing"
        );
    }

    #[test]
    fn another_time_alone_is_set_where_the_md5_tells_that_it_is_alone() {
        assert_eq!(
            said(&entry(1, Some("a"), 6), &entry(1, Some("a"), 5)),
            ["set the time of f", "nothing to do", "nothing to do"]
        );
        assert_eq!(said(&entry(1, Some("a"), 6), &entry(1, None, 5))[0], "send f");
        assert_eq!(said(&entry(1, Some("b"), 6), &entry(1, Some("a"), 5))[0], "send f");
    }

    #[test]
    fn a_file_of_another_name_is_copied_where_its_md5_tells_and_the_old_name_goes() {
        let (source, destination) =
            (side(&[("new", entry(1, Some("a"), 5))]), side(&[("old", entry(1, Some("a"), 5))]));
        assert_eq!(plan(Policy::Checksum, &source, &destination).to_string(), "copy old to new, delete old");
        assert_eq!(plan(Policy::SizeAndTime, &source, &destination).to_string(), "send new, delete old");
        let opaque = side(&[("old", entry(1, None, 5))]);
        assert_eq!(plan(Policy::Checksum, &source, &opaque).to_string(), "send new, delete old");
    }

    #[test]
    fn times_come_back_to_the_nanosecond_and_what_is_none_is_none() {
        for time in [0, 1, 1_704_164_645_123_456_789, 999_999_999] {
            assert_eq!(time_of_text(&time_text(time)), Some(time));
        }
        assert_eq!(time_text(1_704_164_645_000_000_001), "1704164645.000000001");
        assert_eq!(time_of_text("12"), Some(12_000_000_000));
        assert_eq!(time_of_text("12.5"), Some(12_500_000_000));
        for text in ["", "soon", "1.x", "1.é", "99999999999999"] {
            assert_eq!(time_of_text(text), None, "{text}");
        }
    }
}
