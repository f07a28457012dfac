//! Stand-in, replaced at merge.
#![expect(missing_docs, reason = "stand-in")]
use std::fmt;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Pypi(String),
    PypiLatest,
    Path(PathBuf),
    Git { reference: String, repository: PathBuf },
    Image(String),
    Endpoint(String),
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pypi(version) => write!(formatter, "pypi:{version}"),
            Self::PypiLatest => formatter.write_str("pypi:latest"),
            Self::Path(path) => write!(formatter, "path:{}", path.display()),
            Self::Git { reference, .. } => write!(formatter, "git:{reference}"),
            Self::Image(tag) => write!(formatter, "image:{tag}"),
            Self::Endpoint(url) => write!(formatter, "endpoint:{url}"),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Sources {
    pub version: String,
    pub digest: String,
    pub files: Vec<SourceFile>,
}

#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: String,
    pub executable: bool,
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    #[error("stand-in")]
    StandIn,
}

impl Target {
    pub async fn sources(&self) -> Result<Option<Sources>, TargetError> {
        let Self::Path(root) = self else { return Ok(None) };
        let (mut files, mut pending) = (Vec::new(), vec![root.clone()]);
        while let Some(path) = pending.pop() {
            let mut entries = tokio::fs::read_dir(&path).await.map_err(|_| TargetError::StandIn)?;
            while let Some(entry) = entries.next_entry().await.map_err(|_| TargetError::StandIn)? {
                if entry.path().is_dir() {
                    pending.push(entry.path());
                } else {
                    let bytes = tokio::fs::read(entry.path()).await.map_err(|_| TargetError::StandIn)?;
                    let path =
                        entry.path().strip_prefix(root).map(|path| path.display().to_string()).unwrap_or_default();
                    files.push(SourceFile { path, executable: false, bytes });
                }
            }
        }
        Ok(Some(Sources { version: "0.2.1+standin".into(), digest: "0123456789abcdef".into(), files }))
    }
}
