//! Seeded bytes and their digests.

use md5::{Digest, Md5};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::Sha256;

/// A generator for one purpose of one run. The same seed and purpose give the same stream on every machine and in every
/// release.
#[must_use]
pub fn seeded(seed: u64, purpose: &str) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(purpose.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// How the bytes of a file are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// One letter, repeated. It compresses to almost nothing.
    Compressible,
    /// Random bytes. They do not compress.
    Random,
}

impl Content {
    /// Draws one of the two with equal odds.
    pub fn draw(generator: &mut impl Rng) -> Self {
        if generator.random_bool(0.5) { Self::Compressible } else { Self::Random }
    }

    /// A function that fills a buffer with this content.
    pub fn filler(self, generator: &mut impl Rng) -> impl FnMut(&mut [u8]) {
        let letter = generator.random_range(b'a'..=b'z');
        let mut bytes = ChaCha8Rng::seed_from_u64(generator.random());
        move |buffer| match self {
            Self::Compressible => buffer.fill(letter),
            Self::Random => bytes.fill_bytes(buffer),
        }
    }

    pub fn bytes(self, size: usize, generator: &mut impl Rng) -> Vec<u8> {
        let mut buffer = vec![0; size];
        self.filler(generator)(&mut buffer);
        buffer
    }
}

/// In lower-case hexadecimal: the ETag of a simple upload (S3 API reference).
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// In lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// MD5 of the MD5s of the parts, in lower-case hexadecimal: the `ETag` of a multipart upload begins with it.
#[must_use]
pub fn md5_of_md5s_hex<T: AsRef<[u8]>>(parts: &[T]) -> String {
    let digests: Vec<u8> = parts.iter().flat_map(|part| Md5::digest(part.as_ref())).collect();
    md5_hex(&digests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_purpose_give_the_same_bytes() {
        let bytes = |seed, purpose| Content::Random.bytes(64, &mut seeded(seed, purpose));
        assert_eq!(bytes(1, "a"), bytes(1, "a"));
        assert_ne!(bytes(1, "a"), bytes(2, "a"));
        assert_ne!(bytes(1, "a"), bytes(1, "b"));
    }

    #[test]
    fn digests_agree_with_published_values() {
        assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(md5_hex(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        // printf abc | md5sum | xxd -r -p | md5sum
        assert_eq!(md5_of_md5s_hex(&[b"abc"]), "af5da9f45af7a300e3aded972f8ff687");
    }
}
