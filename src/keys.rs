//! Keys as backends take them.

use sha1::{Digest, Sha1};

/// 40 lower-case hexadecimal digits, in ASCII, of the SHA-1 of a key's UTF-8. A lone surrogate, which UTF-8 has no bytes for, counts as its three WTF-8 bytes.
pub fn sha1(key: impl Iterator<Item = u16>) -> Vec<u8> {
    let mut hash = Sha1::new();
    for character in char::decode_utf16(key) {
        match character {
            Ok(character) => hash.update(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => hash.update(three_bytes(lone.unpaired_surrogate())),
        }
    }
    hexadecimal(&hash.finalize())
}

fn three_bytes(unit: u16) -> [u8; 3] {
    let [high, middle, low] = [unit >> 12, unit >> 6 & 0x3f, unit & 0x3f].map(|bits| bits as u8);
    [0xe0 | high, 0x80 | middle, 0x80 | low]
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| DIGITS[usize::from(digit)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{sha1, three_bytes};

    #[test]
    fn hashes_as_dogpile_cache_does() {
        assert_eq!(sha1("some_key".encode_utf16()), b"53def077a4264bd3183d4eb21b1f56f883e1b572");
        assert_eq!(sha1("".encode_utf16()), b"da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(sha1("m\u{e9}il \u{1f415}".encode_utf16()), b"6d0d59386e19e6f1eee995c93b7f83adfdee8530");
    }

    #[test]
    fn a_lone_surrogate_has_three_bytes() {
        assert_eq!(three_bytes(0xd800), [0xed, 0xa0, 0x80]);
        assert_eq!(three_bytes(0xdfff), [0xed, 0xbf, 0xbf]);
        assert_ne!(sha1([0xd800].into_iter()), sha1([0xd801].into_iter()));
    }
}
