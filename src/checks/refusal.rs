//! The one way to ask whether a request was refused, and whether as it should be.

use super::judge::ensure;
use crate::record::Stop;
use crate::s3::{Body, Part, RawAnswer, RequestError};

/// How a request must be refused, and the kinds of failure where it is not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    status: Status,
    codes: &'static [&'static str],
    accepted: &'static str,
    otherwise: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Status {
    Exactly(u16),
    /// 4xx: the request is to blame.
    Client,
    /// 4xx, or 501: the server has no such thing. A server that fails has refused nothing.
    ClientOrNotImplemented,
    /// Any answer that is not a success.
    NoSuccess,
}

impl Refusal {
    /// With 4xx or 501, whatever its code.
    pub(super) const ANY: Self = Self {
        status: Status::ClientOrNotImplemented,
        codes: &[],
        accepted: "accepted",
        otherwise: "refused-otherwise",
    };

    /// With any answer that is not a success: S3 says nothing about the answer to half a request.
    pub(super) const AT_ALL: Self = Self { status: Status::NoSuccess, ..Self::ANY };

    pub(super) const fn with(status: u16) -> Self {
        Self { status: Status::Exactly(status), ..Self::ANY }
    }

    /// With 4xx and one of these codes of S3's.
    pub(super) const fn with_code(codes: &'static [&'static str]) -> Self {
        Self { status: Status::Client, codes, ..Self::ANY }
    }

    /// With one of these codes of S3's as well.
    pub(super) const fn and_code(self, codes: &'static [&'static str]) -> Self {
        Self { codes, ..self }
    }

    /// Another kind of failure where the request is accepted.
    pub(super) const fn accepted_is(self, kind: &'static str) -> Self {
        Self { accepted: kind, ..self }
    }

    /// Another kind of failure where the request is refused in another way, or fails.
    pub(super) const fn otherwise_is(self, kind: &'static str) -> Self {
        Self { otherwise: kind, ..self }
    }

    /// Another kind of failure in both cases.
    pub(super) const fn unless_is(self, kind: &'static str) -> Self {
        self.accepted_is(kind).otherwise_is(kind)
    }

    fn allows(&self, status: u16, code: Option<&str>) -> bool {
        let right = match self.status {
            Status::Exactly(wanted) => status == wanted,
            Status::Client => (400..500).contains(&status),
            Status::ClientOrNotImplemented => (400..500).contains(&status) || status == 501,
            Status::NoSuccess => true,
        };
        right && (self.codes.is_empty() || code.is_some_and(|code| self.codes.contains(&code)))
    }

    fn words(&self) -> String {
        let status = match self.status {
            Status::Exactly(status) => format!("HTTP {status}"),
            Status::Client => "HTTP 4xx".to_owned(),
            Status::ClientOrNotImplemented => "HTTP 4xx or 501".to_owned(),
            Status::NoSuccess => "no success".to_owned(),
        };
        let codes = self.codes.join(" or ");
        if codes.is_empty() { status } else { format!("{status} {codes}") }
    }
}

/// Fails a check unless a request was refused as it should be. `what` is the request, as in "{what} is accepted".
pub(super) fn refused(what: &str, answer: &impl Answer, refusal: Refusal) -> Result<(), Stop> {
    let Said { accepted, status, code, text } = answer.said()?;
    ensure(!accepted, refusal.accepted, format!("{what} is accepted"), refusal.words(), text.as_str())?;
    let message = format!("{what} is not refused as it should be");
    ensure(refusal.allows(status, code.as_deref()), refusal.otherwise, message, refusal.words(), text)
}

/// Fails a check unless a request that S3 allows was accepted.
pub(super) fn accepted(what: &str, answer: &RawAnswer) -> Result<(), Stop> {
    ensure(answer.is_success(), "request-refused", format!("{what} is refused"), "HTTP 200", answer.to_string())
}

/// What was answered to a request, whichever client sent it.
pub(super) trait Answer {
    /// # Errors
    /// No answer came that says yes or no.
    fn said(&self) -> Result<Said, Stop>;
}

pub(super) struct Said {
    accepted: bool,
    status: u16,
    code: Option<String>,
    /// The answer for a reader.
    text: String,
}

impl Answer for RawAnswer {
    fn said(&self) -> Result<Said, Stop> {
        Ok(Said { accepted: self.is_success(), status: self.status, code: self.code(), text: self.to_string() })
    }
}

impl<T: Yes> Answer for Result<T, RequestError> {
    fn said(&self) -> Result<Said, Stop> {
        match self {
            Ok(yes) => Ok(Said { accepted: true, status: 200, code: None, text: yes.text() }),
            Err(error) => {
                let status = error.status().ok_or_else(|| Stop::from(error.clone()))?;
                Ok(Said { accepted: false, status, code: error.code().map(str::to_owned), text: error.to_string() })
            }
        }
    }
}

/// The value of an answer that says yes, for a reader.
pub(super) trait Yes {
    fn text(&self) -> String;
}

impl Yes for () {
    fn text(&self) -> String {
        "success".to_owned()
    }
}

/// An ETag, or the id of an upload.
impl Yes for Option<String> {
    fn text(&self) -> String {
        "200".to_owned()
    }
}

impl Yes for Body {
    fn text(&self) -> String {
        format!("200 with {} bytes", self.bytes.len())
    }
}

impl Yes for Part {
    fn text(&self) -> String {
        format!("{} with {} bytes", self.status, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_has_refused_nothing() {
        let refusals: Vec<u16> = (100..600).filter(|status| Refusal::ANY.allows(*status, None)).collect();
        assert_eq!(refusals, (400..500).chain([501]).collect::<Vec<_>>());
    }

    #[test]
    fn a_refusal_needs_its_status_and_its_code_and_a_success_is_none() {
        let kind = |answer: Result<(), RequestError>, refusal: Refusal| match refused("it", &answer, refusal) {
            Ok(()) => None,
            Err(Stop::Failed(failure)) => Some(failure.kind.to_string()),
            Err(other) => panic!("{other:?}"),
        };
        let rejected = |status, code: &str| {
            let (operation, message) = ("DeleteBucket", String::new());
            Err(RequestError::Rejected { operation, status, code: code.to_owned(), message })
        };
        let refusal = Refusal::with(409).and_code(&["BucketNotEmpty"]).accepted_is("deleted");
        assert_eq!(kind(rejected(409, "BucketNotEmpty"), refusal), None);
        assert_eq!(kind(rejected(409, "Conflict"), refusal).as_deref(), Some("refused-otherwise"));
        assert_eq!(kind(rejected(400, "BucketNotEmpty"), refusal).as_deref(), Some("refused-otherwise"));
        assert_eq!(kind(Ok(()), refusal).as_deref(), Some("deleted"));
        let broken = Err(RequestError::Broken { operation: "DeleteBucket", message: String::new() });
        assert_eq!(kind(broken, refusal).as_deref(), Some("broken-answer"));
    }
}
