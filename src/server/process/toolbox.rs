//! The agent as a process on this machine: clients are what is on the PATH. Nothing is isolated, and the report says so.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::process::{Child, Command};
use tokio_util::io::ReaderStream;

use super::{confinement, python};
use crate::server::ToolboxError;
use crate::server::toolbox::{AGENT, Conversation, Said};

/// How long the agent may take to end after its input has closed.
const END: Duration = Duration::from_secs(5);

/// An agent that was started.
pub(in crate::server) struct ToolboxProcess {
    child: Child,
}

/// Starts an agent that works in `directory`. Of this process's environment it has the PATH, and the clients no more than that.
pub(in crate::server) fn start(directory: &Path) -> Result<(ToolboxProcess, Conversation), ToolboxError> {
    std::fs::create_dir_all(directory.join("home")).map_err(ToolboxError::Start)?;
    let mut command = Command::new(python::NAMES[0]);
    confinement::apply(&mut command, &directory.join("home"));
    command.args(["-c", AGENT]).arg(directory);
    command.current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    // A signal from the terminal is for s3ci, which closes its agents.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(ToolboxError::Start)?;
    let missing = || ToolboxError::Start(std::io::Error::other("it has no pipes"));
    let (input, output, complaints) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let input = input.ok_or_else(missing)?;
    let output = ReaderStream::new(output.ok_or_else(missing)?);
    let complaints = ReaderStream::new(complaints.ok_or_else(missing)?);
    let answers = output.filter_map(|piece| async { piece.ok().map(|bytes| Said::Answer(bytes.to_vec())) });
    let complaints = complaints.filter_map(|piece| async { piece.ok().map(|bytes| Said::Complaint(bytes.to_vec())) });
    let output = Box::pin(futures_util::stream::select(Box::pin(answers), Box::pin(complaints)));
    Ok((ToolboxProcess { child }, Conversation { input: Box::pin(input), output }))
}

impl ToolboxProcess {
    /// Waits for the end, for the agent's input is closed; kills it where it does not come.
    pub(in crate::server) async fn close(mut self) {
        if tokio::time::timeout(END, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}
