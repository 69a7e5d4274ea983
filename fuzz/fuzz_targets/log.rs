//! Access logs: whatever the lines say, they become visits in order, which engine and brute force decide alike.
#![no_main]

use beckon_engine::id::QueueId;
use beckon_engine::replay::{read_log, replay};
use beckon_engine::rule::{Action, MatchOn, MatchType, RulePlan};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

mod site;

fuzz_target!(|data: &[u8]| {
    let log = read_log(&String::from_utf8_lossy(data), "https://s.test");
    for visit in &log.visits {
        assert!(!visit.views.is_empty() && visit.number > 0);
        assert!(visit.views.is_sorted_by_key(|view| view.at));
    }
    let plan = RulePlan {
        chat_priority: 0,
        description: String::new(),
        action: Action::Invite,
        offer_id: None,
        queue_id: QueueId(Uuid::nil()),
        match_on: MatchOn::Url,
        match_type: MatchType::Contains,
        match_value: "a".to_owned(),
        page_view_count: 1,
        required_time_s: 5,
        conditions: None,
    };
    let short: Vec<_> = log.visits.into_iter().take(5).collect();
    assert!(replay(&short, &site::world(plan)).disagreements.is_empty());
});
