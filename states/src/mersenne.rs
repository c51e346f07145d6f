//! Python's `random.Random`: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded and drawn from as CPython
//! does, so that a seed gives the same choice here as under Salt.

use std::collections::HashSet;

use sha2::{Digest, Sha512};

const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// A generator whose numbers its seed decides.
pub(crate) struct Random {
    words: [u32; SIZE],
    at: usize,
}

impl Random {
    /// Python's `Random(text)`.
    pub(crate) fn from_text(text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend(Sha512::digest(text.as_bytes()));
        let word = |chunk: &[u8]| chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        let mut key: Vec<u32> = bytes.rchunks(4).map(word).collect();
        while key.len() > 1 && key.last() == Some(&0) {
            key.pop();
        }
        Self::from_key(&key)
    }

    /// Python's `Random(number)`.
    pub(crate) fn from_number(number: i64) -> Self {
        let number = number.unsigned_abs();
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of the number")]
        let halves = [number as u32, (number >> 32) as u32];
        Self::from_key(if halves[1] == 0 { &halves[..1] } else { &halves })
    }

    fn from_key(key: &[u32]) -> Self {
        let mut words = [0u32; SIZE];
        words[0] = 19_650_218;
        for at in 1..SIZE {
            words[at] = stirred(&words, at, 1_812_433_253).wrapping_add(index(at));
        }
        let (mut at, mut in_key) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            words[at] = (words[at] ^ stirred(&words, at, 1_664_525))
                .wrapping_add(key.get(in_key).copied().unwrap_or_default())
                .wrapping_add(index(in_key));
            (at, in_key) = (at + 1, (in_key + 1) % key.len().max(1));
            if at == SIZE {
                words[0] = words[SIZE - 1];
                at = 1;
            }
        }
        for _ in 1..SIZE {
            words[at] = (words[at] ^ stirred(&words, at, 1_566_083_941)).wrapping_sub(index(at));
            at += 1;
            if at == SIZE {
                words[0] = words[SIZE - 1];
                at = 1;
            }
        }
        words[0] = 0x8000_0000;
        Self { words, at: SIZE }
    }

    fn next(&mut self) -> u32 {
        if self.at == SIZE {
            for at in 0..SIZE {
                let joined = self.words[at] & 0x8000_0000 | self.words[(at + 1) % SIZE] & 0x7fff_ffff;
                let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.words[at] = self.words[(at + MIDDLE) % SIZE] ^ joined >> 1 ^ twist;
            }
            self.at = 0;
        }
        let mut word = self.words[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    /// A number from 0 up to and without `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        let bits = u64::BITS - limit.leading_zeros();
        loop {
            let number = if bits <= 32 {
                u64::from(self.next() >> (32 - bits.max(1)))
            } else {
                let low = u64::from(self.next());
                low | u64::from(self.next() >> (64 - bits)) << 32
            };
            if number < limit {
                return number;
            }
        }
    }

    /// Python's `sample`: the places of `size` of `length` items, in the order they are drawn.
    pub(crate) fn sample(&mut self, length: usize, size: usize) -> Vec<usize> {
        let mut below = |limit: usize| usize::try_from(self.below(limit as u64)).unwrap_or(0);
        // As large as the set of places that is drawn already would be.
        let mut set_size = 21usize;
        if size > 5 {
            let mut power = 1usize;
            while power < size.saturating_mul(3) {
                power = power.saturating_mul(4);
            }
            set_size = set_size.saturating_add(power);
        }
        if length <= set_size {
            let mut pool: Vec<usize> = (0..length).collect();
            return (0..size)
                .map(|drawn| {
                    let at = below(length - drawn);
                    let place = pool[at];
                    pool[at] = pool[length - drawn - 1];
                    place
                })
                .collect();
        }
        let mut seen = HashSet::new();
        (0..size)
            .map(|_| {
                loop {
                    let at = below(length);
                    if seen.insert(at) {
                        return at;
                    }
                }
            })
            .collect()
    }
}

fn stirred(words: &[u32; SIZE], at: usize, factor: u32) -> u32 {
    (words[at - 1] ^ words[at - 1] >> 30).wrapping_mul(factor)
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CPython 3.11 draws.
    #[test]
    fn draws_what_python_draws() {
        let draw = |mut random: Random, limit: u64, count: usize| -> Vec<u64> {
            (0..count).map(|_| random.below(limit)).collect()
        };
        assert_eq!(draw(Random::from_number(42), 1000, 5), [654, 114, 25, 759, 281]);
        assert_eq!(draw(Random::from_text("fp-1"), 100, 5), [54, 39, 84, 23, 2]);
        assert_eq!(
            draw(Random::from_number((1 << 40) + 5), 1 << 50, 3),
            [61765605939424, 104921290273899, 179062192188074]
        );
        assert_eq!(Random::from_text("x").sample(10, 4), [5, 7, 1, 6]);
        assert_eq!(Random::from_text("x").sample(500, 6), [322, 161, 305, 307, 247, 33]);
    }
}
