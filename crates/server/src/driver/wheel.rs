//! Owns the timer wheel of a shard: a hashed wheel whose slots hold exact times. Entries are never removed early; the owner
//! checks whether a fired one still holds.

use beckon_engine::time::UnixMs;

/// Time that a slot covers, milliseconds.
pub(super) const SLOT_MS: i64 = 50;
const SLOTS: usize = 2048;

/// Timers for values of type `T`.
#[derive(Debug)]
pub(super) struct Wheel<T> {
    slots: Vec<Vec<Timer<T>>>,
    /// All timers that are due until then have fired.
    done: i64,
    /// The earliest timer of this slot's time and the next one's.
    soonest: Option<i64>,
}

#[derive(Debug)]
struct Timer<T> {
    due: i64,
    value: T,
}

impl<T> Wheel<T> {
    /// An empty wheel that starts at `now`.
    #[must_use]
    pub(super) fn new(now: UnixMs) -> Self {
        Self { slots: std::iter::repeat_with(Vec::new).take(SLOTS).collect(), done: now.0, soonest: None }
    }

    /// Fires `value` at `due`; one that is past due fires at the next turn.
    pub(super) fn insert(&mut self, due: UnixMs, value: T) {
        let due = due.0.max(self.done + 1);
        self.slots[slot_of(due)].push(Timer { due, value });
        if self.is_soon(due) {
            self.soonest = Some(self.soonest.map_or(due, |soonest| soonest.min(due)));
        }
    }

    /// When the next timer is due, if that is before the end of the next slot's time.
    #[must_use]
    pub(super) fn soonest(&self) -> Option<UnixMs> {
        self.soonest.map(UnixMs)
    }

    /// Takes all values that are due at `now`. A clock that stepped back fires nothing.
    pub(super) fn advance(&mut self, now: UnixMs, fired: &mut Vec<T>) {
        if now.0 <= self.done {
            return;
        }
        let first = self.done.div_euclid(SLOT_MS).max(now.0.div_euclid(SLOT_MS) - (SLOTS as i64 - 1));
        for slot in first..=now.0.div_euclid(SLOT_MS) {
            let slot = &mut self.slots[slot_of(slot * SLOT_MS)];
            fired.extend(slot.extract_if(.., |timer| timer.due <= now.0).map(|timer| timer.value));
        }
        self.done = now.0;
        let near = [self.done, self.done + SLOT_MS].map(slot_of);
        let dues = near.into_iter().flat_map(|slot| &self.slots[slot]).map(|timer| timer.due);
        self.soonest = dues.filter(|due| self.is_soon(*due)).min();
    }

    fn is_soon(&self, due: i64) -> bool {
        due.div_euclid(SLOT_MS) <= self.done.div_euclid(SLOT_MS) + 1
    }
}

fn slot_of(due: i64) -> usize {
    let slot = due.div_euclid(SLOT_MS).rem_euclid(SLOTS as i64);
    usize::try_from(slot).expect("a remainder of a positive divisor is not negative")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired_at(wheel: &mut Wheel<u32>, now: i64) -> Vec<u32> {
        let mut fired = Vec::new();
        wheel.advance(UnixMs(now), &mut fired);
        fired.sort_unstable();
        fired
    }

    #[test]
    fn fires_at_its_time_and_not_before() {
        let mut wheel = Wheel::new(UnixMs(1_000));
        wheel.insert(UnixMs(1_120), 1);
        assert_eq!(fired_at(&mut wheel, 1_119), Vec::<u32>::new());
        assert_eq!(fired_at(&mut wheel, 1_120), vec![1]);
    }

    #[test]
    fn keeps_a_timer_that_is_more_than_one_turn_away() {
        let mut wheel = Wheel::new(UnixMs(0));
        let turn = SLOT_MS * SLOTS as i64;
        wheel.insert(UnixMs(turn + 500), 1);
        assert_eq!(fired_at(&mut wheel, 500), Vec::<u32>::new());
        assert_eq!(fired_at(&mut wheel, turn + 500), vec![1]);
    }

    #[test]
    fn fires_everything_after_a_long_sleep_and_what_is_past_due() {
        let mut wheel = Wheel::new(UnixMs(0));
        wheel.insert(UnixMs(300), 1);
        wheel.insert(UnixMs(90_000), 2);
        assert_eq!(fired_at(&mut wheel, 10_000_000), vec![1, 2]);
        wheel.insert(UnixMs(5), 3);
        assert_eq!(fired_at(&mut wheel, 10_000_001), vec![3]);
    }

    #[test]
    fn a_clock_that_steps_back_fires_nothing_twice() {
        let mut wheel = Wheel::new(UnixMs(10_000));
        wheel.insert(UnixMs(10_100), 1);
        assert_eq!(fired_at(&mut wheel, 10_100), vec![1]);
        assert_eq!(fired_at(&mut wheel, 9_000), Vec::<u32>::new());
        assert_eq!(fired_at(&mut wheel, 10_200), Vec::<u32>::new());
    }

    #[test]
    fn names_the_next_timer_when_it_is_near() {
        let mut wheel = Wheel::new(UnixMs(1_010));
        let turn = SLOT_MS * SLOTS as i64;
        for due in [1_500, 1_090, 1_020 + turn] {
            wheel.insert(UnixMs(due), 1);
        }
        assert_eq!(wheel.soonest(), Some(UnixMs(1_090)));
        wheel.insert(UnixMs(1_040), 2);
        assert_eq!(wheel.soonest(), Some(UnixMs(1_040)));
        assert_eq!(fired_at(&mut wheel, 1_040), vec![2]);
        assert_eq!(wheel.soonest(), Some(UnixMs(1_090)));
        assert_eq!(fired_at(&mut wheel, 1_100), vec![1]);
        assert_eq!(wheel.soonest(), None, "the others are further away");
        assert_eq!(fired_at(&mut wheel, 1_450), Vec::<u32>::new());
        assert_eq!(wheel.soonest(), Some(UnixMs(1_500)));
    }
}
