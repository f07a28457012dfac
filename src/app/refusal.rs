//! What ends a subcommand before its work: what failed, why, what to try, and the exit code. Errors become refusals here, and `main` prints
//! them.

use std::error::Error;

use crate::base::causes_of;
use crate::config::ConfigError;
use crate::exit::Exit;
use crate::history::HistoryError;
use crate::ledger::LedgerError;
use crate::plan::PlanError;
use crate::plan::shard::ShardError;
use crate::record::{CompareError, FaultKind, MergeError};
use crate::report::{Console, RenderError, WriteError};
use crate::server::{DrimeError, ServerError, TargetError};

/// Why a subcommand ends here.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Completes "failed to …".
    what: String,
    /// The nearest first.
    causes: Vec<String>,
    hint: Option<String>,
    exit: Exit,
}

impl Refusal {
    /// What could not be done, because of an error.
    pub(super) fn new(what: impl Into<String>, error: &dyn Error, exit: Exit) -> Self {
        let (what, message) = (what.into(), error.to_string());
        let own = (message != what).then_some(message);
        Self { causes: own.into_iter().chain(causes_of(error)).collect(), what, hint: None, exit }
    }

    /// What could not be done, for a reason that is not an error of a program.
    pub(super) fn because(what: impl Into<String>, cause: impl Into<String>, exit: Exit) -> Self {
        Self { what: what.into(), causes: vec![cause.into()], hint: None, exit }
    }

    /// With what to try next.
    pub(super) fn hint(self, hint: impl Hint) -> Self {
        Self { hint: hint.text(), ..self }
    }

    /// Tells it, and gives the exit code.
    pub(super) fn tell(&self, console: &mut Console) -> Exit {
        console.error(&self.what, &self.causes, self.hint.as_deref());
        self.exit
    }
}

/// What errors have for a hint.
pub(super) trait Hint {
    fn text(self) -> Option<String>;
}

impl Hint for &str {
    fn text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Hint for String {
    fn text(self) -> Option<String> {
        Some(self)
    }
}

impl Hint for Option<String> {
    fn text(self) -> Option<String> {
        self
    }
}

macro_rules! refusals {
    ($($error:ty => $exit:expr;)+) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                let exit: fn(&$error) -> Exit = $exit;
                Self::new(error.to_string(), &error, exit(&error)).hint(error.hint())
            }
        }
    )+};
}

refusals! {
    CompareError => |_| Exit::Usage;
    ConfigError => |_| Exit::Usage;
    DrimeError => |_| Exit::Environment;
    HistoryError => of_history;
    LedgerError => |_| Exit::Usage;
    MergeError => |_| Exit::Usage;
    PlanError => |_| Exit::Usage;
    RenderError => |_| Exit::Report;
    ServerError => of_server;
    ShardError => |_| Exit::Usage;
    TargetError => |_| Exit::Usage;
    WriteError => |_| Exit::Report;
}

/// A history that cannot be written is a lost report; a repository that does not answer is the environment's.
fn of_history(error: &HistoryError) -> Exit {
    match error {
        HistoryError::Name { .. }
        | HistoryError::NoCommit
        | HistoryError::NotACommit { .. }
        | HistoryError::NoBranch { .. }
        | HistoryError::NoHistory { .. }
        | HistoryError::Format { .. }
        | HistoryError::Read { .. } => Exit::Usage,
        HistoryError::Write { .. } | HistoryError::Line(_) => Exit::Report,
        HistoryError::Start(_)
        | HistoryError::Git { .. }
        | HistoryError::CheckedOut { .. }
        | HistoryError::Refused { .. }
        | HistoryError::Contended { .. } => Exit::Environment,
    }
}

fn of_server(error: &ServerError) -> Exit {
    if error.kind() == FaultKind::Target { Exit::Usage } else { Exit::Environment }
}
