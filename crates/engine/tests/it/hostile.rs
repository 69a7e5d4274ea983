//! Owns the scenarios of hostile input: whatever comes, in whatever order and at whatever time, nothing breaks, and
//! matching agrees with the plain definition.

use beckon_engine::attribute::{Attribute, Value};
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::hours::{check as check_hours, is_open, next_change};
use beckon_engine::id::{OfferId, PresentationId, QueueId, TabId};
use beckon_engine::offer::Outcome;
use beckon_engine::queue::{Exception, Hours, Period};
use beckon_engine::reason::Reason;
use beckon_engine::rule::{MatchOn, MatchType, check};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Visit;
use proptest::prelude::*;
use uuid::Uuid;

use crate::scene::{START, Scene};
use crate::site::{Site, id, rule};

fn any_event() -> impl Strategy<Value = Event> {
    let tab = || (0..40_u32).prop_map(TabId);
    let presentation = || Just(PresentationId(Uuid::from_u128(7)));
    let page = (tab(), ".{0,60}", ".{0,10}", ".{0,10}");
    prop_oneof![
        4 => page.prop_map(|(tab, url, title, referrer)| Event::PageViewed { tab, url, title, referrer }),
        1 => tab().prop_map(|tab| Event::TabClosed { tab }),
        2 => Just(Event::Heard),
        1 => Just(Event::LinkConnected),
        1 => Just(Event::LinkLost),
        1 => (tab(), any::<u8>()).prop_map(|(tab, percent)| Event::Scrolled { tab, percent }),
        1 => ".{0,80}".prop_map(|name| Event::CustomEventFired { name }),
        1 => presentation().prop_map(|presentation| Event::PresentationCommitted { presentation }),
        1 => presentation().prop_map(|presentation| Event::OfferAccepted { presentation }),
        1 => presentation().prop_map(|presentation| {
            Event::PresentationRefused { presentation, reason: Reason::StoreRefused }
        }),
        1 => presentation().prop_map(|presentation| {
            Event::OutcomeCorrected { presentation, outcome: Outcome::Rejected, at: UnixMs(0) }
        }),
        1 => prop_oneof![any::<i64>().prop_map(|ms| ChatPhase::Form { until: UnixMs(ms) }), Just(ChatPhase::Open), any::<i64>().prop_map(|ms| ChatPhase::Completed { at: UnixMs(ms) })]
            .prop_map(|state| Event::ChatChanged { state }),
        1 => Just(Event::OfferRequested { offer: OfferId(id("help")), queue: QueueId(id("desk")) }),
        1 => (".{0,80}", ".{0,300}").prop_map(|(name, text)| {
            Event::AttributesSet { attributes: vec![Attribute { name, value: Value::Text(text), signed: false }] }
        }),
        2 => Just(Event::DeadlineReached),
    ]
}

/// Mostly forward by a little, now and then anywhere.
fn any_time() -> impl Strategy<Value = (bool, i64)> {
    prop_oneof![9 => (0..100_000_i64).prop_map(|ms| (true, ms)), 1 => any::<i64>().prop_map(|ms| (false, ms))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_events_at_any_times_break_nothing(steps in prop::collection::vec((any_event(), any_time()), 0..60)) {
        let mut site = Site::new().rule("help", "a").rule_with("more", "", |rule| rule.plan.required_time_s = 20);
        let (world, mut now) = (site.world(), START);
        let mut visit = Visit::begin(1, now);
        for (event, (relative, ms)) in steps {
            now = if relative { now.plus_ms(ms) } else { UnixMs(ms) };
            visit.handle(event, now, &world);
            prop_assert!(visit.tabs().count() <= 32);
            prop_assert!(visit.deadline().is_none_or(|deadline| deadline > now || now == UnixMs(i64::MAX)));
        }
    }

    // spec: R-6
    #[test]
    fn contains_agrees_with_its_definition(value in "[aAßéÉ/x]{1,4}", url in "[aAßéÉ/x]{0,12}") {
        let mut scene = Scene::live(Site::new().rule("help", &value));
        scene.tell(Event::PageViewed { tab: TabId(1), url: url.clone(), title: String::new(), referrer: String::new() });
        let holds = url.to_lowercase().contains(&value.to_lowercase());
        prop_assert_eq!(scene.explain_rule("help").matches_now, holds);
    }

    // spec: R-6
    #[test]
    fn what_the_check_lets_through_compiles(value in ".{0,40}") {
        let mut plan = rule("help", &value).plan;
        (plan.match_on, plan.match_type) = (MatchOn::PageTitle, MatchType::Regex);
        if check(&plan).is_ok() {
            let mut site = Site::new().rule_with("help", &value, |rule| rule.plan = plan);
            site.world();
        }
    }

    // spec: Q-1
    #[test]
    fn any_hours_are_refused_or_evaluated(
        weekday in 0..9_u8, from in "[0-2][0-9]:[0-6][0-9]", to in "[0-2][0-9]:[0-6][0-9]",
        date in "20[0-9]{2}-[01][0-9]-[0-3][0-9]", ms in any::<i64>(),
    ) {
        let weekly = vec![Period { weekday, from: from.clone(), to: to.clone() }];
        let exceptions = vec![Exception { date, name: String::new(), spans: vec![(from, to)] }];
        let hours = Hours { time_zone: "Europe/Zurich".to_owned(), weekly, exceptions };
        let _ = check_hours(&hours);
        let now = UnixMs(ms);
        if let Some((at, opens)) = next_change(&hours, now) {
            prop_assert!(at > now);
            prop_assert_eq!((is_open(&hours, now), is_open(&hours, at)), (!opens, opens));
        }
    }
}
