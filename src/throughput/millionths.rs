//! Conversion between whole millionths, as in records, and the numbers that statistics need.

#[expect(clippy::cast_precision_loss, reason = "millionths are small")]
pub(crate) fn share(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "millionths are small")]
pub(crate) fn signed_share(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded, and rounded on purpose")]
pub(crate) fn millionths(share: f64) -> u64 {
    (share * 1e6).round().clamp(0.0, 1e15) as u64
}

#[expect(clippy::cast_possible_truncation, reason = "bounded, and rounded on purpose")]
pub(crate) fn signed_millionths(share: f64) -> i64 {
    (share * 1e6).round().clamp(-1e15, 1e15) as i64
}
