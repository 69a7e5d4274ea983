//! Owns the engine's notion of time: a point in time that the caller supplies. Never reads a clock.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A point in time: milliseconds since 1970-01-01 00:00 UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct UnixMs(pub i64);

impl UnixMs {
    /// This time plus `ms` milliseconds; stops at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This time plus `s` seconds; stops at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn plus_s(self, s: u32) -> Self {
        self.plus_ms(s as i64 * 1000)
    }

    /// Milliseconds from `earlier` to this time; 0 when `earlier` is later, so a clock that steps back never yields a negative duration.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }
}

/// A point in time or none, in the space of a point in time: the last one there is stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaybeAt(i64);

impl MaybeAt {
    pub(crate) const NEVER: Self = Self(i64::MAX);

    pub(crate) fn get(self) -> Option<UnixMs> {
        (self != Self::NEVER).then_some(UnixMs(self.0))
    }

    #[inline]
    pub(crate) const fn is_after(self, now: UnixMs) -> bool {
        now.0 < self.0
    }
}

impl From<Option<UnixMs>> for MaybeAt {
    fn from(at: Option<UnixMs>) -> Self {
        at.map_or(Self::NEVER, |at| Self(at.0))
    }
}
