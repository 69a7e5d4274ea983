//! Owns how long a fault lasts: chance chooses, mostly a short time, so that there are many rounds, and now and then a long one.

use std::time::Duration;

use super::dice::Dice;

/// Of a hundred faults so many are long.
const LONG_PERCENT: u64 = 12;

/// The times that a fault may last; milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) low_ms: u64,
    /// The long ones begin here.
    pub(super) often_ms: u64,
    pub(super) high_ms: u64,
}

impl Span {
    /// One of them.
    pub(super) fn draw(self, dice: &mut Dice) -> Duration {
        let (low_ms, high_ms) = if dice.percent(LONG_PERCENT) {
            (self.often_ms, self.high_ms)
        } else {
            (self.low_ms, self.often_ms)
        };
        Duration::from_millis(dice.between(low_ms, high_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_times_are_short_and_the_long_ones_come_up_to_the_end() {
        let (mut dice, span) = (Dice::new(1), Span { low_ms: 1_000, often_ms: 12_000, high_ms: 60_000 });
        let times: Vec<u64> = (0..2_000)
            .map(|_| u64::try_from(span.draw(&mut dice).as_millis()).expect("a minute fits"))
            .collect();
        assert!(times.iter().all(|time| (1_000..=60_000).contains(time)));
        let beyond = |limit| times.iter().filter(|time| **time > limit).count();
        assert!((160..=320).contains(&beyond(12_000)), "{}", beyond(12_000));
        assert!(beyond(55_000) > 0 && beyond(2_000) < 2_000);
    }
}
