//! Owns the estimate of how long a visitor waits. Counts nothing itself and reads no clock.

/// What is known of a queue at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueFlow {
    /// Slots of the agents who are ready and serve the queue, in use or not.
    pub slots: u32,
    /// Those of them that are free.
    pub free: u32,
    /// How long a chat kept a slot lately, mean, milliseconds; none when too few are known.
    pub chat_ms: Option<i64>,
    /// How long visitors who were answered lately had waited, mean, milliseconds; none when too few are known.
    pub waited_ms: Option<i64>,
    /// How many were answered within `window_ms`.
    pub answered: u32,
    /// How far back `answered` looks, milliseconds.
    pub window_ms: i64,
}

/// From waiting to being answered takes about this long when a slot is free: a ring, and somebody who looks up.
const PICK_UP_MS: i64 = 10_000;
/// Fewer answers say nothing of how fast a queue moves.
const ANSWERS_MIN: u32 = 3;
/// No estimate is longer.
const WAIT_MS_MAX: i64 = 4 * 3_600_000;

/// How much longer a visitor waits who has `ahead` others before them and has waited for `so_far_ms`; seconds, none
/// when nobody is there to answer or nothing is known.
///
/// With a free slot for the visitor it is the time to pick up. Else slots become free at the present rate: one a chat's
/// mean length divided by the slots, or, when no chat has ended lately, one for each answer of late; the visitor needs
/// as many as there are others ahead without a free slot, and one. What visitors waited lately counts for one third
/// beside it, since a rate says little of a queue in which nobody moved for a while.
#[must_use]
pub fn estimate(flow: &QueueFlow, ahead: u32, so_far_ms: i64) -> Option<u32> {
    if flow.slots == 0 {
        return None;
    }
    if ahead < flow.free {
        return Some(seconds(PICK_UP_MS - so_far_ms.clamp(0, PICK_UP_MS)));
    }
    let needed = i64::from(ahead - flow.free) + 1;
    let by_rate = slot_every_ms(flow).map(|every| every.saturating_mul(needed));
    let by_waits = flow.waited_ms.map(|waited| (waited - so_far_ms).max(0));
    let wait = match (by_rate, by_waits) {
        (Some(rate), Some(waits)) => (rate.saturating_mul(2).saturating_add(waits)) / 3,
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return None,
    };
    Some(seconds(wait))
}

fn slot_every_ms(flow: &QueueFlow) -> Option<i64> {
    let by_length = flow.chat_ms.map(|length| length / i64::from(flow.slots));
    let by_answers = (flow.answered >= ANSWERS_MIN).then(|| flow.window_ms / i64::from(flow.answered.max(1)));
    by_length.or(by_answers)
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.clamp(0, WAIT_MS_MAX) / 1000).expect("it is bounded")
}

#[cfg(test)]
mod tests {
    use super::{QueueFlow, estimate};

    const BUSY: QueueFlow = QueueFlow {
        slots: 4,
        free: 0,
        chat_ms: Some(240_000),
        waited_ms: None,
        answered: 0,
        window_ms: 1_800_000,
    };

    // spec: Q-3
    #[test]
    fn a_place_nearer_to_the_front_waits_less() {
        let waits: Vec<_> = (0..4).rev().map(|ahead| estimate(&BUSY, ahead, 0).expect("known")).collect();
        assert_eq!(waits, [240, 180, 120, 60]);
    }

    // spec: Q-3
    #[test]
    fn more_slots_serve_faster_and_a_free_one_at_once() {
        assert_eq!(estimate(&QueueFlow { slots: 8, ..BUSY }, 0, 0), Some(30));
        assert_eq!(estimate(&QueueFlow { free: 2, ..BUSY }, 1, 0), Some(10));
        assert_eq!(estimate(&QueueFlow { free: 2, ..BUSY }, 2, 0), Some(60));
        assert_eq!(estimate(&QueueFlow { free: 2, ..BUSY }, 0, 60_000), Some(0));
    }

    // spec: Q-3
    #[test]
    fn what_others_waited_counts_for_a_third() {
        let flow = QueueFlow { waited_ms: Some(120_000), ..BUSY };
        assert_eq!(estimate(&flow, 0, 0), Some(80));
        assert_eq!(estimate(&flow, 0, 300_000), Some(40));
        assert_eq!(estimate(&QueueFlow { chat_ms: None, ..flow }, 0, 30_000), Some(90));
    }

    // spec: Q-3
    #[test]
    fn answers_of_late_are_a_rate_when_no_chat_has_ended() {
        let flow = QueueFlow { chat_ms: None, answered: 6, ..BUSY };
        assert_eq!(estimate(&flow, 1, 0), Some(600));
        assert_eq!(estimate(&QueueFlow { answered: 2, ..flow }, 1, 0), None);
    }

    // spec: Q-3
    #[test]
    fn with_nobody_there_nothing_is_promised() {
        assert_eq!(estimate(&QueueFlow { slots: 0, ..BUSY }, 0, 0), None);
        assert_eq!(estimate(&BUSY, u32::MAX, 0), Some(4 * 3600));
    }
}
