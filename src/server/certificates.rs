//! The certificates in a file of them, and nothing else that it may hold.

/// Bounds of a certificate in PEM.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates of a text in PEM, without empty lines.
pub(super) fn only_certificates(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines().map(str::trim) {
        inside |= line == BEGIN;
        if inside && !line.is_empty() {
            kept.push_str(line);
            kept.push('\n');
        }
        inside &= line != END;
    }
    kept
}
