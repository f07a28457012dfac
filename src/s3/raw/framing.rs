//! The framing `aws-chunked`: content in chunks, signed or unsigned, with or without a trailer.
//!
//! The rules are in the S3 API reference, "Transferring Payload in Multiple Chunks" and "Including Trailing Headers".

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};

use super::sign::Signer;

/// A checksum that follows the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    /// Header name, such as `x-amz-checksum-crc32`.
    pub name: &'static str,
    pub value: String,
}

impl Trailer {
    #[must_use]
    pub fn crc32(content: &[u8]) -> Self {
        Self { name: "x-amz-checksum-crc32", value: crc32(content) }
    }

    #[must_use]
    pub fn crc64nvme(content: &[u8]) -> Self {
        Self { name: "x-amz-checksum-crc64nvme", value: crc64nvme(content) }
    }
}

/// Value of the header `x-amz-checksum-crc32`.
#[must_use]
pub fn crc32(content: &[u8]) -> String {
    BASE64_STANDARD.encode(crc_fast::crc32_iso_hdlc(content).to_be_bytes())
}

/// Value of the header `x-amz-checksum-crc64nvme`.
#[must_use]
pub fn crc64nvme(content: &[u8]) -> String {
    BASE64_STANDARD.encode(crc_fast::crc64_nvme(content).to_be_bytes())
}

/// Value of the header `Content-MD5`.
#[must_use]
pub fn content_md5(content: &[u8]) -> String {
    BASE64_STANDARD.encode(Md5::digest(content))
}

/// Frames content in signed chunks. The signature of a chunk covers that of the chunk before it; the first covers the
/// signature of the request (`seed`).
pub(super) fn signed(signer: &Signer, seed: &str, content: &[u8], chunk: usize, trailer: Option<&Trailer>) -> Vec<u8> {
    let mut previous = seed.to_owned();
    let mut framed = Vec::with_capacity(content.len() + 512);
    for data in content.chunks(chunk.max(1)).chain([&[][..]]) {
        previous = signer.chunk(&previous, data);
        framed.extend(format!("{:x};chunk-signature={previous}\r\n", data.len()).bytes());
        framed.extend(data);
        if !data.is_empty() {
            framed.extend(b"\r\n");
        }
    }
    if let Some(Trailer { name, value }) = trailer {
        let signature = signer.trailer(&previous, &format!("{name}:{value}\n"));
        framed.extend(format!("{name}:{value}\r\nx-amz-trailer-signature:{signature}\r\n").bytes());
    }
    framed.extend(b"\r\n");
    framed
}

/// Frames content in unsigned chunks.
pub(super) fn unsigned(content: &[u8], chunk: usize, trailer: &Trailer) -> Vec<u8> {
    let mut framed = Vec::with_capacity(content.len() + 512);
    for data in content.chunks(chunk.max(1)) {
        framed.extend(format!("{:x}\r\n", data.len()).bytes());
        framed.extend(data);
        framed.extend(b"\r\n");
    }
    framed.extend(format!("0\r\n{}:{}\r\n\r\n", trailer.name, trailer.value).bytes());
    framed
}

#[cfg(test)]
mod tests {
    use super::super::sign::{Signed, tests::signer};
    use super::*;

    const SIZE: usize = 66_560;
    const CHUNK: usize = 65_536;

    fn seed(payload: &str, more: &[(&str, &str)]) -> String {
        let mut headers = vec![
            ("content-encoding", "aws-chunked"),
            ("host", "s3.amazonaws.com"),
            ("x-amz-content-sha256", payload),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ];
        headers.extend(more);
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path = "/examplebucket/chunkObject.txt";
        signer().authorization(&Signed { method: "PUT", path, query: &[], headers: &headers, payload }).0
    }

    fn without_data(framed: &[u8]) -> String {
        String::from_utf8(framed.to_vec())
            .unwrap()
            .replace(&"a".repeat(CHUNK), "[64 KiB]")
            .replace(&"a".repeat(1024), "[1 KiB]")
    }

    #[test]
    fn the_published_upload_in_signed_chunks() {
        let seed = seed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", &[("content-length", "66824")]);
        assert_eq!(seed, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        let framed = signed(&signer(), &seed, &vec![b'a'; SIZE], CHUNK, None);
        assert_eq!(framed.len(), 66_824);
        assert_eq!(
            without_data(&framed),
            "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n[64 KiB]\r\n\
             400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n[1 KiB]\r\n\
             0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
        );
    }

    #[test]
    fn the_published_upload_with_a_signed_trailer() {
        let payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
        let seed = seed(payload, &[("x-amz-trailer", "x-amz-checksum-crc32c")]);
        assert_eq!(seed, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        let trailer = Trailer { name: "x-amz-checksum-crc32c", value: "sOO8/Q==".to_owned() };
        let framed = signed(&signer(), &seed, &vec![b'a'; SIZE], CHUNK, Some(&trailer));
        assert_eq!(
            without_data(&framed),
            "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n[64 KiB]\r\n\
             400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n[1 KiB]\r\n\
             0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n\
             x-amz-checksum-crc32c:sOO8/Q==\r\n\
             x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
        );
    }

    #[test]
    fn unsigned_chunks_carry_their_sizes_alone() {
        let framed = unsigned(b"hello", 3, &Trailer::crc32(b"hello"));
        assert_eq!(framed, b"3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");
    }

    /// Check values of the CRC catalogue, in base64.
    #[test]
    fn checksums_are_those_that_s3_means() {
        assert_eq!(crc32(b"123456789"), "y/Q5Jg==");
        assert_eq!(crc64nvme(b"123456789"), "rosUhgp5mIg=");
        assert_eq!(content_md5(b"content"), "mgNkuembtIDdJeHwKEyFVQ==");
    }
}
