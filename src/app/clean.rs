//! `s3ci clean`.

use super::fail;
use crate::cli::CleanArgs;
use crate::config::default_cache_dir;
use crate::exit::Exit;
use crate::report::Console;
use crate::server::{Leftovers, ServerError};

/// Removes what an earlier run left.
pub(super) async fn clean(arguments: CleanArgs, console: &mut Console) -> Exit {
    let cache = arguments.cache_dir.unwrap_or_else(default_cache_dir);
    if arguments.cache {
        match std::fs::remove_dir_all(&cache) {
            Ok(()) => console.print(&format!("removed {}\n", cache.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let what = format!("remove {}", cache.display());
                return fail(console, &what, &error, Some("see who owns it"), Exit::Environment);
            }
        }
    }
    match leftovers(arguments.images).await {
        Ok(summary) => {
            console.print(&format!("removed {summary}\n"));
            Exit::Success
        }
        Err(error) => fail(console, &error.to_string(), &error, error.hint().as_deref(), Exit::Environment),
    }
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
