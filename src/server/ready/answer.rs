//! What answered on the port: an S3 server, or something else.

/// Most of an answer that is looked at, in bytes.
const LIMIT_BYTES: usize = 64 << 10;

/// Most of a foreign answer that is quoted, in characters.
const QUOTED_CHARS: usize = 60;

/// What the bytes received so far are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Too little to tell; more may come.
    Incomplete,
    /// An answer that an S3 server gives.
    S3,
    /// Something else, described.
    Foreign(String),
}

/// Judges what was received; `ended` says that no more will come.
pub(super) fn judge(received: &[u8], ended: bool) -> Answer {
    let text = String::from_utf8_lossy(received);
    let ended = ended || received.len() >= LIMIT_BYTES;
    if !text.starts_with("HTTP/") {
        let possible = "HTTP/".starts_with(text.as_ref()) && !ended;
        return if possible { Answer::Incomplete } else { Answer::Foreign(format!("no HTTP: {}", quoted(&text))) };
    }
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return if ended { Answer::Foreign("half an HTTP answer".to_owned()) } else { Answer::Incomplete };
    };
    if is_s3_body(body) || is_redirect_for_strangers(head) {
        return Answer::S3;
    }
    if ended || body.len() >= content_length(head).unwrap_or(usize::MAX) {
        return Answer::Foreign(describe(head, body));
    }
    Answer::Incomplete
}

fn is_s3_body(body: &str) -> bool {
    body.contains("<ListAllMyBucketsResult")
        || ((body.contains("<Error>") || body.contains("<Error ")) && body.contains("<Code>"))
}

/// AWS redirects a request without credentials to a web page; the header shows that it is S3 nevertheless.
fn is_redirect_for_strangers(head: &str) -> bool {
    status(head).starts_with('3') && header(head, "x-amz-request-id").is_some()
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

fn header<'head>(head: &'head str, name: &str) -> Option<&'head str> {
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    headers.into_iter().find(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn content_length(head: &str) -> Option<usize> {
    header(head, "content-length")?.parse().ok()
}

fn describe(head: &str, body: &str) -> String {
    let status = status(head).chars().filter(char::is_ascii_digit).take(3).collect::<String>();
    let kind = header(head, "content-type").map_or_else(|| "no content type".to_owned(), quoted);
    if body.trim().is_empty() {
        format!("HTTP {status}, {kind}, empty")
    } else {
        format!("HTTP {status}, {kind}: {}", quoted(body))
    }
}

/// The beginning of a text on one line, with nothing that could disturb a terminal.
fn quoted(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = words.chars().filter(|each| !each.is_control()).take(QUOTED_CHARS).collect();
    if words.chars().count() > QUOTED_CHARS {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_answers_are_recognised_whatever_their_status() {
        let bodies = ["<?xml?><ListAllMyBucketsResult xmlns='x'/>", "<Error><Code>AccessDenied</Code></Error>"];
        for (status, body) in ["200 OK", "403 Forbidden"].iter().zip(bodies) {
            assert_eq!(judge(format!("HTTP/1.1 {status}\r\nA: b\r\n\r\n{body}").as_bytes(), false), Answer::S3);
        }
        let redirect = b"HTTP/1.1 307 Temporary Redirect\r\nX-Amz-Request-Id: 1\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(judge(redirect, false), Answer::S3);
    }

    #[test]
    fn other_answers_are_described_without_control_characters() {
        let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 14\r\n\r\n<html>\x1b[31m hi";
        assert_eq!(judge(page.as_bytes(), false), Answer::Foreign("HTTP 200, text/html: <html>[31m hi".to_owned()));
        assert_eq!(judge(b"SSH-2.0-x\r\n", false), Answer::Foreign("no HTTP: SSH-2.0-x".to_owned()));
        let error_page = b"HTTP/1.1 500 X\r\n\r\n<h1>Error</h1>";
        assert_eq!(judge(error_page, true), Answer::Foreign("HTTP 500, no content type: <h1>Error</h1>".to_owned()));
    }

    #[test]
    fn a_partial_answer_waits_for_the_rest() {
        for part in
            ["", "HT", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n<ListAll", "HTTP/1.1 200 OK\r\n\r\n<Error>"]
        {
            assert_eq!(judge(part.as_bytes(), false), Answer::Incomplete, "{part}");
            assert!(matches!(judge(part.as_bytes(), true), Answer::Foreign(_)), "{part}");
        }
    }
}
