//! The agent as a process on this machine: clients are what is on the PATH. Nothing is isolated, and the report says so.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::process::Child;
use tokio_util::io::ReaderStream;

use super::python;
use crate::server::clients::{AGENT, AgentOutput, AgentPipes, AgentPlace, ClientsError, StartedAgent};

/// How long the agent may take to end after its input has closed.
const END: Duration = Duration::from_secs(5);

/// An agent that was started.
struct AgentProcess {
    child: Child,
}

/// Starts an agent that works in `directory`, for clients of a server that is reached at `endpoint`. Of this process's environment it has the PATH, and the clients no more than that.
pub(in crate::server) fn start(directory: &Path, endpoint: &str) -> Result<StartedAgent, ClientsError> {
    std::fs::create_dir_all(directory.join("home")).map_err(ClientsError::Start)?;
    let mut command = python::command(python::NAMES[0].as_ref(), &directory.join("home"));
    command.args(["-c", AGENT]).arg(directory);
    command.current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    // A signal from the terminal is for s3ci, which closes its agents.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(ClientsError::Start)?;
    let missing = || ClientsError::Start(std::io::Error::other("it has no pipes"));
    let (input, output, complaints) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let input = input.ok_or_else(missing)?;
    let output = ReaderStream::new(output.ok_or_else(missing)?);
    let complaints = ReaderStream::new(complaints.ok_or_else(missing)?);
    let answers = output.filter_map(|piece| async { piece.ok().map(|bytes| AgentOutput::Answer(bytes.to_vec())) });
    let complaints =
        complaints.filter_map(|piece| async { piece.ok().map(|bytes| AgentOutput::Complaint(bytes.to_vec())) });
    let output = Box::pin(futures_util::stream::select(Box::pin(answers), Box::pin(complaints)));
    Ok(StartedAgent {
        place: Box::new(AgentProcess { child }),
        pipes: AgentPipes { input: Box::pin(input), output },
        endpoint: endpoint.to_owned(),
        origin: "the PATH of this machine".into(),
        is_from_image: false,
    })
}

#[async_trait]
impl AgentPlace for AgentProcess {
    /// Waits for the end, for the agent's input is closed; kills it where it does not come.
    async fn close(mut self: Box<Self>) {
        if tokio::time::timeout(END, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}
