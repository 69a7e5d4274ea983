//! Owns whether a queue is open now: what was set by hand, while it holds, else its hours. Reads no clock.

use super::{is_open, next_change};
use crate::queue::{ByHand, Queue};
use crate::time::UnixMs;

/// Whether the queue is open at `now`.
#[must_use]
pub fn is_open_now(queue: &Queue, now: UnixMs) -> bool {
    in_force(queue, now).map_or_else(|| is_open(&queue.plan.hours, now), |by_hand| by_hand.open)
}

/// When being open changes next, and to what; `None` when it does not within 400 days, or only by hand.
#[must_use]
pub fn next_change_now(queue: &Queue, now: UnixMs) -> Option<(UnixMs, bool)> {
    let Some(by_hand) = in_force(queue, now) else { return next_change(&queue.plan.hours, now) };
    let until = by_hand.until?;
    let then = is_open(&queue.plan.hours, until);
    if then == by_hand.open { next_change(&queue.plan.hours, until) } else { Some((until, then)) }
}

/// When a closed queue opens next.
#[must_use]
pub fn opens_at(queue: &Queue, now: UnixMs) -> Option<UnixMs> {
    next_change_now(queue, now).filter(|(_, opens)| *opens).map(|(at, _)| at)
}

/// What was set by hand and holds at `now`.
#[must_use]
pub fn in_force(queue: &Queue, now: UnixMs) -> Option<ByHand> {
    queue.by_hand.filter(|by_hand| by_hand.until.is_none_or(|until| now < until))
}

#[cfg(test)]
mod tests {
    use super::{in_force, is_open_now, next_change_now, opens_at};
    use crate::id::QueueId;
    use crate::queue::{ByHand, Hours, Period, Queue, QueuePlan};
    use crate::time::UnixMs;

    /// Monday, 2 March 2026, 00:00 UTC.
    const MONDAY: i64 = 1_772_409_600_000;

    const fn at(hour: i64) -> UnixMs {
        UnixMs(MONDAY + hour * 3_600_000)
    }

    /// Open on weekdays from 9 to 17 in UTC.
    fn queue(by_hand: Option<ByHand>) -> Queue {
        let day = |weekday| Period { weekday, from: "09:00".into(), to: "17:00".into() };
        let hours =
            Hours { time_zone: "UTC".into(), weekly: (1..=5).map(day).collect(), exceptions: Vec::new() };
        Queue {
            id: QueueId(uuid::Uuid::from_u128(1)),
            name: "Advice".into(),
            channel_on: true,
            by_hand,
            plan: QueuePlan { hours, ..QueuePlan::default() },
        }
    }

    // spec: Q-1
    #[test]
    fn what_was_set_by_hand_holds_until_its_end() {
        let closed = queue(Some(ByHand { open: false, until: Some(at(12)) }));
        assert!(!is_open_now(&closed, at(10)));
        assert_eq!(next_change_now(&closed, at(10)), Some((at(12), true)));
        assert_eq!(opens_at(&closed, at(10)), Some(at(12)));
        assert!(is_open_now(&closed, at(12)));
        assert_eq!(in_force(&closed, at(12)), None);
        assert_eq!(next_change_now(&closed, at(12)), Some((at(17), false)));
    }

    // spec: Q-1
    #[test]
    fn where_the_hours_say_the_same_at_its_end_nothing_changes_then() {
        let open = queue(Some(ByHand { open: true, until: Some(at(10)) }));
        assert!(is_open_now(&open, at(3)));
        assert_eq!(next_change_now(&open, at(3)), Some((at(17), false)));
        let closed = queue(Some(ByHand { open: false, until: Some(at(20)) }));
        assert_eq!(opens_at(&closed, at(10)), Some(at(33)));
    }

    // spec: Q-1
    #[test]
    fn without_an_end_it_holds_until_it_is_taken_back() {
        let open = queue(Some(ByHand { open: true, until: None }));
        assert!(is_open_now(&open, at(10_000)));
        assert_eq!(next_change_now(&open, at(3)), None);
        assert_eq!(opens_at(&queue(None), at(3)), Some(at(9)));
    }
}
