//! Owns the timer wheel of a shard: a hashed wheel with one-tick slots. Entries are never removed early; the owner
//! checks whether a fired one still holds.

use beckon_engine::time::UnixMs;

/// Resolution of the wheel, milliseconds.
pub(super) const TICK_MS: i64 = 50;
const SLOTS: usize = 2048;

/// Timers for values of type `T`.
#[derive(Debug)]
pub(super) struct Wheel<T> {
    slots: Vec<Vec<Timer<T>>>,
    /// The tick up to which all timers have fired.
    done: i64,
}

#[derive(Debug)]
struct Timer<T> {
    tick: i64,
    value: T,
}

impl<T> Wheel<T> {
    /// An empty wheel that starts at `now`.
    #[must_use]
    pub(super) fn new(now: UnixMs) -> Self {
        Self {
            slots: std::iter::repeat_with(Vec::new).take(SLOTS).collect(),
            done: now.0.div_euclid(TICK_MS),
        }
    }

    /// Fires `value` at the first tick at or after `due`; one that is past due fires at the next tick.
    pub(super) fn insert(&mut self, due: UnixMs, value: T) {
        let tick = due.0.saturating_add(TICK_MS - 1).div_euclid(TICK_MS).max(self.done + 1);
        self.slots[slot_of(tick)].push(Timer { tick, value });
    }

    /// Takes all values that are due at `now`. A clock that stepped back fires nothing.
    pub(super) fn advance(&mut self, now: UnixMs, fired: &mut Vec<T>) {
        let target = now.0.div_euclid(TICK_MS);
        let steps = (target - self.done).clamp(0, SLOTS as i64);
        for step in 0..steps {
            let slot = &mut self.slots[slot_of(target - step)];
            let mut index = 0;
            while index < slot.len() {
                if slot[index].tick <= target {
                    fired.push(slot.swap_remove(index).value);
                } else {
                    index += 1;
                }
            }
        }
        self.done = self.done.max(target);
    }
}

fn slot_of(tick: i64) -> usize {
    usize::try_from(tick.rem_euclid(SLOTS as i64)).expect("a remainder of a positive divisor is not negative")
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
    fn fires_at_the_first_tick_not_before_the_time() {
        let mut wheel = Wheel::new(UnixMs(1_000));
        wheel.insert(UnixMs(1_120), 1);
        assert_eq!(fired_at(&mut wheel, 1_119), Vec::<u32>::new());
        assert_eq!(fired_at(&mut wheel, 1_150), vec![1]);
    }

    #[test]
    fn keeps_a_timer_that_is_more_than_one_turn_away() {
        let mut wheel = Wheel::new(UnixMs(0));
        let turn = TICK_MS * SLOTS as i64;
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
        assert_eq!(fired_at(&mut wheel, 10_000_000 + TICK_MS), vec![3]);
    }

    #[test]
    fn a_clock_that_steps_back_fires_nothing_twice() {
        let mut wheel = Wheel::new(UnixMs(10_000));
        wheel.insert(UnixMs(10_100), 1);
        assert_eq!(fired_at(&mut wheel, 10_100), vec![1]);
        assert_eq!(fired_at(&mut wheel, 9_000), Vec::<u32>::new());
        assert_eq!(fired_at(&mut wheel, 10_200), Vec::<u32>::new());
    }
}
