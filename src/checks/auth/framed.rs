//! Framed bodies, looked at and changed after they were signed.

use bytes::Bytes;

/// The smallest chunk that S3 allows.
pub(super) const CHUNK: usize = 8 << 10;

/// The same bytes as letters from g to z.
///
/// A server that looks for a chunk's size where a read ended finds none in them, so that what it makes of an upload depends on what it
/// compares, and not on where the network parted it.
pub(super) fn letters(bytes: &Bytes) -> Bytes {
    bytes.iter().map(|byte| b'g' + byte % 20).collect()
}

/// Offsets in a framed body: where each size line begins, and where its data does.
pub(super) fn seams(framed: &[u8]) -> Vec<usize> {
    let mut seams = vec![0];
    let mut at = 0;
    while let Some(length) = framed[at..].windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&framed[at..at + length]);
        let size = line.split(';').next().and_then(|digits| usize::from_str_radix(digits, 16).ok()).unwrap_or(0);
        let data = at + length + 2;
        if size == 0 || data + size + 2 > framed.len() {
            break;
        }
        at = data + size + 2;
        seams.extend([data, at]);
    }
    seams
}

/// A framed body in which the bytes of `sent` stand where those of `meant` stood.
pub(super) fn exchanged(framed: &Bytes, meant: &[u8], sent: &[u8]) -> Bytes {
    let Some(at) = meant.iter().zip(sent).position(|(one, other)| one != other) else { return framed.clone() };
    // Before the byte stand the size lines of its chunk and of all before it, and the CRLF of those before it.
    let seams = seams(framed);
    let data = seams.get(1 + 2 * (at / CHUNK)).copied().unwrap_or_default();
    let mut framed = framed.to_vec();
    if let Some(byte) = framed.get_mut(data + at % CHUNK) {
        *byte = sent[at];
    }
    framed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMED: &[u8] = b"3;chunk-signature=x\r\nabc\r\n2;chunk-signature=y\r\nde\r\n0;chunk-signature=z\r\n\r\n";

    #[test]
    fn seams_are_where_lines_and_data_begin() {
        let starts: Vec<_> = seams(FRAMED).into_iter().map(|at| char::from(FRAMED[at])).collect();
        assert_eq!(starts, ['3', 'a', '2', 'd', '0']);
    }

    #[test]
    fn letters_look_like_no_size() {
        let letters = letters(&(0..=u8::MAX).collect());
        assert!(letters.len() == 256 && letters.iter().all(|byte| (b'g'..=b'z').contains(byte)));
    }
}
