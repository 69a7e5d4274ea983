//! Matching of addresses: the compiled rules find what the plain definition of contains, equals and expression finds.
#![no_main]

use beckon_engine::event::Event;
use beckon_engine::id::{QueueId, TabId};
use beckon_engine::rule::{Action, MatchOn, MatchType, RulePlan, check};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

mod site;

/// Addresses are looked at up to this length.
const URL_BYTES_MAX: usize = 4096;

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let Some((value, url)) = text.split_once('\n') else { return };
    let match_type = [MatchType::Contains, MatchType::Equals, MatchType::Regex][usize::from(kind % 3)];
    let plan = RulePlan {
        chat_priority: 0,
        description: String::new(),
        action: Action::EngageWithoutInvite,
        offer_id: None,
        queue_id: QueueId(Uuid::nil()),
        match_on: MatchOn::Url,
        match_type,
        match_value: value.to_owned(),
        page_view_count: 1,
        required_time_s: 0,
        conditions: None,
    };
    if check(&plan).is_err() {
        return;
    }
    let world = site::world(plan);
    let now = UnixMs(1_743_580_800_000);
    let mut visit = Visit::begin(1, now);
    let (url, title) = (url.to_owned(), String::new());
    let seen = url[..url.floor_char_boundary(URL_BYTES_MAX)].to_owned();
    visit.handle(Event::PageViewed { tab: TabId(1), url, title, referrer: String::new() }, now, &world);
    let found = visit.explain(now, &world).rules[0].matches_now;
    let lower = |text: &str| text.to_lowercase();
    match match_type {
        MatchType::Contains => assert_eq!(found, lower(&seen).contains(&lower(value))),
        MatchType::Equals => assert_eq!(found, lower(&seen) == lower(value)),
        MatchType::Regex => assert_eq!(visit.explain(now, &world).rules[0].latched, found),
    }
});
