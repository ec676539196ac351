//! Keys as backends take them.

use hmac_sha1_compact::Hash;

/// The SHA-1 of a key's UTF-8, which is given by its code points. A lone surrogate, which UTF-8 has no bytes for, counts as its three WTF-8 bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct KeyHash(Hash);

impl KeyHash {
    /// With one more code point.
    pub(crate) fn with(mut self, point: u32) -> Self {
        match char::from_u32(point) {
            Some(character) => self.0.update(character.encode_utf8(&mut [0; 4])),
            None => self.0.update(three_bytes(point)),
        }
        self
    }

    /// The hash of a key as text, in hexadecimal digits.
    #[cfg(feature = "web")]
    pub(crate) fn of(key: &str) -> String {
        let hash = key.chars().fold(Self::default(), |hash, character| hash.with(character.into()));
        hash.words().map(|word| format!("{word:08x}")).concat()
    }

    /// The hash, as five numbers.
    pub(crate) fn words(self) -> [u32; 5] {
        let mut words = [0; 5];
        let hash = self.0.finalize();
        for (word, bytes) in words.iter_mut().zip(hash.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        words
    }
}

fn three_bytes(point: u32) -> [u8; 3] {
    let [high, middle, low] = [point >> 12, point >> 6 & 0x3f, point & 0x3f].map(|bits| bits as u8);
    [0xe0 | high, 0x80 | middle, 0x80 | low]
}

#[cfg(test)]
mod tests {
    use super::{KeyHash, three_bytes};

    fn sha1(key: &str) -> String {
        let hash = key.chars().fold(KeyHash::default(), |hash, character| hash.with(character.into()));
        hash.words().map(|word| format!("{word:08x}")).concat()
    }

    #[test]
    fn hashes_as_dogpile_cache_does() {
        assert_eq!(sha1("some_key"), "53def077a4264bd3183d4eb21b1f56f883e1b572");
        assert_eq!(sha1(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(sha1("m\u{e9}il \u{1f415}"), "6d0d59386e19e6f1eee995c93b7f83adfdee8530");
    }

    #[test]
    fn a_lone_surrogate_has_three_bytes() {
        assert_eq!(three_bytes(0xd800), [0xed, 0xa0, 0x80]);
        assert_eq!(three_bytes(0xdfff), [0xed, 0xbf, 0xbf]);
        assert_ne!(KeyHash::default().with(0xd800).words(), KeyHash::default().with(0xd801).words());
    }
}
