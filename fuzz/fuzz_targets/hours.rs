//! Business hours as JSON: refused with a place, or evaluated so that being open and the next change never disagree.
#![no_main]

use beckon_engine::hours::{check, is_open, next_change};
use beckon_engine::queue::Hours;
use beckon_engine::time::UnixMs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((at, json)) = data.split_first_chunk::<8>() else { return };
    let Ok(hours) = serde_json::from_slice::<Hours>(json) else { return };
    // Any time at all, and one of this century.
    let raw = i64::from_le_bytes(*at);
    for now in [UnixMs(raw), UnixMs(raw.rem_euclid(4_102_444_800_000))] {
        let open = is_open(&hours, now);
        if let Some((then, opens)) = next_change(&hours, now) {
            assert!(then > now && opens != open, "the change is ahead, and one");
            assert_eq!(is_open(&hours, then), opens);
            assert_eq!(is_open(&hours, UnixMs(then.0 - 1)), open);
        }
    }
    if let Err(problem) = check(&hours) {
        assert!(problem.pointer.starts_with('/') && !problem.detail.is_empty());
    }
});
