//! `s3ci clean`.

use super::fail;
use crate::cli::CleanArgs;
use crate::config::default_cache_dir;
use crate::exit::Exit;
use crate::report::Console;
use crate::server::{Leftovers, ServerError, drime};

/// Directories of the cache that s3ci made; nothing else there is touched, wherever the cache was said to be.
const KEPT: [&str; 2] = ["venvs", "images"];

/// Removes what an earlier run left.
pub(super) async fn clean(arguments: CleanArgs, console: &mut Console) -> Exit {
    let cache = arguments.cache_dir.unwrap_or_else(default_cache_dir);
    for directory in KEPT.iter().map(|name| cache.join(name)).filter(|_| arguments.cache) {
        match std::fs::remove_dir_all(&directory) {
            Ok(()) => console.print(&format!("removed {}\n", directory.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let what = format!("remove {}", directory.display());
                return fail(console, &what, &error, Some("see who owns it"), Exit::Environment);
            }
        }
    }
    if arguments.drime
        && let Err(exit) = clean_account(console).await
    {
        return exit;
    }
    match leftovers(arguments.images).await {
        Ok(summary) => console.print(&format!("removed {summary}\n")),
        Err(error) if error.is_without_docker() => console.print("no Docker here, so nothing of it to remove\n"),
        Err(error) => return fail(console, &error.to_string(), &error, error.hint().as_deref(), Exit::Environment),
    }
    Exit::Success
}

/// Removes what killed runs left in a Drime account.
async fn clean_account(console: &mut Console) -> Result<(), Exit> {
    let account = super::drime::account(console)?;
    let (removed, left) = match drime::clean(account).await {
        Ok(cleaned) => cleaned,
        Err(error) => {
            return Err(fail(console, &error.to_string(), &error, error.hint().as_deref(), Exit::Environment));
        }
    };
    for name in &removed {
        console.print(&format!("removed {name} in Drime\n"));
    }
    if removed.is_empty() {
        console.print("nothing of a dead run in Drime\n");
    }
    if left > 0 {
        console.print(&format!("left alone in Drime: {left} of runs that may still be going on\n"));
    }
    Ok(())
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
