//! Owns the scenarios of checkpoints and replays: what a visit survives, and that it repeats itself.

use beckon_engine::condition::Condition;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::TabId;
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::visit::Visit;
use beckon_engine::world::Config;

use crate::scene::{START, Scene};
use crate::site::Site;

fn restored(visit: &Visit) -> Visit {
    let checkpoint = serde_json::to_string(visit).expect("a visit is written as JSON");
    serde_json::from_str(&checkpoint).expect("a checkpoint is read back")
}

// spec: X-3
// spec: O-9
#[test]
fn an_outcome_that_fell_due_while_the_server_was_down_is_settled_after_it() {
    let mut scene = Scene::live(Site::new().rule("help", "/"));
    scene.views("/").at(20);
    scene.visit = restored(&scene.visit);
    scene.tell(Event::LinkLost).vanishes().at(80);
    assert_eq!(scene.said(), ["0 presents help", "80 help passively ignored"]);
}

// spec: O-4
#[test]
fn a_form_that_was_opened_before_a_restore_blocks_no_longer_than_it_would_have() {
    let mut scene = Scene::live(Site::new().rule("help", "/").settings(|s| s.minimum_interval_s = 0));
    scene.views("/");
    let before = restored(&scene.visit);
    scene.at(5).accepts();
    scene.at(50).visit = before;
    let (presentation, at) = (scene.last(), START.plus_ms(5000));
    scene.tell(Event::OutcomeCorrected { presentation, outcome: Outcome::Accepted, at });
    scene.chat(ChatPhase::Form { until: START.plus_ms(125_000) }).said();
    scene.at_ms(124_999);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::FormOpen)));
    scene.at(125);
    assert_eq!(scene.said(), ["125 presents help"]);
}

// spec: O-4
#[test]
fn a_form_never_blocks_for_more_than_120_s_whatever_is_told() {
    let mut scene = Scene::live(Site::new().rule("help", "/"));
    scene.chat(ChatPhase::Form { until: START.plus_ms(i64::MAX) }).views("/").at_ms(119_999);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::FormOpen)));
    scene.at(120);
    assert_eq!(scene.said(), ["120 presents help"]);
}

// spec: T-10
// spec: R-8
#[test]
fn what_conditions_found_in_the_whole_referrer_stays_found_after_a_restore() {
    let came_from = |text: &str| Some(Condition::Referrer { contains: text.to_owned() });
    let site = Site::new()
        .rule_with("query", "/", |rule| rule.plan.conditions = came_from("Q=Chair"))
        .rule_with("host", "/", |rule| rule.plan.conditions = came_from("search.test"))
        .rule_with("kept only", "/", |rule| rule.plan.conditions = came_from("/find?lang"));
    let mut scene = Scene::live(site);
    let referrer = "https://search.test/find?q=chair&lang=de".to_owned();
    let (url, title) = ("https://shop.test/other".to_owned(), String::new());
    scene.tell(Event::PageViewed { tab: TabId(1), url, title, referrer });
    let kept = |visit: &Visit, config: &Config| {
        restored(&visit.to_keep(|_| "https://search.test/find?lang=de".to_owned(), config))
    };
    let holds = |scene: &Scene| {
        ["query", "host", "kept only"]
            .map(|name| scene.explain_rule(name).conditions.expect("it has one").holds)
    };
    assert_eq!(holds(&scene), [true, true, false]);
    let config = scene.site.world().config;
    scene.visit = kept(&scene.visit, &config);
    assert_eq!(holds(&scene), [true, true, false], "as before");
    let text = serde_json::to_string(&scene.visit).expect("a visit is JSON");
    assert!(!text.contains("q=chair"), "what may not be stored is not: {text}");
    scene.visit = kept(&scene.visit, &config);
    assert_eq!(holds(&scene), [true, true, false], "and after another one");
}

// spec: R-5
// spec: R-7
#[test]
fn a_restored_visit_keeps_counts_and_latches_under_a_newer_configuration() {
    let site = Site::new()
        .rule_with("third", "/prices", |rule| rule.plan.page_view_count = 3)
        .rule("first", "/prices")
        .settings(|s| s.minimum_interval_s = 0);
    let mut scene = Scene::live(site);
    scene.views("/prices").views("/prices").rejects();
    scene.visit = restored(&scene.visit);
    scene.changes(|site| *site = site.clone().rule_with("aaa", "/nowhere", |rule| rule.priority = 1));
    assert!(scene.explain_rule("first").latched);
    assert_eq!(scene.explain_rule("third").views, 2);
    scene.said();
    scene.at(5).views("/prices");
    assert_eq!(scene.said(), ["5 presents third"]);
}

// spec: R-2
#[test]
fn the_same_seed_and_events_make_the_same_effects() {
    let run = |seed| {
        let site = Site::new().rule("a", "/").rule("b", "/").rule("c", "/");
        let mut scene = Scene::seeded(site.settings(|s| s.minimum_interval_s = 10), seed);
        for step in 0..50 {
            scene.at(step * 7).views_in(u32::try_from(step % 3).expect("small"), "/");
        }
        scene.effects
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

// spec: R-2
#[test]
fn a_restore_in_the_middle_changes_no_effect() {
    let run = |restores: bool| {
        let site = Site::new().rule("a", "/").rule("b", "/a").rule("c", "/b");
        let mut scene = Scene::seeded(site.settings(|s| s.minimum_interval_s = 10), 3);
        for step in 0..50 {
            scene.at(step * 7).views_in(1, if step % 2 == 0 { "/a" } else { "/b" });
            if restores {
                scene.visit = restored(&scene.visit);
            }
        }
        scene.effects
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn tabs_and_texts_are_bounded() {
    let mut scene = Scene::live(Site::new().rule("long", "/xx"));
    for tab in 0..1000 {
        scene.views_in(tab, &format!("/{}", "ü".repeat(60_000)));
    }
    assert_eq!(scene.visit.tabs().count(), 32);
    let checkpoint = serde_json::to_vec(&scene.visit).expect("a visit is written as JSON");
    assert!(checkpoint.len() < 200_000, "{}", checkpoint.len());
}

#[test]
fn clocks_that_step_back_or_years_ahead_break_nothing() {
    let mut site = Site::new().rule_with("help", "/", |rule| rule.plan.required_time_s = 30);
    let world = site.world();
    let mut visit = Visit::begin(1, crate::scene::START);
    let page = || Event::PageViewed {
        tab: beckon_engine::id::TabId(1),
        url: "/".to_owned(),
        title: String::new(),
        referrer: String::new(),
    };
    for ms in [i64::MAX, 0, i64::MIN, -1, 4_000_000_000_000, 1_743_580_800_000] {
        let now = beckon_engine::time::UnixMs(ms);
        visit.handle(page(), now, &world);
        visit.handle(Event::DeadlineReached, now, &world);
    }
}
