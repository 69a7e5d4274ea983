//! Owns chance: the visit's own generator, so that a replay of the same events makes the same choices and ids.

use serde::{Deserialize, Serialize};
use uuid::Builder;

use crate::id::PresentationId;
use crate::time::UnixMs;

/// SplitMix64: eight bytes of state, every seed is a good one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `n`, every one equally likely.
    pub(super) fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "there is something to choose from");
        let n = n as u64;
        let unfair_from = u64::MAX - u64::MAX % n;
        loop {
            let drawn = self.next();
            if drawn < unfair_from {
                return usize::try_from(drawn % n).expect("the remainder is below a usize");
            }
        }
    }

    /// A UUIDv7 of `now` whose random bits come from this generator.
    pub(super) fn presentation_id(&mut self, now: UnixMs) -> PresentationId {
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.next().to_be_bytes());
        random[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        let millis = u64::try_from(now.0).unwrap_or(0);
        PresentationId(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
