//! Owns the simulator's own generator: another one than the engine's, so that neither can mirror the other.

/// A xorshift generator.
#[derive(Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15 | 1)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }

    /// From 0 to below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        u32::try_from(self.next() % u64::from(n.max(1))).expect("the remainder is below a u32")
    }

    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(u32::try_from(all.len()).expect("lists are short"));
        &all[at as usize]
    }

    /// A time in milliseconds up to `s` seconds: mostly whole seconds, so that things coincide; now and then just beside.
    pub(crate) fn ms_up_to(&mut self, s: u32) -> i64 {
        let ms = i64::from(self.below(s + 1)) * 1000;
        match self.below(10) {
            0 => ms + 1,
            1 => ms + 500,
            2 => (ms - 1).max(0),
            _ => ms,
        }
    }
}
