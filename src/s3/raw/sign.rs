//! Signature Version 4 of requests, URLs, chunks and trailers.
//!
//! Signs exactly what it gets. Deliberately absent: the clock (the time is an argument) and any sending.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const INSTANT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// Who signs, for which region, and when.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) access_key: String,
    pub(super) secret_key: String,
    pub(super) region: String,
    instant: String,
}

/// The parts of a request that the signature covers.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    /// As sent, with its percent escapes.
    pub(super) path: &'a str,
    /// Not encoded.
    pub(super) query: &'a [(String, String)],
    /// Names in lower case.
    pub(super) headers: &'a [(String, String)],
    /// Value of `x-amz-content-sha256`.
    pub(super) payload: &'a str,
}

impl Signed<'_> {
    fn names(&self) -> String {
        let mut names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.join(";")
    }

    fn canonical(&self) -> String {
        // Sorted by name alone: `x-amz-copy-source` comes before `x-amz-copy-source-if-match`.
        let mut headers: Vec<_> = self.headers.iter().map(|(name, value)| (name, value.trim())).collect();
        headers.sort_unstable();
        let headers: Vec<_> = headers.into_iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (path, query) = (canonical_path(self.path), canonical_query(self.query));
        format!("{}\n{path}\n{query}\n{}\n{}\n{}", self.method, headers.concat(), self.names(), self.payload)
    }
}

impl Signer {
    pub(super) fn new(access_key: &str, secret_key: &str, region: &str, at: OffsetDateTime) -> Self {
        // The format only has components that every date and time has, so it cannot fail.
        let instant = at.to_offset(time::UtcOffset::UTC).format(INSTANT).unwrap_or_default();
        Self {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            region: region.to_owned(),
            instant,
        }
    }

    /// Value of the header `x-amz-date`.
    pub(super) fn instant(&self) -> &str {
        &self.instant
    }

    /// The signature, and the value of the header `Authorization`.
    pub(super) fn authorization(&self, signed: &Signed<'_>) -> (String, String) {
        let signature = self.request(signed);
        let header = format!(
            "{ALGORITHM} Credential={},SignedHeaders={},Signature={signature}",
            self.credential(),
            signed.names()
        );
        (signature, header)
    }

    /// The query of a presigned request, with the signature at its end.
    pub(super) fn presigned(&self, signed: &Signed<'_>, expires_seconds: u32) -> Vec<(String, String)> {
        let mut query = signed.query.to_vec();
        let parameters = [
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", self.credential()),
            ("X-Amz-Date", self.instant.clone()),
            ("X-Amz-Expires", expires_seconds.to_string()),
            ("X-Amz-SignedHeaders", signed.names()),
        ];
        query.extend(parameters.map(|(name, value)| (name.to_owned(), value)));
        let signature = self.request(&Signed { query: &query, ..*signed });
        query.push(("X-Amz-Signature".to_owned(), signature));
        query
    }

    /// `previous` is the signature of the chunk before, or of the request.
    pub(super) fn chunk(&self, previous: &str, data: &[u8]) -> String {
        let (nothing, data) = (sha256_hex(b""), sha256_hex(data));
        self.sign(&format!("{ALGORITHM}-PAYLOAD\n{}\n{}\n{previous}\n{nothing}\n{data}", self.instant, self.scope()))
    }

    /// `lines` has the form `name:value\n`.
    pub(super) fn trailer(&self, previous: &str, lines: &str) -> String {
        let lines = sha256_hex(lines.as_bytes());
        self.sign(&format!("{ALGORITHM}-TRAILER\n{}\n{}\n{previous}\n{lines}", self.instant, self.scope()))
    }

    fn request(&self, signed: &Signed<'_>) -> String {
        let canonical = sha256_hex(signed.canonical().as_bytes());
        self.sign(&format!("{ALGORITHM}\n{}\n{}\n{canonical}", self.instant, self.scope()))
    }

    fn credential(&self) -> String {
        format!("{}/{}", self.access_key, self.scope())
    }

    fn scope(&self) -> String {
        format!("{}/{}/s3/aws4_request", self.date(), self.region)
    }

    fn date(&self) -> &str {
        self.instant.split('T').next().unwrap_or_default()
    }

    fn sign(&self, text: &str) -> String {
        let secret = format!("AWS4{}", self.secret_key);
        let key = [self.date(), &self.region, "s3", "aws4_request"]
            .into_iter()
            .fold(secret.into_bytes(), |key, part| mac(&key, part.as_bytes()));
        hex::encode(mac(&key, text.as_bytes()))
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(text).finalize().into_bytes().to_vec(),
        // HMAC takes keys of any length, so this cannot happen.
        Err(_) => Vec::new(),
    }
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The path decoded, and encoded again in the one way that S3 prescribes.
fn canonical_path(path: &str) -> String {
    encoded(&decoded(path), true)
}

/// Encoded and sorted by name, as they are sent and signed.
pub(super) fn canonical_query(query: &[(String, String)]) -> String {
    let encode = |text: &str| encoded(text.as_bytes(), false);
    let mut pairs: Vec<_> = query.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Encodes every byte that S3 encodes; slashes stay.
pub(super) fn encoded_key(key: &str) -> String {
    encoded(key.as_bytes(), true)
}

fn encoded(bytes: &[u8], slashes_stay: bool) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (slashes_stay && byte == b'/') {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn decoded(path: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(path.len()), path.as_bytes());
    while let [first, others @ ..] = rest {
        let digits = others.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    //! The examples of the S3 API reference, "Authenticating Requests (AWS Signature Version 4)".

    use time::macros::datetime;

    use super::*;

    const HOST: (&str, &str) = ("host", "examplebucket.s3.amazonaws.com");
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const DATE: (&str, &str) = ("x-amz-date", "20130524T000000Z");

    pub(in crate::s3::raw) fn signer() -> Signer {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        Signer::new("AKIAIOSFODNN7EXAMPLE", secret, "us-east-1", datetime!(2013-05-24 00:00 UTC))
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn signature(method: &str, path: &str, query: &[(&str, &str)], headers: &[(&str, &str)], payload: &str) -> String {
        let (query, headers) = (owned(query), owned(headers));
        signer().request(&Signed { method, path, query: &query, headers: &headers, payload })
    }

    #[test]
    fn the_published_get_of_an_object() {
        let headers = [HOST, ("range", "bytes=0-9"), ("x-amz-content-sha256", EMPTY), DATE];
        assert_eq!(
            signature("GET", "/test.txt", &[], &headers, EMPTY),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn the_published_put_of_an_object() {
        let payload = sha256_hex(b"Welcome to Amazon S3.");
        let headers = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            HOST,
            ("x-amz-content-sha256", &payload),
            DATE,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ];
        let expected = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
        assert_eq!(signature("PUT", "/test%24file.text", &[], &headers, &payload), expected);
        assert_eq!(signature("PUT", "/test$file.text", &[], &headers, &payload), expected, "however it is sent");
    }

    #[test]
    fn the_published_requests_with_parameters() {
        let headers = [HOST, ("x-amz-content-sha256", EMPTY), DATE];
        assert_eq!(
            signature("GET", "/", &[("lifecycle", "")], &headers, EMPTY),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        );
        assert_eq!(
            signature("GET", "/", &[("prefix", "J"), ("max-keys", "2")], &headers, EMPTY),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    #[test]
    fn the_published_presigned_url() {
        let headers = owned(&[HOST]);
        let signed =
            Signed { method: "GET", path: "/test.txt", query: &[], headers: &headers, payload: "UNSIGNED-PAYLOAD" };
        let query = signer().presigned(&signed, 86_400);
        assert_eq!(
            canonical_query(&query),
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F\
             aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-Signature=\
             aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404&X-Amz-SignedHeaders=host"
        );
    }

    #[test]
    fn paths_are_signed_as_servers_see_them() {
        assert_eq!(canonical_path("/a%20b/c+d%2Fe%c3%a4"), "/a%20b/c%2Bd/e%C3%A4");
        assert_eq!(canonical_path("/b/%2e%2e/../%zz%"), "/b/../../%25zz%25");
        assert_eq!(encoded_key("a b+c?d#e%f/ä~"), "a%20b%2Bc%3Fd%23e%25f/%C3%A4~");
    }
}
