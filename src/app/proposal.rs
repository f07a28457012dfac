//! `s3ci run --update-known-issues`: where the proposed change of the ledger goes.

use super::refusal::Refusal;
use crate::config::options::Destination;
use crate::exit::Exit;
use crate::ledger::{Ledger, LedgerError};
use crate::record::RunRecord;
use crate::report::{Console, check_writable, write_atomically};

/// A proposal that is asked for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    ledger: &'a Ledger,
    destination: Destination,
}

impl<'a> Wanted<'a> {
    /// What was asked for, once it is clear that there is a ledger and that the proposal can be written.
    pub(super) fn check(destination: Option<Destination>, ledger: Option<&'a Ledger>) -> Result<Option<Self>, Refusal> {
        let Some(destination) = destination else { return Ok(None) };
        let ledger = ledger.ok_or(LedgerError::NoLedger)?;
        if let Destination::File(path) = &destination {
            check_writable(path)?;
        }
        Ok(Some(Self { ledger, destination }))
    }

    /// Proposes; the exit code of the run stays, unless the run went well and the proposal cannot be written.
    pub(super) fn tell(&self, record: &RunRecord, exit: Exit, console: &mut Console) -> Exit {
        match self.proposed(record, console) {
            Ok(()) => exit,
            Err(refusal) => {
                let refused = refusal.tell(console);
                if exit == Exit::Success { refused } else { exit }
            }
        }
    }

    fn proposed(&self, record: &RunRecord, console: &mut Console) -> Result<(), Refusal> {
        let proposal = self.ledger.proposal(record)?;
        match &self.destination {
            Destination::Stdout => {
                let nothing = || "# The ledger of known issues has nothing to change.\n".to_owned();
                console.print(&format!("\n{}", proposal.unwrap_or_else(nothing)));
            }
            // Where there is nothing to propose, no old proposal stays behind either.
            Destination::File(path) => write_atomically(path, proposal.unwrap_or_default().as_bytes())?,
        }
        Ok(())
    }
}
