//! Runs shell scripts in a running container, beside its server.

use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;

use super::launch::Output;
use crate::server::error::DockerError;

/// How long a script of ours may take that has next to nothing to do. What runs it is the image under test.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// Waits for the end of a script, or no longer.
pub(super) async fn finished(mut output: Output) {
    let reading = async { while output.next().await.is_some() {} };
    if tokio::time::timeout(DEADLINE, reading).await.is_err() {
        tracing::debug!("a script in the container does not end");
    }
}

/// Reads on until a script says this; false where it ends without, none where it takes longer.
pub(super) async fn says(output: &mut Output, word: &str, within: Duration) -> Option<bool> {
    let reading = async {
        while let Some(Ok(piece)) = output.next().await {
            let LogOutput::StdOut { message } = piece else { continue };
            if message.split(|byte| *byte == b'\n').any(|line| line == word.as_bytes()) {
                return true;
            }
        }
        false
    };
    tokio::time::timeout(within, reading).await.ok()
}

/// Runs a shell script in the container; its output.
pub(super) async fn execute(
    docker: &Docker,
    container: &str,
    script: &str,
    arguments: &[String],
) -> Result<Output, DockerError> {
    let mut command = ["/bin/sh", "-c", script, "s3ci"].map(str::to_owned).to_vec();
    command.extend_from_slice(arguments);
    let config =
        ExecConfig { attach_stdout: Some(true), attach_stderr: Some(true), cmd: Some(command), ..Default::default() };
    let step = "run a command in the container";
    let exec = docker.create_exec(container, config).await.map_err(DockerError::during(step))?;
    let options = StartExecOptions { detach: false, ..StartExecOptions::default() };
    match docker.start_exec(&exec.id, Some(options)).await.map_err(DockerError::during(step))? {
        StartExecResults::Attached { output, .. } => Ok(output),
        StartExecResults::Detached => Ok(futures_util::stream::empty().boxed()),
    }
}
