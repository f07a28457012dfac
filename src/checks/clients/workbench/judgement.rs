//! Judges a client by the files that it restored, byte by byte, whatever the client reports.

use super::Workbench;
use crate::checks::judge::few;
use crate::record::{Failure, FailureKind, Stop};
use crate::server::Manifest;
use crate::workload::sha256_hex;

impl Workbench<'_> {
    /// Fails the check unless what the client restored is what it was given. To be called when it has said that all went well.
    pub(in crate::checks::clients) async fn ensure_restored(
        &self,
        directory: &str,
        expected: &Manifest,
    ) -> Result<(), Stop> {
        let differences = differences(expected, &self.manifest(directory).await?);
        if differences.is_empty() {
            return Ok(());
        }
        let stored = match differences.first() {
            Some((path, _)) => self.stored(path, expected).await,
            None => String::new(),
        };
        Err(self.silent_corruption(&differences, expected, &stored))
    }

    /// The same for a client whose objects are not the files.
    pub(in crate::checks::clients) fn ensure_same(&self, restored: &Manifest, expected: &Manifest) -> Result<(), Stop> {
        let differences = differences(expected, restored);
        if differences.is_empty() { Ok(()) } else { Err(self.silent_corruption(&differences, expected, "")) }
    }

    fn silent_corruption(&self, differences: &[(String, String)], expected: &Manifest, stored: &str) -> Stop {
        let name = self.client.name;
        let texts: Vec<&String> = differences.iter().map(|(_, text)| text).collect();
        let message = format!("{name} says that all went well, and restored other data: {}", few(&texts));
        let expected = format!("the {} files that it was given, byte by byte", expected.len());
        let actual = if stored.is_empty() { few(&texts) } else { format!("{}; {stored}", few(&texts)) };
        Failure::new(FailureKind::SILENT_CORRUPTION, message, expected, actual).into()
    }

    /// What the server itself holds of a file: it tells whether the way there or the way back is at fault.
    async fn stored(&self, path: &str, expected: &Manifest) -> String {
        let Some(entry) = expected.get(path) else { return "it was never given such a file".to_owned() };
        match self.c.s3.get(self.bucket(), path, entry.size_bytes).await {
            Ok(body) => {
                let whose = if sha256_hex(&body.bytes) == entry.sha256 { "the right" } else { "other" };
                format!("asked by s3ci itself, the server sends {whose} {} bytes of {path}", body.bytes.len())
            }
            Err(error) => format!("asked by s3ci itself for {path}: {error}"),
        }
    }
}

/// Differences of two trees, each with its path. Modification times do not count.
fn differences(expected: &Manifest, actual: &Manifest) -> Vec<(String, String)> {
    let missing = expected.keys().filter(|path| !actual.contains_key(*path));
    let missing = missing.map(|path| (path.clone(), format!("{path} is missing")));
    let differing = expected.iter().filter_map(|(path, entry)| {
        let found = actual.get(path).filter(|found| found.sha256 != entry.sha256)?;
        let (size, wanted) = (found.size_bytes, entry.size_bytes);
        let text = if size == wanted {
            format!("{path} has other bytes of the same length")
        } else {
            format!("{path} has {size} bytes instead of {wanted}")
        };
        Some((path.clone(), text))
    });
    let extra = actual.keys().filter(|path| !expected.contains_key(*path));
    let extra = extra.map(|path| (path.clone(), format!("{path} is there and should not be")));
    missing.chain(differing).chain(extra).collect()
}
