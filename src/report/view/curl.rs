//! A recorded request as a line for a shell: what curl has to be told to send it again.
//!
//! The server's address and the credentials come from the environment, from the variables of every S3 tool: `AWS_ENDPOINT_URL`,
//! `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. Signed anew where it was signed. The content of an upload is not recorded: so many
//! zeros stand for it. Deliberately absent: what the request needs to find on the server, such as its bucket.

use crate::base::shell_word;
use crate::record::{CheckRecord, Exchange};

/// What curl makes itself.
const MADE_BY_CURL: [&str; 5] = ["host", "content-length", "authorization", "x-amz-date", "x-amz-content-sha256"];
/// Signs anew. Older releases of curl leave the hash of the content out where nobody names one, and no server lets that in.
const SIGNED: &str = "--aws-sigv4 aws:amz:us-east-1:s3 --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" \
                      -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD'";
/// What tells of content that zeros cannot stand for.
const BOUND_TO_CONTENT: [&str; 6] = [
    "content-md5",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc64nvme",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
];

/// The last request before a verdict, with the status of its answer; none where a client of its own made the requests.
pub(in crate::report) fn last_exchange(check: &CheckRecord) -> Option<&Exchange> {
    check.exchanges.last().filter(|_| check.commands.is_empty())
}

/// The line that sends the last request before a verdict again, where curl can.
pub(in crate::report) fn line(check: &CheckRecord) -> Option<String> {
    of_exchange(last_exchange(check)?)
}

fn of_exchange(exchange: &Exchange) -> Option<String> {
    let header = |name: &str| exchange.request_headers.iter().find(|(other, _)| other == name).map(|(_, value)| value);
    let parts = || {
        [&exchange.method, &exchange.path].into_iter().chain(exchange.request_headers.iter().flat_map(|(a, b)| [a, b]))
    };
    let is_plain = |text: &String| text.chars().all(|character| character.is_ascii_graphic() || character == ' ');
    // A signature in the query was left out of the record, and curl makes none there.
    if exchange.path.contains("X-Amz-Signature=") || !parts().all(is_plain) {
        return None;
    }
    let content = match header("content-length").map_or(Some(0), |length| length.parse().ok())? {
        0_u64 => None,
        length if takes_zeros(exchange) => Some(length),
        _ => return None,
    };
    let mut words: Vec<String> = content.iter().map(|length| format!("head -c {length} /dev/zero |")).collect();
    words.push("curl -sS --globoff --path-as-is".to_owned());
    words.push(match exchange.method.as_str() {
        "HEAD" => "--head".to_owned(),
        "GET" => "--include".to_owned(),
        method => format!("--include -X {}", shell_word(method)),
    });
    if header("authorization").is_some() {
        words.push(SIGNED.to_owned());
    }
    for (name, value) in &exchange.request_headers {
        if !MADE_BY_CURL.contains(&name.as_str()) {
            // A header without a value ends in a semicolon, which tells curl not to leave it out.
            let text = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            words.push(format!("-H {}", shell_word(&text)));
        }
    }
    if content.is_some() {
        let untyped = header("content-type").is_none().then_some("-H 'content-type:'");
        words.extend(untyped.into_iter().chain(["--data-binary @-"]).map(str::to_owned));
    }
    words.push(format!("\"${{AWS_ENDPOINT_URL%/}}\"{}", shell_word(&exchange.path)));
    Some(words.join(" "))
}

/// Whether any content is good enough: the content of an object, if the request says nothing about it but its length.
fn takes_zeros(exchange: &Exchange) -> bool {
    let query = exchange.path.split_once('?').map_or("", |(_, query)| query);
    let is_object = exchange.method == "PUT" && (query.is_empty() || query == "x-id=PutObject");
    let is_bound = |(name, value): &(String, String)| {
        BOUND_TO_CONTENT.contains(&name.as_str()) || (name == "content-encoding" && value.contains("aws-chunked"))
    };
    is_object && !exchange.request_headers.iter().any(is_bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(method: &str, path: &str, headers: &[(&str, &str)]) -> Exchange {
        Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            request_headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            status: Some(200),
            response_headers: Vec::new(),
            body_start: None,
        }
    }

    fn line(method: &str, path: &str, headers: &[(&str, &str)]) -> Option<String> {
        of_exchange(&exchange(method, path, headers))
    }

    #[test]
    fn a_signed_request_is_signed_anew_by_who_has_the_key() {
        let headers = [("host", "10.0.0.2:9000"), ("range", "bytes=0-9"), ("authorization", "[redacted]")];
        assert_eq!(
            line("GET", "/b/a%20b?x-id=GetObject", &headers).unwrap(),
            "curl -sS --globoff --path-as-is --include --aws-sigv4 aws:amz:us-east-1:s3 \
             --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
             -H 'range: bytes=0-9' \
             \"${AWS_ENDPOINT_URL%/}\"'/b/a%20b?x-id=GetObject'"
        );
    }

    #[test]
    fn zeros_stand_for_the_content_of_an_object_and_for_no_other() {
        let plain =
            line("PUT", "/b/k?x-id=PutObject", &[("content-length", "7"), ("content-type", "text/plain")]).unwrap();
        assert!(plain.starts_with("head -c 7 /dev/zero | curl ") && plain.contains("-X PUT"), "{plain}");
        assert!(plain.contains("-H 'content-type: text/plain' --data-binary @- "), "{plain}");
        assert_eq!(line("PUT", "/b/k", &[("content-length", "7"), ("content-md5", "AA==")]), None);
        assert_eq!(line("PUT", "/b/k?tagging", &[("content-length", "7")]), None);
        assert_eq!(line("POST", "/b?delete", &[("content-length", "90")]), None);
        assert!(line("PUT", "/b", &[("content-length", "0")]).unwrap().ends_with("/b"), "nothing is nothing");
    }

    #[test]
    fn what_a_server_or_a_key_might_smuggle_in_stays_a_word() {
        let smuggled = line("GET", "/b/'; rm -rf ~; '", &[]).unwrap();
        assert!(smuggled.ends_with(r#""${AWS_ENDPOINT_URL%/}"'/b/'\''; rm -rf ~; '\'''"#), "{smuggled}");
        assert_eq!(line("GET", "/b/line\nfeed", &[]), None);
        assert_eq!(line("GET", "/b/k?X-Amz-Expires=60&X-Amz-Signature=[redacted]", &[]), None);
        assert!(line("HEAD", "/b/../k", &[]).unwrap().contains("--path-as-is --head "));
        assert!(line("PUT", "/b/k", &[("if-none-match", "")]).unwrap().contains("-H 'if-none-match;'"));
    }
}
