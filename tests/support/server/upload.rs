//! An upload's body: read to its end, and compared with every digest that the client sent along.

use bytes::Bytes;
use md5::{Digest, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, PutObjectInput, StreamingBlob};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

/// Reads an upload to its end.
///
/// # Errors
/// The error that S3 answers with when the body is short, or is not what was signed.
pub(super) async fn read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    Body::from(body).store_all_limited(usize::MAX).await.map_err(|source| {
        // The library keeps the types of these errors to itself.
        let text = source.to_string();
        if text.ends_with("Sha256Mismatch") {
            let mut error = S3Error::new(S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()));
            error.set_status_code(hyper::StatusCode::BAD_REQUEST);
            error
        } else if text.ends_with("SignatureMismatch") {
            s3_error!(SignatureDoesNotMatch)
        } else {
            S3Error::with_source(S3ErrorCode::IncompleteBody, source)
        }
    })
}

/// Compares an upload with the digests in its headers and trailers; gives back the checksums that it had.
///
/// # Errors
/// `InvalidDigest` for a Content-MD5 that is not an MD5, `BadDigest` for any digest of other content.
pub(super) fn verify(input: &PutObjectInput, trailers: Option<&TrailingHeaders>, content: &[u8]) -> S3Result<Checksum> {
    if let Some(sent) = &input.content_md5 {
        if sent.len() != 24 || !sent.ends_with("==") {
            return Err(s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid."));
        }
        if *sent != base64(&Md5::digest(content)) {
            return Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."));
        }
    }
    let trailer = |name: &str| {
        trailers?.read(|headers| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned))?
    };
    let sent = Checksum {
        checksum_crc32: input.checksum_crc32.clone().or_else(|| trailer("x-amz-checksum-crc32")),
        checksum_crc32c: input.checksum_crc32c.clone().or_else(|| trailer("x-amz-checksum-crc32c")),
        checksum_crc64nvme: input.checksum_crc64nvme.clone().or_else(|| trailer("x-amz-checksum-crc64nvme")),
        checksum_sha1: input.checksum_sha1.clone().or_else(|| trailer("x-amz-checksum-sha1")),
        checksum_sha256: input.checksum_sha256.clone().or_else(|| trailer("x-amz-checksum-sha256")),
        ..Checksum::default()
    };
    let mut hasher = ChecksumHasher {
        crc32: sent.checksum_crc32.as_ref().map(|_| Crc32::new()),
        crc32c: sent.checksum_crc32c.as_ref().map(|_| Crc32c::new()),
        crc64nvme: sent.checksum_crc64nvme.as_ref().map(|_| Crc64Nvme::new()),
        sha1: sent.checksum_sha1.as_ref().map(|_| Sha1::new()),
        sha256: sent.checksum_sha256.as_ref().map(|_| Sha256::new()),
    };
    hasher.update(content);
    if hasher.finalize() != sent {
        return Err(s3_error!(BadDigest, "A checksum you specified did not match what we received."));
    }
    Ok(sent)
}

/// Base64 with padding, as Content-MD5 is written.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        for digit in 0..4 {
            let letter = char::from(ALPHABET[bits >> (18 - 6 * digit) & 63]);
            text.push(if digit <= chunk.len() { letter } else { '=' });
        }
    }
    text
}
