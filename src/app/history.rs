//! `s3ci history`: what runs measured, kept commit by commit.

use std::path::Path;

use super::records;
use super::refusal::Refusal;
use crate::cli::{HistoryAddArgs, HistoryCommand, HistoryFormat, HistoryShowArgs};
use crate::exit::Exit;
use crate::history::{Added, Entry, Git, History, Store};
use crate::report::{Console, export, history as rendered};

/// Adds to a history, or shows one.
pub(super) fn history(command: &HistoryCommand, console: &mut Console) -> Result<Exit, Refusal> {
    console.result(&match command {
        HistoryCommand::Add(arguments) => add(arguments)?,
        HistoryCommand::Show(arguments) => show(arguments)?,
    });
    Ok(Exit::Success)
}

fn add(arguments: &HistoryAddArgs) -> Result<String, Refusal> {
    let store = Store::parse(&arguments.to)?;
    let record = records::read(&arguments.record)?;
    // The branch's repository knows the commit better than the directory that the command happens to be given in.
    let repository = Git::at(store.directory().unwrap_or(Path::new(".")));
    let commit = match (arguments.commit.as_deref(), record.target.commit.as_deref()) {
        (None, Some(recorded)) => repository.recorded_commit(recorded)?,
        (named, _) => repository.commit(named)?,
    };
    let entry = Entry::of(&record, commit);
    let added = store.add(&entry)?;
    Ok(rendered::added(&entry, &arguments.to, added == Added::Line))
}

fn show(arguments: &HistoryShowArgs) -> Result<String, Refusal> {
    let history = read(&arguments.from)?;
    Ok(match arguments.format {
        HistoryFormat::Text => rendered::list(&history),
        HistoryFormat::Otava => export::otava(&history),
        HistoryFormat::Json => history.lines()?,
    })
}

/// Reads a history that was named.
pub(super) fn read(place: &str) -> Result<History, Refusal> {
    Ok(Store::parse(place)?.read()?)
}
