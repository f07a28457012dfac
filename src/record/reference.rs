//! The release that others are measured against, in a form that shows whether another run had the same.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Against, TargetIdentity, ThroughputProcedure};

/// A release that others are measured against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The target as asked for.
    pub target: String,
    /// Version of the server, where it is known.
    pub version: Option<String>,
    /// Hash of all that makes it what it is; another one starts another series.
    pub digest: String,
}

impl Reference {
    /// What the base is, if another run can be known to have the same: a release, or sources or an image with a digest.
    #[must_use]
    pub fn of(against: &Against) -> Option<Self> {
        let TargetIdentity { spec, version, source_digest, image, .. } = &against.base;
        let pinned = match spec.split(':').next() {
            Some("pypi") => format!("pypi {}", version.as_ref()?),
            Some("image") => format!("image {}", image.as_ref()?.id),
            _ => format!("sources {}", source_digest.as_ref()?),
        };
        let constraints = image.as_ref().and_then(|image| image.constraints_digest.clone()).unwrap_or_default();
        let digest = Sha256::digest(format!("{pinned}\n{constraints}"));
        let digest = hex::encode(&digest[..8]);
        Some(Self { target: spec.clone(), version: version.clone(), digest })
    }
}

impl ThroughputProcedure {
    /// The procedure as far as it shapes a ratio: ratios of others cannot be compared.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { version, objects, min_size_bytes, max_size_bytes, listings, passes, .. } = self;
        let passes = if passes.is_empty() { "unknown passes".to_owned() } else { passes.join(" ") };
        format!(
            "procedure {version}: {objects} objects of {min_size_bytes} to {max_size_bytes} bytes, {listings} listings a pass, {passes}"
        )
    }
}
