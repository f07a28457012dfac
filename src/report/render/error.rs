//! What keeps a record from being rendered.

/// A format cannot say what the record holds.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The record holds something that JSON cannot say, such as a year over 9999.
    #[error("write it as JSON")]
    Json(#[source] serde_json::Error),
    /// A suite began at a moment that no timestamp can say.
    #[error("write the start of {suite} as a timestamp")]
    Timestamp { suite: String, source: time::error::Format },
    #[error("write XML")]
    Xml(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl RenderError {
    /// What to try next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Timestamp { .. } => Some("set the machine's clock".to_owned()),
            Self::Json(_) | Self::Xml(_) => None,
        }
    }
}
