//! Owns the scenarios of further conditions: every kind, groups, wake-ups, explanations.

use beckon_engine::attribute::{Attribute, AttributeTest, Number, Trust, Value};
use beckon_engine::condition::{Condition, DeviceClass, PageMatch, UtmParameter};
use beckon_engine::event::Event;
use beckon_engine::id::{QueueId, TabId};
use beckon_engine::rule::{MatchOn, MatchType};
use beckon_engine::time::UnixMs;
use beckon_engine::visit::Verdict;

use crate::scene::{START, Scene};
use crate::site::{Site, id};

const NOTHING: [&str; 0] = [];
const TAB: TabId = TabId(1);

/// Offer `help` on every page under a condition.
fn under(condition: Condition) -> Site {
    Site::new().rule_with("help", "/", |rule| rule.plan.conditions = Some(condition))
}

/// A live visitor who has just opened a page.
fn on_page(condition: Condition) -> Scene {
    let mut scene = Scene::live(under(condition));
    scene.views("/");
    scene
}

// spec: R-8
#[test]
fn all_any_and_not() {
    let yes = || Condition::PagesViewed { at_least: 1 };
    let no = || Condition::PagesViewed { at_least: 2 };
    let not = |of| Condition::Not { of: Box::new(of) };
    let cases = [
        (Condition::All { of: vec![] }, true),
        (Condition::All { of: vec![yes(), yes()] }, true),
        (Condition::All { of: vec![yes(), no()] }, false),
        (Condition::Any { of: vec![] }, false),
        (Condition::Any { of: vec![no(), yes()] }, true),
        (Condition::Any { of: vec![no(), no()] }, false),
        (not(no()), true),
        (not(yes()), false),
        (not(Condition::All { of: vec![yes(), Condition::Any { of: vec![no()] }] }), true),
    ];
    for (condition, holds) in cases {
        let mut scene = on_page(condition.clone());
        assert_eq!(!scene.said().is_empty(), holds, "{condition:?}");
    }
}

// spec: R-8
// spec: T-2
#[test]
fn time_on_form_counts_from_entering_until_submitted() {
    let mut scene = on_page(Condition::TimeOnForm { at_least_s: 60 });
    scene.at(10).tell(Event::FormEntered { tab: TAB }).at(40).tell(Event::FormInput { tab: TAB }).at(71);
    assert_eq!(scene.said(), ["70 presents help"]);
    let mut scene = on_page(Condition::TimeOnForm { at_least_s: 60 });
    scene.at(10).tell(Event::FormEntered { tab: TAB }).at(69).tell(Event::FormSubmitted { tab: TAB }).at(100);
    assert_eq!(scene.said(), NOTHING);
}

// spec: R-8
#[test]
fn form_idle_counts_from_the_last_input() {
    let mut scene = on_page(Condition::FormIdle { at_least_s: 30 });
    scene.at(10).tell(Event::FormEntered { tab: TAB }).at(35).tell(Event::FormInput { tab: TAB }).at(70);
    assert_eq!(scene.said(), ["65 presents help"]);
}

// spec: R-8
#[test]
fn time_on_site_and_pages_viewed_count_over_the_visit() {
    let mut scene = on_page(Condition::TimeOnSite { at_least_s: 60 });
    scene.at(50).views("/b").at(70);
    assert_eq!(scene.said(), ["60 presents help"]);
    let mut scene = on_page(Condition::PagesViewed { at_least: 3 });
    scene.at(1).views("/b").at(2).views("/c");
    assert_eq!(scene.said(), ["2 presents help"]);
}

// spec: R-8
#[test]
fn visit_number_returning_visitor_and_previous_chats() {
    let known = |condition, visit_number, previous_chats| {
        let mut scene = Scene::live(under(condition));
        scene
            .tell(Event::VisitorKnown { visit_number, previous_chats, last_chat_completed_at: None })
            .views("/");
        !scene.said().is_empty()
    };
    assert!(known(Condition::VisitNumber { at_least: 3 }, 3, 0));
    assert!(!known(Condition::VisitNumber { at_least: 3 }, 2, 0));
    assert!(known(Condition::ReturningVisitor, 2, 0));
    assert!(!known(Condition::ReturningVisitor, 1, 0));
    assert!(known(Condition::PreviousChats { at_least: 2 }, 1, 2));
    assert!(!known(Condition::PreviousChats { at_least: 2 }, 1, 1));
}

// spec: R-8
// spec: T-2
#[test]
fn referrer_and_utm_are_those_of_the_first_page() {
    let from = |condition, second: bool| {
        let mut scene = Scene::live(under(condition));
        let view = |url: &str, referrer: &str| Event::PageViewed {
            tab: TAB,
            url: url.to_owned(),
            title: String::new(),
            referrer: referrer.to_owned(),
        };
        if second {
            scene.tell(view("https://shop.test/", "https://other.test/"));
        }
        scene.tell(view(
            "https://shop.test/?utm_source=News%20Letter&utm_medium=mail",
            "https://Search.test/?q=chair",
        ));
        !scene.said().is_empty()
    };
    let referrer = || Condition::Referrer { contains: "search.TEST".to_owned() };
    let utm = |parameter, equals: &str| Condition::Utm { parameter, equals: equals.to_owned() };
    assert!(from(referrer(), false));
    assert!(!from(referrer(), true));
    assert!(from(utm(UtmParameter::Source, "news letter"), false));
    assert!(!from(utm(UtmParameter::Source, "news letter"), true));
    assert!(!from(utm(UtmParameter::Medium, "news letter"), false));
    assert!(!from(utm(UtmParameter::Campaign, ""), false));
}

// spec: R-8
#[test]
fn device_and_language() {
    let described = |condition, language: &str, device| {
        let mut scene = Scene::live(under(condition));
        scene.tell(Event::BrowserDescribed { language: language.to_owned(), device }).views("/");
        !scene.said().is_empty()
    };
    let german = || Condition::Language { any_of: vec!["fr".to_owned(), "DE".to_owned()] };
    assert!(described(german(), "de-CH", DeviceClass::Phone));
    assert!(described(german(), "de", DeviceClass::Phone));
    assert!(!described(german(), "den", DeviceClass::Phone));
    assert!(!described(german(), "en", DeviceClass::Phone));
    let mobile = || Condition::Device { any_of: vec![DeviceClass::Phone, DeviceClass::Tablet] };
    assert!(described(mobile(), "", DeviceClass::Phone));
    assert!(!described(mobile(), "", DeviceClass::Desktop));
    assert!(on_page(mobile()).said().is_empty(), "unknown is none of them");
}

// spec: R-8
#[test]
fn weekday_and_time_of_day_in_the_zone_of_the_site_begin_to_the_second() {
    let morning =
        || Condition::LocalTime { weekdays: vec![3], from: "10:01".to_owned(), to: "12:00".to_owned() };
    let mut scene = Scene::live(under(morning()).settings(|s| s.time_zone = "Europe/Zurich".to_owned()));
    scene.views("/").at(100);
    assert_eq!(scene.said(), ["60 presents help"], "it is Wednesday, 10:00, in Zurich");
    let mut scene = Scene::live(under(morning()));
    scene.views("/").at(120);
    assert_eq!(scene.said(), NOTHING, "and 08:00 in UTC");
    let shown = scene.explain_rule("help").conditions.expect("it has a condition");
    assert_eq!(shown.value, "Wednesday 08:02");
}

fn attribute(name: &str, value: Value, signed: bool) -> Attribute {
    Attribute { name: name.to_owned(), value, signed }
}

fn number(value: f64) -> Value {
    Value::Number(Number::new(value).expect("a finite number"))
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Whether an attribute `x` of this value passes a test.
fn passes(value: Value, test: AttributeTest) -> bool {
    let mut scene =
        Scene::live(under(Condition::Attribute { name: "x".to_owned(), trust: Trust::Any, test }));
    scene.tell(Event::AttributesSet { attributes: vec![attribute("x", value, false)] }).views("/");
    !scene.said().is_empty()
}

// spec: R-8
// spec: T-5
#[test]
fn attributes_compare_by_type() {
    use AttributeTest::{AtLeast, AtMost, Contains, Equal, In, Less, More, NotEqual};
    for (test, below, same, above) in [
        (Equal(number(5.0)), false, true, false),
        (NotEqual(number(5.0)), true, false, true),
        (Less(number(5.0)), true, false, false),
        (AtMost(number(5.0)), true, true, false),
        (More(number(5.0)), false, false, true),
        (AtLeast(number(5.0)), false, true, true),
        (In(vec![number(5.0), number(9.0)]), false, true, false),
    ] {
        let found = [4.9, 5.0, 5.1].map(|value| passes(number(value), test.clone()));
        assert_eq!(found, [below, same, above], "{test:?}");
    }
    assert!(passes(text("Gold"), Equal(text("gold"))));
    assert!(passes(text("Old Gold"), Contains("GOLD".to_owned())));
    assert!(!passes(text("silver"), Contains("gold".to_owned())));
    assert!(passes(Value::Boolean(true), Equal(Value::Boolean(true))));
    assert!(passes(Value::Time(UnixMs(5)), Less(Value::Time(UnixMs(6)))));
    assert!(!passes(text("5"), Equal(number(5.0))), "another type compares with nothing");
    assert!(!passes(text("5"), NotEqual(number(5.0))));
    assert!(!passes(number(5.0), Contains("5".to_owned())));
    assert!(passes(number(-0.0), Equal(number(0.0))));
}

// spec: T-5
// spec: R-8
#[test]
fn signed_and_claimed_are_told_apart() {
    let gold = |trust| Condition::Attribute {
        name: "plan".to_owned(),
        trust,
        test: AttributeTest::Equal(text("gold")),
    };
    let with = |condition, signed| {
        let mut scene = Scene::live(under(condition));
        scene.tell(Event::AttributesSet { attributes: vec![attribute("plan", text("gold"), signed)] });
        scene.tell(Event::AttributesSet { attributes: vec![attribute("plan", text("free"), !signed)] });
        scene.tell(Event::VisitorIdentified { signed }).views("/");
        !scene.said().is_empty()
    };
    assert!(with(gold(Trust::Signed), true));
    assert!(!with(gold(Trust::Signed), false));
    assert!(with(gold(Trust::Any), false));
    assert!(with(Condition::Identified { trust: Trust::Signed }, true));
    assert!(!with(Condition::Identified { trust: Trust::Signed }, false));
    assert!(with(Condition::Identified { trust: Trust::Any }, false));
    assert!(on_page(Condition::Identified { trust: Trust::Any }).said().is_empty());
}

// spec: R-8
#[test]
fn scroll_depth_exit_intent_and_inactivity_belong_to_the_page() {
    let mut scene = on_page(Condition::ScrollDepth { at_least_percent: 70 });
    scene.at(1).tell(Event::Scrolled { tab: TAB, percent: 69 }).at(2).views("/b");
    scene
        .at(3)
        .tell(Event::Scrolled { tab: TAB, percent: 30 })
        .tell(Event::Scrolled { tab: TAB, percent: 70 });
    assert_eq!(scene.said(), ["3 presents help"]);
    let mut scene = on_page(Condition::ExitIntent);
    scene.at(5).tell(Event::ExitIntended { tab: TAB });
    assert_eq!(scene.said(), ["5 presents help"]);
    let mut scene = on_page(Condition::Inactivity { at_least_s: 20 });
    scene
        .at(15)
        .tell(Event::ActivitySeen { tab: TAB })
        .at(25)
        .tell(Event::Scrolled { tab: TAB, percent: 9 })
        .at(60);
    assert_eq!(scene.said(), ["45 presents help"]);
}

// spec: R-8
#[test]
fn custom_events_count_within_their_window() {
    let added = || Event::CustomEventFired { name: "added".to_owned() };
    let condition = || Condition::CustomEvent { name: "added".to_owned(), at_least: 2, within_s: 30 };
    let mut scene = on_page(condition());
    scene.at(1).tell(added()).at(32).tell(added());
    assert_eq!((scene.said(), scene.explain_rule("help").verdict), (vec![], Verdict::ConditionsNotMet));
    scene.at(62).tell(Event::CustomEventFired { name: "removed".to_owned() }).tell(added());
    assert_eq!(scene.said(), ["62 presents help"], "the window is at most 30 s");
    let mut scene = on_page(Condition::Not { of: Box::new(condition()) });
    assert_eq!(scene.said(), ["0 presents help"]);
}

// spec: R-8
#[test]
fn a_live_visit_wakes_when_a_window_ends() {
    let none_lately = Condition::Not {
        of: Box::new(Condition::CustomEvent { name: "added".to_owned(), at_least: 1, within_s: 30 }),
    };
    let mut scene = Scene::live(under(none_lately));
    scene.tell(Event::CustomEventFired { name: "added".to_owned() }).views("/").at(60);
    assert_eq!(scene.said(), ["30.001 presents help"]);
}

// spec: R-8
#[test]
fn a_page_sequence_is_one_page_and_then_another_in_time() {
    let page = |value: &str| PageMatch {
        match_on: MatchOn::Url,
        match_type: MatchType::Contains,
        match_value: value.to_owned(),
    };
    let sequence = |first: &str, then: &str| Condition::PageSequence {
        first: page(first),
        then: page(then),
        within_s: 60,
    };
    let mut scene = Scene::live(under(sequence("/cart", "/prices")));
    scene
        .views("/prices")
        .at(10)
        .views("/cart")
        .at(71)
        .views("/prices")
        .at(80)
        .views("/cart")
        .at(90)
        .views("/x");
    assert_eq!(scene.said(), NOTHING);
    scene.at(140).views("/prices");
    assert_eq!(scene.said(), ["140 presents help"]);
    let mut scene = Scene::live(under(sequence("/cart", "/cart")));
    scene.views("/cart");
    assert_eq!(scene.said(), NOTHING, "one view is not both");
    scene.at(60).views("/cart");
    assert_eq!(scene.said(), ["60 presents help"]);
}

// spec: R-8
#[test]
fn queue_wait_must_be_known_and_short() {
    let mut scene = on_page(Condition::QueueWait { at_most_s: 60 });
    let queue = QueueId(id("desk"));
    scene.tell(Event::QueueWaitEstimated { queue, wait_s: Some(61) });
    scene.tell(Event::QueueWaitEstimated { queue: QueueId(id("other")), wait_s: Some(1) });
    assert_eq!(scene.said(), NOTHING);
    scene.at(5).tell(Event::QueueWaitEstimated { queue, wait_s: Some(60) });
    assert_eq!(scene.said(), ["5 presents help"]);
}

// spec: R-8
// spec: R-5
#[test]
fn conditions_must_hold_together_with_the_time_on_the_page_and_then_stay_latched() {
    let mut site = under(Condition::ScrollDepth { at_least_percent: 50 });
    site.rule_mut("help").plan.required_time_s = 20;
    site.gate_mut("desk").free_slots = 0;
    let mut scene = Scene::live(site);
    scene.views("/").at(5).tell(Event::Scrolled { tab: TAB, percent: 60 }).at(19);
    assert!(!scene.explain_rule("help").latched);
    scene.at(20).views("/b");
    assert!(scene.explain_rule("help").latched);
}

// spec: R-7
// spec: R-5
#[test]
fn a_changed_condition_must_be_met_anew() {
    let mut site = under(Condition::PagesViewed { at_least: 1 });
    site.gate_mut("desk").free_slots = 0;
    let mut scene = Scene::live(site);
    scene.views("/");
    assert!(scene.explain_rule("help").latched);
    scene
        .changes(|site| site.rule_mut("help").plan.conditions = Some(Condition::PagesViewed { at_least: 2 }));
    assert!(!scene.explain_rule("help").latched);
}

// spec: R-9
#[test]
fn each_condition_says_whether_it_holds_and_what_it_compared() {
    let scene = on_page(Condition::All {
        of: vec![
            Condition::PagesViewed { at_least: 3 },
            Condition::Not { of: Box::new(Condition::ExitIntent) },
            Condition::TimeOnSite { at_least_s: 0 },
        ],
    });
    let explained = scene.explain_rule("help").conditions.expect("it has conditions");
    let of: Vec<_> = explained.of.iter().map(|each| (each.holds, each.value.as_str())).collect();
    assert_eq!((explained.holds, of), (false, vec![(false, "1"), (true, ""), (true, "0 s")]));
    assert_eq!((explained.of[1].of[0].holds, explained.of[1].of[0].value.as_str()), (false, "false"));
}

#[test]
fn ten_thousand_attributes_and_events_are_bounded() {
    let mut scene = on_page(Condition::CustomEvent { name: "e".to_owned(), at_least: 50, within_s: 10 });
    let attributes = (0..10_000).map(|i| attribute(&format!("a{i}"), text("v"), false)).collect();
    scene.tell(Event::AttributesSet { attributes });
    scene.tell(Event::AttributesSet {
        attributes: vec![attribute("long", text(&"x".repeat(100_000)), false)],
    });
    for _ in 0..10_000 {
        scene.tell(Event::CustomEventFired { name: "e".to_owned() });
        scene.tell(Event::CustomEventFired { name: "x".repeat(1000) });
    }
    let checkpoint = serde_json::to_vec(&scene.visit).expect("a visit is written as JSON");
    assert!(checkpoint.len() < 20_000, "{}", checkpoint.len());
    assert_eq!(scene.visit.begun_at(), START);
}
