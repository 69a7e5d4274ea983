//! Rules as JSON: whatever is parsed is refused with a place, or compiles, decides, explains itself and survives a
//! checkpoint.
#![no_main]

use beckon_engine::event::Event;
use beckon_engine::id::TabId;
use beckon_engine::rule::{RulePlan, check};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use libfuzzer_sys::fuzz_target;

mod site;

fuzz_target!(|data: &[u8]| {
    let Ok(plan) = serde_json::from_slice::<RulePlan>(data) else { return };
    if let Err(problem) = check(&plan) {
        assert!(problem.pointer.starts_with('/') && !problem.detail.is_empty());
        return;
    }
    let (value, world) = (plan.match_value.clone(), site::world(plan));
    let mut now = UnixMs(1_743_580_800_000);
    let mut visit = Visit::begin(1, now);
    let tab = TabId(1);
    let viewed = |url: &str| Event::PageViewed {
        tab,
        url: url.to_owned(),
        title: value.clone(),
        referrer: value.clone(),
    };
    let events = [
        Event::LinkConnected,
        viewed(&value),
        Event::FormEntered { tab },
        viewed("https://s.test/prices?utm_source=x"),
        Event::Scrolled { tab, percent: 80 },
        Event::CustomEventFired { name: "added".to_owned() },
        viewed(&value),
        Event::Heard,
    ];
    for event in events {
        visit.handle(event, now, &world);
        for _ in 0..4 {
            let Some(deadline) = visit.deadline() else { break };
            assert!(deadline > now, "a deadline lies ahead");
            now = deadline;
            visit.handle(Event::DeadlineReached, now, &world);
        }
    }
    let explained = visit.explain(now, &world);
    assert_eq!(explained.rules.len(), 1);
    let checkpoint = serde_json::to_string(&visit).expect("a visit is JSON");
    let restored: Visit = serde_json::from_str(&checkpoint).expect("a checkpoint is read back");
    assert_eq!(restored.explain(now, &world), explained);
});
