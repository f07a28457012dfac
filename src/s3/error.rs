//! Errors of a request.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The server refused the request with an S3 error.
    #[error("{operation}: HTTP {status} {code}: {message}")]
    Rejected {
        operation: &'static str,
        status: u16,
        /// S3 error code, or `(no code)` if the answer had none.
        code: String,
        message: String,
    },
    /// The answer is not an S3 answer: malformed XML, a body that broke off, a connection that closed early.
    #[error("{operation}: broken answer: {message}")]
    Broken { operation: &'static str, message: String },
    /// Nothing accepted the connection.
    #[error("{operation}: no connection: {message}")]
    Unreachable { operation: &'static str, message: String },
    /// No complete answer within the deadline.
    #[error("{operation}: no complete answer within {} s", after.as_secs_f64())]
    Timeout { operation: &'static str, after: Duration },
    /// s3ci could not make the request: it cannot read a file, or the disk is full.
    #[error("{operation}: s3ci could not make the request: {message}")]
    Local { operation: &'static str, message: String },
}

impl RequestError {
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

    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Rejected { code, .. } => Some(code),
            _ => None,
        }
    }

    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Rejected { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Whether there was never a connection, as opposed to one that closed later.
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

/// The innermost cause says what went wrong; the outer ones only say where.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
