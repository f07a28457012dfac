//! The paths that the requests point to, and the ways to write them.

use std::collections::BTreeMap;

use crate::checks::check_context::CheckContext;
use crate::record::Stop;
use crate::s3::{RawRequest, RequestError};
use crate::server::{DataDirectory, Inventory};

/// More steps up than the depth of any data directory: at the top of a file system a further step up changes nothing.
const UP: &str = "../../../../../../../../";

/// A way to write a path that leads out of a bucket. Files are named after it, so that an effect tells which way led there.
pub(super) struct Form {
    pub(super) name: &'static str,
    /// From an absolute path to what follows the bucket's name and a slash in the URL.
    pub(super) write: fn(&str) -> String,
}

/// Every way: relative and absolute, plain and with dots and slashes encoded once and twice; and up from a name that is there.
pub(super) const FORMS: [Form; 9] = [
    Form { name: "dots", write: up },
    Form { name: "dots-encoded", write: |path| up(path).replace("..", "%2e%2e") },
    Form { name: "slashes-encoded", write: |path| up(path).replace('/', "%2F") },
    Form { name: "both-encoded", write: |path| up(path).replace("..", "%2e%2e").replace('/', "%2f") },
    Form { name: "both-encoded-twice", write: |path| up(path).replace("..", "%252e%252e").replace('/', "%252f") },
    Form { name: "behind-a-name", write: |path| format!("name/../{}", up(path)) },
    Form { name: "absolute", write: str::to_owned },
    Form { name: "absolute-encoded", write: |path| path.replace('/', "%2F") },
    Form { name: "absolute-encoded-twice", write: |path| path.replace('/', "%252F") },
];

fn up(path: &str) -> String {
    format!("{UP}{}", path.trim_start_matches('/'))
}

/// The file of a form, in a directory that is there before any request.
pub(super) fn file_of(form: &Form) -> String {
    format!("beside/{}", form.name)
}

/// What a canary holds: nothing else on the server has these words.
pub(super) fn song_of(form: &Form) -> String {
    format!("a canary sings of {}", form.name)
}

/// Makes the name that there is to go up from: a path through a directory that is not there leads nowhere.
pub(super) async fn with_a_name(c: &CheckContext<'_>) -> Result<(), Stop> {
    c.put("name/object", &c.bytes("name", 10)).await.map(drop)
}

/// The data directory, empty of all but the data root and a file in the directory that the requests aim at.
pub(super) async fn cleared<'a>(c: &'a CheckContext<'_>) -> Result<(&'a dyn DataDirectory, Inventory), Stop> {
    planted(c, |_| None).await
}

/// The data directory with a canary for each form.
pub(super) async fn with_canaries<'a>(c: &'a CheckContext<'_>) -> Result<(&'a dyn DataDirectory, Inventory), Stop> {
    planted(c, |form| Some(song_of(form))).await
}

async fn planted<'a>(
    c: &'a CheckContext<'_>,
    song: impl Fn(&Form) -> Option<String>,
) -> Result<(&'a dyn DataDirectory, Inventory), Stop> {
    // The only way to a request of this suite: where nothing can be planted, none is sent.
    let Some(directory) = c.server().data_directory() else {
        return Err(Stop::Skipped("not tried: the server does not run in a container of this run".to_owned()));
    };
    let canaries = FORMS.iter().filter_map(|form| Some((file_of(form), song(form)?)));
    let files: BTreeMap<_, _> = canaries.chain([("beside/post".to_owned(), "a post".to_owned())]).collect();
    let planted = directory.plant(&files).await.map_err(|error| error.fault())?;
    Ok((directory, planted))
}

pub(super) async fn now(directory: &dyn DataDirectory) -> Result<Inventory, Stop> {
    Ok(directory.inventory().await.map_err(|error| error.fault())?)
}

/// Sends a request and ignores the answer; a server that breaks off instead of answering has refused.
pub(super) async fn send(c: &CheckContext<'_>, request: &RawRequest) -> Result<(), Stop> {
    let raw = c.raw();
    match raw.send(&raw.prepare(request)?).await {
        Ok(_) | Err(RequestError::Broken { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
