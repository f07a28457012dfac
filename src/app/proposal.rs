//! `s3ci run --update-known-issues`: where the proposed change of the ledger goes.

use std::path::{Path, PathBuf};

use super::{refuse_ledger, refuse_report};
use crate::exit::Exit;
use crate::ledger::{Ledger, LedgerError};
use crate::record::RunRecord;
use crate::report::{Console, check_writable, write_atomically};

/// Stands for standard output.
const STDOUT: &str = "-";

/// A proposal that is asked for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    ledger: &'a Ledger,
    destination: PathBuf,
}

impl<'a> Wanted<'a> {
    /// What was asked for, once it is clear that there is a ledger and that the proposal can be written.
    pub(super) fn check(
        destination: Option<PathBuf>,
        ledger: Option<&'a Ledger>,
        console: &mut Console,
    ) -> Result<Option<Self>, Exit> {
        let Some(destination) = destination else { return Ok(None) };
        let Some(ledger) = ledger else { return Err(refuse_ledger(console, &LedgerError::NoLedger)) };
        if destination != Path::new(STDOUT) {
            check_writable(&destination).map_err(|error| refuse_report(console, &error))?;
        }
        Ok(Some(Self { ledger, destination }))
    }

    /// Proposes; the exit code of the run stays, unless the run went well and the proposal cannot be told.
    pub(super) fn tell(&self, record: &RunRecord, exit: Exit, console: &mut Console) -> Exit {
        let proposal = match self.ledger.proposal(record) {
            Ok(proposal) => proposal,
            Err(error) => return unless_red(exit, refuse_ledger(console, &error)),
        };
        if self.destination == Path::new(STDOUT) {
            let text = proposal.unwrap_or_else(|| "# The ledger of known issues has nothing to change.\n".to_owned());
            console.print(&format!("\n{text}"));
            return exit;
        }
        // Where there is nothing to propose, no old proposal stays behind either.
        match write_atomically(&self.destination, proposal.unwrap_or_default().as_bytes()) {
            Ok(()) => exit,
            Err(error) => unless_red(exit, refuse_report(console, &error)),
        }
    }
}

/// What the run came to matters more than what became of the proposal.
fn unless_red(exit: Exit, proposal: Exit) -> Exit {
    if exit == Exit::Success { proposal } else { exit }
}
