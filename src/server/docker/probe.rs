//! What the pys3local in an image can do: its version, and the options of its `serve`.
//!
//! The answer of an image never changes, so it is kept in the cache directory under the image's id.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use super::connect::Daemon;
use super::container::{self, Sizes};
use super::error::DockerError;
use super::launch;

/// Prints the version (asked of the interpreter that the program itself uses), whether what the drime backend and its stand-in need is
/// there, then the help of `serve`.
const SCRIPT: &str = r#"
program=$(command -v pys3local) || { echo "there is no pys3local on its PATH"; exit 127; }
read -r interpreter < "$program"
version=$("${interpreter#??}" -c 'import importlib.metadata as m; print(m.version("pys3local"))' 2>/dev/null)
echo "version=$version"
drime=$("${interpreter#??}" -c 'import fastapi, multipart, pydrime, uvicorn; print("yes")' 2>/dev/null)
echo "drime=$drime"
exec pys3local serve --help 2>&1
"#;

/// How long the probe may take; an interpreter's start on a busy machine is a matter of seconds.
const DEADLINE: Duration = Duration::from_mins(1);

/// What an image's pys3local can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Capabilities {
    /// Its version, where its interpreter tells.
    pub(super) version: Option<String>,
    /// Whether custom buckets are an option, and with it whether there is a default-bucket mode.
    pub(super) allow_bucket_creation: bool,
    /// Whether it has a drime backend, and what that needs is installed.
    pub(super) drime: bool,
}

/// Asks an image, or the cache.
///
/// # Errors
///
/// The image cannot be run, or has no pys3local.
pub(super) async fn capabilities(
    daemon: &Daemon,
    image: (&str, &str),
    run_id: &str,
    cache_dir: &Path,
) -> Result<Capabilities, DockerError> {
    let (tag, id) = image;
    let file = cache_file(cache_dir, id);
    if let Some(known) = tokio::fs::read(&file).await.ok().and_then(|text| serde_json::from_slice(&text).ok()) {
        return Ok(known);
    }
    let output = run(daemon, id, run_id).await?;
    let capabilities = parse(&output).ok_or_else(|| {
        let start = output.len().saturating_sub(300);
        let end = output.get(start..).unwrap_or(&output).trim();
        let reason = if end.is_empty() { "it printed nothing".to_owned() } else { end.replace('\n', " / ") };
        DockerError::Probe { image: tag.into(), reason }
    })?;
    keep(&file, &capabilities).await;
    Ok(capabilities)
}

async fn run(daemon: &Daemon, image_id: &str, run_id: &str) -> Result<String, DockerError> {
    let name = format!("s3ci-{run_id}-probe");
    let mut body = container::isolated(image_id, run_id, &daemon.info, Sizes::default());
    body.entrypoint = Some(["/bin/sh", "-c", SCRIPT].map(str::to_owned).to_vec());
    body.cmd = Some(Vec::new());
    let mut launched = launch::launch(&daemon.docker, &name, body, "").await?;
    let mut output = Vec::new();
    let reading = async {
        while let Some(Ok(piece)) = launched.output.next().await {
            output.extend_from_slice(&piece.into_bytes());
        }
    };
    let finished = tokio::time::timeout(DEADLINE, reading).await;
    if finished.is_err() {
        output.extend_from_slice(format!("\nno end within {} s", DEADLINE.as_secs()).as_bytes());
    }
    launch::remove(&daemon.docker, &name).await?;
    let text = String::from_utf8_lossy(&output);
    Ok(text.chars().filter(|character| *character == '\n' || !character.is_control()).collect())
}

fn parse(output: &str) -> Option<Capabilities> {
    let (head, help) = output.split_once('\n')?;
    let version = head.strip_prefix("version=")?.trim();
    let (drime, help) = help.split_once('\n')?;
    let drime = drime.strip_prefix("drime=")?.trim() == "yes" && help.contains("drime");
    help.contains("--listen").then(|| Capabilities {
        version: Some(version.to_owned()).filter(|version| !version.is_empty()),
        allow_bucket_creation: help.contains("--allow-bucket-creation"),
        drime,
    })
}

fn cache_file(cache_dir: &Path, image_id: &str) -> PathBuf {
    let name: String = image_id.chars().filter(char::is_ascii_alphanumeric).collect();
    cache_dir.join("images").join(format!("{name}.json"))
}

/// A cache that cannot be written costs the next run a second, nothing else.
async fn keep(file: &Path, capabilities: &Capabilities) {
    let Some(folder) = file.parent() else { return };
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        let temporary = file.with_extension(std::process::id().to_string());
        tokio::fs::write(&temporary, serde_json::to_vec(capabilities)?).await?;
        tokio::fs::rename(&temporary, file).await
    };
    let written: std::io::Result<()> = written.await;
    if let Err(error) = written {
        tracing::debug!(%error, "what was learnt of the image is not kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_tells_what_the_server_offers() {
        let newer =
            parse("version=0.2.1\ndrime=yes\nUsage: pys3local serve\n  --listen TEXT\n  --backend [local|drime]\n  --allow-bucket-creation\n")
                .unwrap();
        assert_eq!(newer, Capabilities { version: Some("0.2.1".into()), allow_bucket_creation: true, drime: true });
        let older =
            parse("version=\ndrime=\nUsage: pys3local serve\n  --listen TEXT\n  --backend [local|drime]\n").unwrap();
        assert_eq!(older, Capabilities { version: None, allow_bucket_creation: false, drime: false });
    }

    #[test]
    fn a_traceback_is_no_help() {
        assert_eq!(parse("version=0.2.1\nTraceback (most recent call last):\n"), None);
        assert_eq!(parse("there is no pys3local on its PATH\n"), None);
        assert_eq!(parse(""), None);
    }
}
