//! `s3ci clean`.

use std::fmt::Write;
use std::sync::Mutex;

use super::drime::account;
use super::refusal::Refusal;
use crate::base::lock;
use crate::cli::CleanArgs;
use crate::config::{Settings, default_cache_dir};
use crate::exit::Exit;
use crate::report::Console;
use crate::server::{Leftovers, ServerError, drime};

/// Directories of the cache that s3ci made; it touches nothing else there, wherever the cache is.
const KEPT: [&str; 2] = ["venvs", "images"];

/// Removes what an earlier run left.
pub(super) async fn clean(arguments: CleanArgs, console: &Mutex<Console>) -> Result<Exit, Refusal> {
    let said = |text: &str| lock(console).print(text);
    let cache = Settings::of(&arguments.options.0)?.cache_dir.unwrap_or_else(default_cache_dir);
    for directory in KEPT.iter().map(|name| cache.join(name)).filter(|_| arguments.cache) {
        match std::fs::remove_dir_all(&directory) {
            Ok(()) => said(&format!("removed {}\n", directory.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let what = format!("remove {}", directory.display());
                return Err(Refusal::new(what, &error, Exit::Environment).hint("check who owns it"));
            }
        }
    }
    if arguments.drime {
        said(&clean_account(console).await?);
    }
    match leftovers(arguments.images).await {
        Ok(summary) => said(&format!("removed {summary}\n")),
        Err(error) if error.is_without_docker() => said("no Docker here, so there are no containers to remove\n"),
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Success)
}

/// Removes what killed runs left in a Drime account; what there was, in words.
async fn clean_account(console: &Mutex<Console>) -> Result<String, Refusal> {
    let account = account(&mut lock(console))?;
    let (removed, left) = drime::clean(account).await?;
    let mut text = String::new();
    for name in &removed {
        let _ = writeln!(text, "removed {name} in Drime");
    }
    if removed.is_empty() {
        text.push_str("no killed run left anything in Drime\n");
    }
    if left > 0 {
        let _ = writeln!(text, "left alone in Drime: {left} folders of runs that may not have ended");
    }
    Ok(text)
}

/// Removes leftovers, and images where asked for; what there was, in words.
async fn leftovers(images: bool) -> Result<String, ServerError> {
    let mut leftovers = Leftovers::find().await?;
    if images {
        leftovers = leftovers.with_images().await?;
    }
    let summary = leftovers.summary();
    leftovers.remove().await?;
    Ok(summary)
}
