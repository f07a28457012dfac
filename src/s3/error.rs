//! What can become of a request other than the answer that was asked for.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// A request that did not bring the answer asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The server refused, in S3's own terms.
    #[error("{operation}: HTTP {status} {code}: {message}")]
    Rejected {
        /// Name of the S3 operation.
        operation: &'static str,
        /// HTTP status.
        status: u16,
        /// S3 error code; `(no code)` where the answer had none.
        code: String,
        /// The server's message.
        message: String,
    },
    /// The server answered, but not with an S3 answer: malformed XML, a body that broke off, a connection closed early.
    #[error("{operation}: broken answer: {message}")]
    Broken {
        /// Name of the S3 operation.
        operation: &'static str,
        /// What was wrong with it.
        message: String,
    },
    /// Nobody accepted the connection.
    #[error("{operation}: no connection: {message}")]
    Unreachable {
        /// Name of the S3 operation.
        operation: &'static str,
        /// The chain of causes.
        message: String,
    },
    /// No complete answer within the deadline.
    #[error("{operation}: no complete answer within {} s", after.as_secs_f64())]
    Timeout {
        /// Name of the S3 operation.
        operation: &'static str,
        /// The deadline.
        after: Duration,
    },
    /// The request could not be made on this side: a file that cannot be read, a full disk.
    #[error("{operation}: on this side: {message}")]
    Local {
        /// Name of the S3 operation.
        operation: &'static str,
        /// The chain of causes.
        message: String,
    },
}

impl RequestError {
    /// Sorts an error of the SDK into one of ours.
    pub(super) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let message = DisplayErrorContext(error).to_string();
        match error {
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                let code = context.err().code();
                if (200..300).contains(&status) {
                    let code = code.unwrap_or("(no code)");
                    return Self::Broken { operation, message: format!("HTTP {status} with an error inside: {code}") };
                }
                Self::Rejected {
                    operation,
                    status,
                    code: code.unwrap_or("(no code)").to_owned(),
                    message: context.err().message().unwrap_or_default().to_owned(),
                }
            }
            SdkError::ResponseError(context) => {
                let status = context.raw().status().as_u16();
                Self::Broken { operation, message: format!("HTTP {status}: {}", innermost(error)) }
            }
            SdkError::DispatchFailure(failure) if failure.is_user() => Self::Local { operation, message },
            SdkError::DispatchFailure(failure) if failure.is_timeout() || refused(error) => {
                Self::Unreachable { operation, message: innermost(error) }
            }
            SdkError::DispatchFailure(_) => Self::Broken { operation, message: innermost(error) },
            SdkError::TimeoutError(_) => Self::Unreachable { operation, message: innermost(error) },
            _ => Self::Local { operation, message },
        }
    }

    /// The S3 error code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Rejected { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The HTTP status of a refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Rejected { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Whether no connection came about, as opposed to one that was closed later.
fn refused(error: &(dyn StdError + 'static)) -> bool {
    use std::io::ErrorKind;
    causes(error).any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| {
            matches!(
                io.kind(),
                ErrorKind::ConnectionRefused
                    | ErrorKind::NetworkUnreachable
                    | ErrorKind::HostUnreachable
                    | ErrorKind::AddrNotAvailable
                    | ErrorKind::TimedOut
            )
        }) || cause.is::<rustls::Error>()
            || cause.to_string().contains("dns error")
    })
}

/// The message of the innermost cause, which is the one that names the trouble.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
