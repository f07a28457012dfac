//! The form of a workflow command. Escapes as the runner's own toolkit does (`@actions/core`, `command.ts`).

/// A command with a title: `::error title=…::message`.
pub(super) fn titled(level: &str, title: &str, message: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let command = titled("error", "etag/local::a, 100%", "one\r\n::error::two");
        assert_eq!(command, "::error title=etag/local%3A%3Aa%2C 100%25::one%0D%0A::error::two\n");
    }
}
