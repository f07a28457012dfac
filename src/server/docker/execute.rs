//! Runs shell scripts in a running container, beside its server.

use bollard::Docker;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;

use super::launch::Output;
use crate::server::error::DockerError;

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
