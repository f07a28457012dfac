//! What the pys3local in an image can do: its version, and the options of its `serve`.
//!
//! The answer of an image never changes, so it is kept in the cache directory under the image's id.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;

use super::connect::Daemon;
use super::container::{self, Sizes};
use super::launch;
use crate::server::description::{Capabilities, PYS3LOCAL, Start};
use crate::server::error::DockerError;

/// Runs the programs that are its second and third arguments with the interpreter that the program in its first one itself uses, and
/// prints what they answer; then becomes that program, with the arguments that follow.
const SCRIPT: &str = r#"
program=$(command -v "$1") || { echo "there is no $1 on its PATH"; exit 127; }
read -r interpreter < "$program"
echo "version=$("${interpreter#??}" -c "$2" 2>/dev/null)"
echo "backends=$("${interpreter#??}" -c "$3" 2>/dev/null && echo yes)"
shift 3
exec "$program" "$@" 2>&1
"#;

/// How long the probe may take; an interpreter's start on a busy machine is a matter of seconds.
const DEADLINE: Duration = Duration::from_mins(1);

/// More than any program prints of itself.
const MOST_BYTES: usize = 1 << 20;

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
    body.entrypoint = Some(["/bin/sh", "-c", SCRIPT, "s3ci"].map(str::to_owned).to_vec());
    body.cmd = Some(questions());
    let mut launched = launch::launch(&daemon.docker, &name, body, "").await?;
    let mut output = Vec::new();
    let reading = async {
        while let Some(Ok(piece)) = launched.output.next().await {
            output.extend_from_slice(&piece.into_bytes());
            if output.len() > MOST_BYTES {
                output.truncate(MOST_BYTES);
                output.extend_from_slice(b"\nit prints without end");
                break;
            }
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

fn questions() -> Vec<String> {
    let Start { program, .. } = PYS3LOCAL.start;
    let package = &PYS3LOCAL.package;
    let words = [program, package.version, package.backends].into_iter().chain(package.help.iter().copied());
    words.map(str::to_owned).collect()
}

fn parse(output: &str) -> Option<Capabilities> {
    let (version, rest) = output.split_once('\n')?;
    let (backends, help) = rest.split_once('\n')?;
    let has_backends = backends.strip_prefix("backends=")?.trim() == "yes";
    PYS3LOCAL.extras.capabilities(Some(version.strip_prefix("version=")?), has_backends, help)
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
    fn three_answers_tell_what_the_server_offers() {
        let found = parse(
            "version=0.2.1
backends=yes
Usage: pys3local serve
  --listen
  --backend [local|drime]
",
        )
        .unwrap();
        assert_eq!(found, Capabilities { version: Some("0.2.1".into()), allow_bucket_creation: false, drime: true });
    }

    #[test]
    fn a_traceback_is_no_help() {
        assert_eq!(parse("version=0.2.1\nTraceback (most recent call last):\n"), None);
        assert_eq!(parse("there is no pys3local on its PATH\n"), None);
        assert_eq!(parse(""), None);
    }
}
