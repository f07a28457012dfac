//! `s3ci history`: what runs measured, kept commit by commit.

use std::path::Path;

use super::{fail, report};
use crate::cli::{HistoryAddArgs, HistoryCommand, HistoryFormat, HistoryShowArgs};
use crate::exit::Exit;
use crate::history::{Added, Entry, Git, History, HistoryError, Store};
use crate::report::{Console, export, history as rendered};

/// Adds to a history, or shows one.
pub(super) fn history(command: &HistoryCommand, console: &mut Console) -> Exit {
    let done = match command {
        HistoryCommand::Add(arguments) => add(arguments, console),
        HistoryCommand::Show(arguments) => show(arguments, console),
    };
    done.map_or_else(|exit| exit, |()| Exit::Success)
}

fn add(arguments: &HistoryAddArgs, console: &mut Console) -> Result<(), Exit> {
    let store = Store::parse(&arguments.to).map_err(|error| refuse(console, &error))?;
    let record = report::read(&arguments.record, console)?;
    // The branch's repository knows the commit better than the directory that the command happens to be given in.
    let repository = Git::at(store.directory().unwrap_or(Path::new(".")));
    let recorded = record.target.commit.as_deref();
    let commit = match (arguments.commit.as_deref(), recorded) {
        (None, Some(recorded)) => repository.recorded_commit(recorded),
        (named, _) => repository.commit(named),
    };
    let commit = commit.map_err(|error| refuse(console, &error))?;
    let entry = Entry::of(&record, commit);
    let added = store.add(&entry).map_err(|error| refuse(console, &error))?;
    console.result(&rendered::added(&entry, &arguments.to, added == Added::Line));
    Ok(())
}

fn show(arguments: &HistoryShowArgs, console: &mut Console) -> Result<(), Exit> {
    let history = read(&arguments.from, console)?;
    let text = match arguments.format {
        HistoryFormat::Text => rendered::list(&history),
        HistoryFormat::Otava => export::otava(&history),
        HistoryFormat::Json => history.lines().map_err(|error| refuse(console, &error))?,
    };
    console.result(&text);
    Ok(())
}

/// Reads a history that was named.
pub(super) fn read(place: &str, console: &mut Console) -> Result<History, Exit> {
    Store::parse(place).and_then(|store| store.read()).map_err(|error| refuse(console, &error))
}

/// A history that cannot be written is a lost report; a repository that does not answer is the environment's.
fn refuse(console: &mut Console, error: &HistoryError) -> Exit {
    let exit = match error {
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
    };
    fail(console, &error.to_string(), error, Some(error.hint()), exit)
}
