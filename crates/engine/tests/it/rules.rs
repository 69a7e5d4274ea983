//! Owns the scenarios of rules: order, choice, counting, time on page, latching, changes.

use std::collections::BTreeMap;

use beckon_engine::event::ChatPhase;
use beckon_engine::reason::Reason;
use beckon_engine::rule::Rule;
use beckon_engine::visit::Verdict;

use crate::scene::Scene;
use crate::site::Site;

const NOTHING: [&str; 0] = [];

fn after_s(seconds: u32) -> impl FnOnce(&mut Rule) {
    move |rule| rule.plan.required_time_s = seconds
}

fn priority(priority: u32) -> impl FnOnce(&mut Rule) {
    move |rule| rule.priority = priority
}

// spec: R-1
#[test]
fn rules_are_listed_by_priority_then_name() {
    let site = Site::new().rule("b", "/").rule("a", "/").rule_with("z", "/", priority(1));
    let listed: Vec<_> = Scene::live(site).explain().rules.into_iter().map(|rule| rule.name).collect();
    assert_eq!(listed, ["z", "a", "b"]);
}

// spec: R-2
#[test]
fn the_lowest_priority_number_wins() {
    let site = Site::new().rule_with("low", "/", priority(20)).rule_with("high", "/", priority(10));
    let mut scene = Scene::live(site);
    scene.views("/");
    assert_eq!(scene.said(), ["0 presents high"]);
}

// spec: R-2
#[test]
fn equal_priorities_are_chosen_uniformly_and_the_same_seed_chooses_the_same() {
    let first_offer = |seed| {
        let site =
            Site::new().rule("a", "/").rule("b", "/").rule("c", "/").rule_with("d", "/", priority(101));
        let mut scene = Scene::seeded(site, seed);
        scene.views("/");
        scene.said().remove(0)
    };
    let mut counts = BTreeMap::new();
    for seed in 0..3000 {
        *counts.entry(first_offer(seed)).or_insert(0) += 1;
        assert_eq!(first_offer(seed), first_offer(seed));
    }
    assert_eq!(counts.keys().collect::<Vec<_>>(), ["0 presents a", "0 presents b", "0 presents c"]);
    assert!(counts.values().all(|count| (900..1100).contains(count)), "{counts:?}");
}

// spec: R-3
#[test]
fn views_are_counted_over_the_visit_and_over_tabs() {
    let mut scene =
        Scene::live(Site::new().rule_with("help", "/prices", |rule| rule.plan.page_view_count = 3));
    scene.views_in(1, "/prices").views_in(2, "/prices").at(5).views_in(1, "/home").at(9);
    assert_eq!(scene.said(), NOTHING);
    assert_eq!(scene.explain_rule("help").verdict, Verdict::TooFewViews);
    scene.views_in(3, "/prices");
    assert_eq!(scene.said(), ["9 presents help"]);
}

// spec: R-3
// spec: R-4
#[test]
fn once_the_count_is_reached_a_later_view_may_bring_the_time() {
    let site = Site::new().rule_with("help", "/prices", |rule| {
        rule.plan.page_view_count = 2;
        rule.plan.required_time_s = 20;
    });
    let mut scene = Scene::live(site);
    scene.views("/prices").at(5).views("/prices").at(10).views("/home").at(40).views("/prices").at(70);
    assert_eq!(scene.said(), ["60 presents help"]);
}

// spec: T-3
#[test]
fn a_reload_counts_and_a_heartbeat_does_not() {
    let mut scene =
        Scene::live(Site::new().rule_with("help", "/prices", |rule| rule.plan.page_view_count = 2));
    scene.views("/prices").at(100);
    assert_eq!(scene.said(), NOTHING);
    scene.views("/prices");
    assert_eq!(scene.said(), ["100 presents help"]);
}

// spec: R-4
#[test]
fn time_counts_continuously_in_one_page_view() {
    let mut scene = Scene::live(Site::new().rule_with("help", "/prices", after_s(30)));
    scene.views("/prices").at(20).views("/home").at(25).views("/prices").at(54);
    assert_eq!(scene.said(), NOTHING);
    assert_eq!(scene.explain_rule("help").seconds, 29);
    scene.at(55);
    assert_eq!(scene.said(), ["55 presents help"]);
}

// spec: R-4
// spec: T-4
#[test]
fn any_open_tab_may_bring_the_time_and_a_closed_one_does_not() {
    let site = || Site::new().rule_with("help", "/prices", after_s(30));
    let mut scene = Scene::live(site());
    scene.views_in(1, "/prices").at(10).views_in(2, "/home").at(40);
    assert_eq!(scene.said(), ["30 presents help"]);
    let mut scene = Scene::live(site());
    scene.views_in(1, "/prices").at(10).views_in(2, "/home").closes(1).at(40);
    assert_eq!(scene.said(), NOTHING);
}

// spec: R-4
// spec: R-5
#[test]
fn while_polling_the_time_that_passed_before_the_visitor_went_on_counts() {
    let mut scene = Scene::polling(Site::new().rule_with("help", "/prices", after_s(15)));
    scene.views("/prices").at(18).views("/home");
    assert_eq!(scene.said(), ["18 presents help"]);
    let mut scene = Scene::polling(Site::new().rule_with("help", "/prices", after_s(15)));
    scene.views_in(2, "/home").views("/prices").at(18).closes(1);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::BetweenPolls)));
    scene.at(20);
    assert_eq!(scene.said(), ["20 presents help"]);
}

// spec: R-4
#[test]
fn while_polling_time_after_the_last_contact_does_not_count_by_itself() {
    let mut scene = Scene::polling(Site::new().rule_with("help", "/prices", after_s(15)));
    scene.views("/prices").at(5).vanishes().at(30).changes(|_| {});
    assert!(!scene.explain_rule("help").latched);
}

// spec: R-5
#[test]
fn a_rule_that_has_qualified_stays_qualified_wherever_the_visitor_goes() {
    let mut scene = Scene::live(Site::new().rule("help", "/prices"));
    scene.views("/prices").at(10).views("/home").at(20).views("/about").at(130);
    assert_eq!(
        scene.said(),
        [
            "0 presents help",
            "10 shows help in 1",
            "20 shows help in 1",
            "60 help ignored",
            "120 presents help"
        ]
    );
    assert!(!scene.explain_rule("help").matches_now);
}

// spec: R-5
// spec: O-14
#[test]
fn a_rule_latches_while_its_gate_is_closed() {
    let mut site = Site::new().rule("help", "/prices");
    site.gate_mut("desk").free_slots = 0;
    let mut scene = Scene::live(site);
    scene.views("/prices");
    assert_eq!(scene.reason, Some(Reason::NoAgent));
    scene.at(10).views("/home").at(20).changes(|site| site.gate_mut("desk").free_slots = 1);
    assert_eq!(scene.said(), ["20 presents help"]);
}

// spec: R-6
#[test]
fn the_boundary_is_at_least_to_the_millisecond() {
    let mut scene = Scene::live(Site::new().rule_with("help", "/", after_s(45)));
    scene.views("/").at_ms(44_999);
    assert_eq!(scene.said(), NOTHING);
    scene.at_ms(45_000);
    assert_eq!(scene.said(), ["45 presents help"]);
}

// spec: R-7
#[test]
fn a_disabled_rule_and_one_with_an_inactive_offer_never_fire() {
    let mut site = Site::new().rule_with("off", "/", |rule| rule.enabled = false).rule("stale", "/");
    site.offer_mut("stale").active = false;
    let mut scene = Scene::live(site);
    scene.views("/").at(10);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::NoRuleQualified)));
    assert_eq!(scene.explain_rule("off").verdict, Verdict::Disabled);
    assert_eq!(scene.explain_rule("stale").verdict, Verdict::OfferInactive);
    scene.changes(|site| site.rule_mut("off").enabled = true);
    assert_eq!(scene.said(), ["10 presents off"]);
}

// spec: R-7
#[test]
fn a_latched_rule_that_is_disabled_does_not_fire_and_does_once_it_is_enabled() {
    let mut scene = Scene::live(Site::new().rule("help", "/prices"));
    scene.views("/prices").rejects().changes(|site| {
        site.settings.after_rejection = beckon_engine::settings::AfterOutcome::LikeIgnored;
        site.rule_mut("help").enabled = false;
    });
    scene.at(50).views("/home").at(200);
    assert_eq!(scene.said(), ["0 presents help", "0 help rejected"]);
    scene.changes(|site| site.rule_mut("help").enabled = true);
    assert_eq!(scene.said(), ["200 presents help"]);
}

// spec: R-7
#[test]
fn a_new_rule_sees_the_page_that_is_open() {
    let mut scene = Scene::live(Site::new());
    scene.views("/prices").at(30);
    scene.changes(|site| *site = site.clone().rule_with("help", "/prices", after_s(40)));
    scene.at(50);
    assert_eq!(scene.said(), ["40 presents help"]);
}

// spec: R-7
// spec: R-3
#[test]
fn a_change_keeps_views_of_the_same_pages_and_forgets_those_of_others() {
    let site = || Site::new().rule_with("help", "/prices", |rule| rule.plan.page_view_count = 4);
    let mut scene = Scene::live(site());
    scene.views("/prices").views("/prices").views("/prices");
    scene.changes(|site| site.rule_mut("help").plan.page_view_count = 3);
    assert_eq!(scene.said(), ["0 presents help"]);
    let mut scene = Scene::live(site());
    scene.views("/prices").views("/prices").views("/prices");
    scene.changes(|site| site.rule_mut("help").plan.match_value = "/price".to_owned());
    assert_eq!(scene.explain_rule("help").views, 1);
}

// spec: R-7
// spec: R-5
#[test]
fn a_latch_holds_for_the_criteria_it_was_made_under() {
    let mut site = Site::new().rule("help", "/prices");
    site.gate_mut("desk").channel_on = false;
    let mut scene = Scene::live(site);
    scene.views("/prices").at(5).views("/home");
    scene.changes(|site| site.rule_mut("help").plan.description = "new".to_owned());
    assert!(scene.explain_rule("help").latched);
    scene.changes(|site| site.rule_mut("help").plan.required_time_s = 60);
    assert!(!scene.explain_rule("help").latched);
    assert_eq!(scene.explain_rule("help").views, 1);
}

// spec: R-7
#[test]
fn a_change_that_the_visit_was_not_told_of_holds_at_the_next_event() {
    let mut scene = Scene::live(Site::new());
    scene.views("/prices").at(3);
    scene.changes_unseen(|site| *site = site.clone().rule("help", "/prices")).at(10);
    assert_eq!(scene.said(), ["10 presents help"]);
}

// spec: R-9
#[test]
fn every_rule_is_explained_with_what_it_compared() {
    let site = Site::new()
        .rule_with("deep", "/prices", |rule| rule.plan.page_view_count = 3)
        .rule_with("slow", "/prices", after_s(60))
        .rule("other", "/about")
        .rule("now", "/prices");
    let mut scene = Scene::live(site);
    scene.views("/prices").at(12);
    let deep = scene.explain_rule("deep");
    assert_eq!((deep.verdict, deep.views, deep.views_needed), (Verdict::TooFewViews, 1, 3));
    let slow = scene.explain_rule("slow");
    assert_eq!((slow.verdict, slow.seconds, slow.seconds_needed), (Verdict::TimeNotPassed, 12, 60));
    assert_eq!(scene.explain_rule("other").verdict, Verdict::PageDoesNotMatch);
    let now = scene.explain_rule("now");
    assert_eq!((now.verdict, now.latched, now.blocked), (Verdict::Qualified, true, None));
    assert_eq!(scene.explain().reason, Some(Reason::PresentationOpen));
}

// spec: R-9
#[test]
fn a_qualified_rule_that_is_held_back_says_why() {
    let mut site = Site::new().rule("help", "/").rule("sales", "/").queue("sales");
    site.rule_mut("sales").plan.queue_id = beckon_engine::id::QueueId(crate::site::id("sales"));
    site.gate_mut("desk").hours_open = false;
    site.gate_mut("sales").channel_on = false;
    let mut scene = Scene::live(site);
    scene.views("/");
    assert_eq!(scene.explain_rule("help").blocked, Some(Reason::OutOfHours));
    assert_eq!(scene.explain_rule("sales").blocked, Some(Reason::ChannelOff));
    assert_eq!(scene.explain().reason, Some(Reason::OutOfHours));
}

// spec: T-8
// spec: R-3
#[test]
fn pages_count_while_a_chat_is_open() {
    let mut scene =
        Scene::live(Site::new().rule_with("help", "/prices", |rule| rule.plan.page_view_count = 2));
    scene.chat(ChatPhase::Open).views("/prices").at(10).views("/prices").at(20).views("/home");
    assert!(scene.explain_rule("help").latched);
    scene.completed(20);
    assert_eq!(scene.said(), ["20 presents help"]);
}

// spec: T-10
#[test]
fn rules_see_the_full_address() {
    let mut scene = Scene::live(Site::new().rule("help", "?step=2#pay"));
    scene.views("/checkout?step=2#pay");
    assert_eq!(scene.said(), ["0 presents help"]);
}

// spec: T-6
// spec: R-4
#[test]
fn while_polling_the_poll_interval_of_the_site_decides_when() {
    let site = Site::new().rule_with("help", "/", |rule| rule.plan.required_time_s = 31);
    let mut scene = Scene::polling(site.settings(|s| s.poll_interval_s = 30));
    scene.views("/").at(100);
    assert_eq!(scene.said(), ["60 presents help"]);
}
