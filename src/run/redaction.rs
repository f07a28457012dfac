//! A secret taken out of whatever a server or a service says, before anything is kept or shown.
//!
//! A server that repeats the key of the account that it stores in is not trusted to have it in a report.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::Event;

const REDACTED: &str = "[redacted]";

/// Takes a secret out of events.
#[derive(Debug, Default)]
pub(super) struct Redaction {
    /// The secret as it stands in JSON, without the quotes.
    spelled: Option<String>,
}

impl Redaction {
    /// Takes out this secret, if there is one.
    pub(super) fn of(secret: Option<&str>) -> Self {
        let spelled = secret.filter(|secret| !secret.is_empty()).and_then(|secret| {
            let quoted = serde_json::to_string(secret).ok()?;
            quoted.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
        });
        Self { spelled }
    }

    /// The same event without the secret.
    pub(super) fn apply(&self, event: Event) -> Event {
        match event {
            Event::CheckFinished { check } => Event::CheckFinished { check: self.without(check) },
            Event::Notice { text } => Event::Notice { text: self.without(text) },
            Event::Output { line } => Event::Output { line: self.without(line) },
            Event::Fact { name, value } => Event::Fact { name, value: self.without(value) },
            Event::Fault { fault } => Event::Fault { fault: self.without(fault) },
            Event::Capability { capability, exchanges } => {
                Event::Capability { capability: self.without(capability), exchanges: self.without(exchanges) }
            }
            Event::SuiteFinished { suite, mut end } => {
                end.fault = self.without(end.fault);
                end.server_log = self.without(end.server_log);
                Event::SuiteFinished { suite, end }
            }
            other => other,
        }
    }

    fn without<T: Serialize + DeserializeOwned>(&self, value: T) -> T {
        let Some(spelled) = &self.spelled else { return value };
        let Ok(text) = serde_json::to_string(&value) else { return value };
        if !text.contains(spelled) {
            return value;
        }
        serde_json::from_str(&text.replace(spelled, REDACTED)).unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Fault, FaultKind};

    #[test]
    fn a_secret_is_taken_out_of_a_fault_however_it_is_spelled() {
        let redaction = Redaction::of(Some("k\"ey"));
        let fault = Fault::new(FaultKind::Timeout, "the server said k\"ey, twice: k\"ey");
        let Event::Fault { fault } = redaction.apply(Event::Fault { fault }) else { panic!("another event") };
        assert_eq!(fault.message, "the server said [redacted], twice: [redacted]");
    }

    #[test]
    fn without_a_secret_nothing_changes() {
        let Event::Notice { text } = Redaction::of(None).apply(Event::Notice { text: "same".to_owned() }) else {
            panic!("another event")
        };
        assert_eq!(text, "same");
    }
}
