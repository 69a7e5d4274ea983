//! Owns the scenarios of alerting an agent without an invitation (P-8 to P-11).

use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::queue::Activation;
use beckon_engine::reason::Reason;
use beckon_engine::rule::Action;

use crate::scene::Scene;
use crate::site::{Site, queue};

fn shop() -> Site {
    Site::new().rule_with("look", "/prices", |rule| {
        rule.plan.action = Action::EngageWithoutInvite;
        rule.plan.offer_id = None;
        rule.plan.required_time_s = 20;
    })
}

// spec: P-8
#[test]
fn after_the_launch_criteria_an_agent_is_alerted() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(30);
    assert_eq!(
        (scene.said(), scene.reason),
        (vec!["20 alerts for look".to_owned()], Some(Reason::AlertOpen))
    );
    let mut site = Site::new();
    let plan = &mut site.queue_mut("desk").plan;
    (plan.activation, plan.launch_after_s) = (Activation::WithoutInvite, 30);
    let mut scene = Scene::live(site);
    scene.views("/a").at(20).views("/b").at(40);
    assert_eq!(scene.said(), ["30 alerts for desk"]);
}

// spec: P-11
// spec: O-14
#[test]
fn an_alert_for_which_there_was_no_room_starts_no_interval() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(20).tell(Event::AlertRefused { reason: Reason::CapacityReached });
    assert_eq!(
        (scene.said(), scene.reason),
        (vec!["20 alerts for look".to_owned()], Some(Reason::CapacityReached))
    );
    scene.at(30).tell(Event::AlertRefused { reason: Reason::CapacityReached });
    assert_eq!(scene.said(), ["21 alerts for look"]);
    scene.at(40);
    assert_eq!(scene.said(), ["32 alerts for look"], "each refusal in a row doubles the pause");
}

// spec: P-8
// spec: O-14
#[test]
fn an_alert_that_was_made_ends_the_row_of_refusals() {
    let refused = || Event::AlertRefused { reason: Reason::CapacityReached };
    let found = || Event::AlertFound { queue: queue("desk").id };
    for made in [found, || Event::AlertAnswered] {
        let mut scene = Scene::live(shop());
        scene.views("/prices").at(20).tell(refused()).at(21).tell(refused()).at(23);
        scene.chat(ChatPhase::Open).tell(made()).at(60).chat(ChatPhase::None).at(143).tell(refused()).at(144);
        let at = |second: i64| format!("{second} alerts for look");
        assert_eq!(scene.said(), [20, 21, 23, 143, 144].map(at));
    }
}

// spec: P-10
#[test]
fn an_alert_that_was_found_cannot_be_refused_any_more() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(20).chat(ChatPhase::Open).tell(Event::AlertFound { queue: queue("desk").id });
    scene.tell(Event::AlertRefused { reason: Reason::StoreRefused }).at(25).leaves().at(60);
    assert_eq!(scene.said(), ["20 alerts for look", "35 withdraws alert: VisitorAway"]);
}

// spec: P-9
// spec: P-11
#[test]
fn once_the_agent_has_written_the_alert_is_over_and_the_chat_blocks() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(20).chat(ChatPhase::Open).tell(Event::AlertAnswered).at(200).leaves();
    assert_eq!(scene.said(), ["20 alerts for look"], "what was answered is not taken back");
    assert_eq!(scene.reason, Some(Reason::ChatOpen));
}

// spec: P-10
#[test]
fn a_visitor_who_leaves_first_takes_the_alert_back() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(25).leaves().at(60);
    assert_eq!(scene.said(), ["20 alerts for look", "35 withdraws alert: VisitorAway"]);
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(25).vanishes().at(60);
    assert_eq!(
        scene.said(),
        ["20 alerts for look", "40 withdraws alert: VisitorAway"],
        "last heard of at 20"
    );
    let mut scene = Scene::polling(shop());
    scene.views("/prices").at(25).vanishes().at(60);
    assert_eq!(
        scene.said(),
        ["20 alerts for look", "40 withdraws alert: VisitorAway"],
        "last heard of at 20"
    );
}

// spec: P-10
// spec: P-8
#[test]
fn going_from_page_to_page_is_not_leaving() {
    for mut scene in [Scene::live(shop()), Scene::polling(shop())] {
        scene.views("/prices").at(25).leaves().at(33).views("/about").at(40);
        assert_eq!(scene.said(), ["20 alerts for look"]);
        scene.leaves().at(49);
        assert!(scene.said().is_empty());
        scene.at(52);
        assert_eq!(scene.said(), ["50 withdraws alert: VisitorAway"]);
    }
}

// spec: P-10
// spec: X-3
#[test]
fn an_alert_ends_with_a_visit_that_times_out_before_the_visitor_counts_as_away() {
    let site = shop().settings(|s| {
        s.poll_interval_s = 300;
        s.visit_timeout_min = 5;
    });
    let mut scene = Scene::live(site);
    scene.views("/prices").at(25).vanishes().at(400);
    assert_eq!(scene.said(), ["20 alerts for look", "300 withdraws alert: VisitorAway", "300 ends"]);
}

// spec: P-10
#[test]
fn when_no_agent_acts_the_alert_ends_and_may_come_again_after_the_interval() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(80).chat(ChatPhase::None).at(139);
    assert_eq!(
        (scene.said(), scene.reason),
        (vec!["20 alerts for look".to_owned()], Some(Reason::IntervalNotPassed))
    );
    scene.at(140);
    assert_eq!(scene.said(), ["140 alerts for look"]);
}

// spec: P-11
#[test]
fn gate_chat_consent_and_stop_apply_as_for_offers() {
    let blocked = |prepare: fn(&mut Scene)| {
        let mut scene = Scene::live(shop());
        prepare(&mut scene);
        scene.views("/prices").at(30);
        assert!(scene.said().is_empty());
        scene.reason
    };
    let gate = |scene: &mut Scene| {
        scene.changes(|site| site.gate_mut("desk").free_slots = 0);
    };
    assert_eq!(blocked(gate), Some(Reason::NoAgent));
    let chat = |scene: &mut Scene| {
        scene.chat(ChatPhase::Open);
    };
    assert_eq!(blocked(chat), Some(Reason::ChatOpen));
    let consent = |scene: &mut Scene| {
        scene.tell(Event::ConsentChanged { given: false });
    };
    assert_eq!(blocked(consent), Some(Reason::NoConsent));
    let stopped = |scene: &mut Scene| {
        scene.changes(|site| site.offers_stopped = true);
    };
    assert_eq!(blocked(stopped), Some(Reason::OffersStopped));
}

// spec: P-11
// spec: O-3
#[test]
fn an_alert_and_an_offer_are_never_open_together() {
    let mut scene = Scene::live(shop().rule("help", "/about").settings(|s| s.minimum_interval_s = 0));
    scene.views("/prices").at(25).views("/about").at(30);
    assert_eq!(scene.said(), ["20 alerts for look"]);
    scene.by_hand("help");
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::AlertOpen)));
    let mut scene = Scene::live(shop().rule("help", "/"));
    scene.views("/prices").at(30);
    assert_eq!(scene.said(), ["0 presents help"]);
}

// spec: O-7
// spec: P-9
#[test]
fn a_late_yes_is_faster_than_the_agent_who_is_alerted() {
    let begun = || Event::AlertFound { queue: queue("desk").id };
    let mut scene = Scene::live(Site::new().rule("help", "/prices"));
    scene.views("/prices").at(65).tell(begun()).chat(ChatPhase::Open).accepts().at(70);
    let yes = ["65 help accepted late", "65 opens chat with desk"];
    assert_eq!(scene.said(), ["0 presents help", "60 help ignored", yes[0], yes[1]]);
    scene.leaves().at(100);
    assert_eq!(scene.said(), [""; 0], "the alert is over");
    let mut scene = Scene::live(Site::new().rule("help", "/prices"));
    scene.views("/prices").at(65).tell(begun()).chat(ChatPhase::Open).tell(Event::AlertAnswered).accepts();
    assert_eq!(scene.said(), ["0 presents help", "60 help ignored"]);
}

// spec: P-11
#[test]
fn a_queue_that_closes_takes_the_alert_back_but_a_last_agent_who_is_rung_does_not() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(25).changes(|site| site.gate_mut("desk").free_slots = 0);
    assert_eq!(scene.said(), ["20 alerts for look"]);
    scene.changes(|site| site.gate_mut("desk").hours_open = false);
    assert_eq!(scene.said(), ["25 withdraws alert: OutOfHours"]);
}

// spec: A-2
// spec: P-10
#[test]
fn a_chat_that_an_agent_has_begun_is_taken_back_like_an_alert_until_they_have_written() {
    let begun = || Event::AlertFound { queue: queue("desk").id };
    let mut scene = Scene::live(Site::new());
    scene.views("/prices").at(20).tell(begun()).chat(ChatPhase::Open).at(25).leaves().at(60);
    assert_eq!(scene.said(), ["35 withdraws alert: VisitorAway"]);
    let mut scene = Scene::live(Site::new());
    scene.views("/prices").at(20).tell(begun()).chat(ChatPhase::Open).at(25);
    scene.tell(Event::ConsentChanged { given: false });
    assert_eq!(scene.said(), ["25 withdraws alert: NoConsent"]);
    let mut scene = Scene::live(Site::new());
    scene.views("/prices").at(20).tell(begun()).chat(ChatPhase::Open).tell(Event::AlertAnswered);
    scene.tell(Event::ConsentChanged { given: false }).leaves().at(60);
    assert!(scene.said().is_empty());
}

// spec: P-10
#[test]
fn an_alert_that_is_told_of_again_goes_on_as_it_is() {
    let mut scene = Scene::live(shop());
    scene.views("/prices").at(25).leaves().at(30).tell(Event::AlertFound { queue: queue("desk").id }).at(60);
    assert_eq!(scene.said(), ["20 alerts for look", "35 withdraws alert: VisitorAway"]);
}
