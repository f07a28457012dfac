//! Faults: what kept s3ci from judging. Never about what the server answered; that is a failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spelled::spelled;

/// Something that kept s3ci from judging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// What it is about. `target` and `report` have an exit code of their own.
    pub kind: FaultKind,
    /// What failed, with the chain of causes.
    pub message: String,
    /// What to try next.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault without advice.
    #[must_use]
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The same fault with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

spelled! {
    /// What a fault is about.
    pub enum FaultKind {
        /// The target that was named does not exist, or is something else. Exit code 2.
        Target = "target",
        /// A report could not be written. Exit code 5.
        Report = "report",
        /// SIGINT or SIGTERM ended the run.
        Interrupted = "interrupted",
        /// No answer in time.
        Timeout = "timeout",
        /// A check panicked.
        Panic = "panic",
        /// s3ci broke a promise of its own.
        Harness = "harness",
        /// Files or processes of this machine did not do what s3ci asked for.
        Local = "local",
        /// The work directory cannot be used.
        WorkDir = "work-dir",
        /// A threshold that cannot be compared with what was measured.
        Threshold = "threshold",
        /// The throughput comparison broke off.
        Comparison = "comparison",
        /// The base cannot be asked.
        Base = "base",
        /// The target lacks something that the run needs.
        Unsupported = "unsupported",
        /// The server ended.
        ServerDied = "server-died",
        /// The server did not answer for as long as a check may take.
        ServerSilent = "server-silent",
        /// The server did not answer after its start.
        ServerNotReady = "server-not-ready",
        /// The server did not come back after a restart.
        ServerNotRestarted = "server-not-restarted",
        /// No connection to the server.
        Unreachable = "unreachable",
        /// The credentials may not make buckets.
        NotAdmitted = "not-admitted",
        /// The clients, or the image with them, cannot be used.
        Clients = "clients",
        /// A client was still at work at its deadline.
        ClientTimeout = "client-timeout",
        /// A signal ended a client.
        ClientKilled = "client-killed",
        /// A client does not say what it did.
        ClientSilent = "client-silent",
        /// The memory of the server is not known.
        MemoryUnknown = "memory-unknown",
        /// Requests that were to run at the same time did not.
        NoOverlap = "no-overlap",
        /// The disk did not fill up.
        DiskNotFull = "disk-not-full",
        /// No upload was cut off.
        NoUploadCutOff = "no-upload-cut-off",
        /// The process runtime failed.
        ProcessRuntime = "process-runtime",
        /// Something else listens on the port.
        PortInUse = "port-in-use",
        /// The watchdog that removes what a killed s3ci leaves behind did not start.
        Reaper = "reaper",
        /// Docker failed.
        Docker = "docker",
        /// No connection to the Docker daemon.
        DockerUnreachable = "docker-unreachable",
        /// A Docker daemon that s3ci cannot use.
        DockerUnusable = "docker-unusable",
        /// Containers get out of the network that is to keep them in.
        DockerNotIsolated = "docker-not-isolated",
        /// The server's data directory cannot be looked at.
        DataDirectory = "data-directory",
        /// No image.
        Image = "image",
        /// The image could not be built.
        ImageBuild = "image-build",
        /// The server in the image does not say what it is.
        ImageProbe = "image-probe",
        /// The Drime service refused the key.
        DrimeKeyRefused = "drime-key-refused",
        /// The Drime service refused the workspace.
        DrimeWorkspaceRefused = "drime-workspace-refused",
        /// The stand-in for the Drime service did not start.
        DrimeStandInNotStarted = "drime-stand-in-not-started",
        /// The stand-in for the Drime service ended.
        DrimeStandInDied = "drime-stand-in-died",
        /// The certificates for the Drime service cannot be used.
        DrimeCertificates = "drime-certificates",
        /// The Drime service does not answer, or answers what nobody can use.
        DrimeUnavailable = "drime-unavailable",
    }
}
