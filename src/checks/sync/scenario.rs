//! Checks that are one scenario under several policies.

/// A check of a scenario under a policy: the name begins with the policy, and the rule says how it compares.
macro_rules! check_under {
    (SizeAndTime, $($rest:tt)+) => {
        $crate::checks::sync::scenario::check_under!(
            @ SizeAndTime, "size-mtime-", "by size and modification time: ", "rclone sync; ", $($rest)+)
    };
    (Checksum, $($rest:tt)+) => {
        $crate::checks::sync::scenario::check_under!(
            @ Checksum, "checksum-", "by size and MD5: ", "rclone sync --checksum, s3cmd sync; ", $($rest)+)
    };
    (SizeOnly, $($rest:tt)+) => {
        $crate::checks::sync::scenario::check_under!(
            @ SizeOnly, "size-only-", "by size alone: ", "rclone sync --size-only, aws s3 sync --size-only; ", $($rest)+)
    };
    (@ $policy:ident, $prefix:literal, $compares:literal, $clients:literal,
     $name:literal, $severity:ident, $rule:literal, $consequence:literal, $source:literal, $body:path) => {
        $crate::checks::check::Check {
            spec: $crate::record::CheckSpec {
                name: concat!($prefix, $name),
                severity: $crate::record::Severity::$severity,
                rule: concat!($compares, $rule),
                consequence: $consequence,
                source: concat!($clients, $source),
            },
            body: |context| ::futures_util::FutureExt::boxed($body(context, $crate::checks::sync::planner::Policy::$policy)),
        }
    };
}

/// The checks of a scenario under each policy: size and time, checksum, size only.
macro_rules! under_each_policy {
    ($($spec:tt)+) => {
        [
            $crate::checks::sync::scenario::check_under!(SizeAndTime, $($spec)+),
            $crate::checks::sync::scenario::check_under!(Checksum, $($spec)+),
            $crate::checks::sync::scenario::check_under!(SizeOnly, $($spec)+),
        ]
    };
}

pub(super) use {check_under, under_each_policy};
