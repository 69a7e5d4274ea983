//! Owns the scenarios of what ends or delays offers: settings after an outcome or a chat, caps, absence, the queue's own
//! timer (T-7, SPEC sections 2 and 4).

use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::OfferId;
use beckon_engine::queue::Activation;
use beckon_engine::reason::Reason;
use beckon_engine::settings::{AfterChat, AfterOutcome};

use crate::scene::{START, Scene};
use crate::site::{Site, id};

const NOTHING: [&str; 0] = [];

fn shop() -> Site {
    Site::new().rule("help", "/")
}

// spec: R-5
// spec: O-6
#[test]
fn after_a_rejection_by_setting() {
    let after = |after_rejection| {
        let site = shop().rule_with("more", "/", |rule| rule.priority = 200);
        let mut scene = Scene::live(site.settings(|s| s.after_rejection = after_rejection));
        scene.views("/").at(5).rejects();
        scene.said();
        scene.at(125);
        (scene.said(), scene.reason)
    };
    assert_eq!(after(AfterOutcome::NoMoreThisVisit), (vec![], Some(Reason::RejectedThisVisit)));
    assert_eq!(after(AfterOutcome::NotThisOfferAgain).0, ["120 presents more"]);
    assert_eq!(after(AfterOutcome::LikeIgnored).0, ["120 presents help"]);
}

// spec: R-5
// spec: O-7
// spec: O-9
#[test]
fn after_an_ignored_offer_by_setting_and_passively_ignored_is_ignored() {
    let after = |after_ignored, gone: bool| {
        let site = shop().rule_with("more", "/", |rule| rule.priority = 200);
        let mut scene = Scene::polling(site.settings(|s| s.after_ignored = after_ignored));
        scene.views("/").at(5);
        if gone {
            scene.vanishes().at(90).polls_again().views("/");
        } else {
            scene.at(80);
        }
        scene.said();
        scene.at(135);
        (scene.said(), scene.reason)
    };
    for gone in [false, true] {
        assert_eq!(after(AfterOutcome::NoMoreThisVisit, gone), (vec![], Some(Reason::IgnoredThisVisit)));
        assert_eq!(after(AfterOutcome::NotThisOfferAgain, gone).0, ["120 presents more"]);
        assert_eq!(after(AfterOutcome::LikeIgnored, gone).0, ["120 presents help"]);
    }
}

// spec: R-5
#[test]
fn rejected_counts_as_ignored_where_the_setting_says_so() {
    let site = shop().settings(|s| {
        s.after_rejection = AfterOutcome::LikeIgnored;
        s.after_ignored = AfterOutcome::NotThisOfferAgain;
    });
    let mut scene = Scene::live(site);
    scene.views("/").rejects().at(200);
    assert_eq!(scene.reason, Some(Reason::OfferNotAgain));
}

// spec: R-5
#[test]
fn a_visit_stops_after_so_many_rejections_or_ignored_offers() {
    let site = || shop().settings(|s| s.after_rejection = AfterOutcome::LikeIgnored);
    let mut scene = Scene::live(site().settings(|s| s.rejections_max = 2));
    scene.views("/").rejects().at(120).rejects().at(1000);
    assert_eq!((scene.said().len(), scene.reason), (4, Some(Reason::RejectionsMax)));
    let mut scene = Scene::live(site().settings(|s| s.ignored_max = 2));
    scene.views("/").at(1000);
    assert_eq!((scene.said().len(), scene.reason), (4, Some(Reason::IgnoredMax)));
}

// spec: O-4
// spec: R-5
#[test]
fn after_a_completed_chat_by_setting() {
    let completed = ChatPhase::Completed { at: START.plus_s(60) };
    let after = |after_chat, phase| {
        let mut scene = Scene::live(shop().settings(|s| {
            s.after_chat = after_chat;
            s.after_chat_hours = 2;
        }));
        scene.chat(ChatPhase::Open).views("/").at(60).chat(phase).at(60 + 7200);
        (scene.said().first().cloned().unwrap_or_default(), scene.reason)
    };
    assert_eq!(after(AfterChat::MayResume, completed).0, "60 presents help");
    assert_eq!(after(AfterChat::NoMoreThisVisit, completed), (String::new(), Some(Reason::AfterChat)));
    assert_eq!(after(AfterChat::NoneForHours, completed).0, "7260 presents help");
    assert_eq!(after(AfterChat::NoMoreThisVisit, ChatPhase::None).0, "60 presents help");
}

// spec: R-5
#[test]
fn what_is_told_again_of_a_completed_chat_does_not_begin_its_hours_anew() {
    let mut scene = Scene::live(shop().settings(|s| {
        s.after_chat = AfterChat::NoneForHours;
        s.after_chat_hours = 2;
    }));
    scene.chat(ChatPhase::Open).views("/").at(60).completed(60).at(3600);
    scene.completed(60).at(60 + 7200);
    assert_eq!(scene.said(), ["7260 presents help"]);
}

// spec: R-5
#[test]
fn a_chat_that_came_and_went_unseen_is_completed_all_the_same() {
    let told = |after_chat, ended_at| {
        let mut scene = Scene::live(shop().settings(|s| {
            s.after_chat = after_chat;
            s.after_chat_hours = 1;
        }));
        scene.at(60).completed(ended_at).views("/").at(7200);
        scene.said().first().cloned().unwrap_or_default()
    };
    assert_eq!(told(AfterChat::NoMoreThisVisit, 40), "");
    assert_eq!(told(AfterChat::NoMoreThisVisit, -40), "60 presents help", "it was none of this visit");
    assert_eq!(told(AfterChat::NoneForHours, 40), "3640 presents help", "its hours count from its end");
}

// spec: P-11
#[test]
fn without_consent_nothing_is_presented_and_what_is_open_is_taken_back() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).tell(Event::ConsentChanged { given: false });
    assert_eq!(scene.said(), ["0 presents help", "5 help withdrawn: NoConsent"]);
    scene.at(200);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::NoConsent)));
    scene.tell(Event::ConsentChanged { given: true });
    assert_eq!(scene.said(), ["200 presents help"]);
}

// spec: A-3
#[test]
fn a_supervisor_stops_offers() {
    let mut scene = Scene::live(shop());
    scene.changes(|site| site.offers_stopped = true).views("/").at(5);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::OffersStopped)));
    scene.changes(|site| site.offers_stopped = false);
    assert_eq!(scene.said(), ["5 presents help"]);
}

// spec: T-7
#[test]
fn a_visit_ends_after_its_timeout_without_contact_and_a_live_one_does_not() {
    let mut scene = Scene::polling(Site::new());
    scene.views("/").at(60).vanishes().at(4000);
    assert_eq!(scene.said(), ["1860 ends"]);
    assert!(scene.visit.has_ended());
    let mut scene = Scene::live(Site::new());
    scene.views("/").at(4000);
    assert_eq!(scene.said(), NOTHING);
    scene.vanishes().at(6000);
    assert_eq!(scene.said(), ["5800 ends"]);
}

// spec: T-7
#[test]
fn nothing_is_presented_to_a_visitor_who_is_away() {
    let mut scene = Scene::live(shop().settings(|s| s.minimum_interval_s = 0));
    scene.views("/").at(1).rejects().vanishes().at(30);
    scene.changes(|site| site.settings.after_rejection = AfterOutcome::LikeIgnored);
    assert_eq!((scene.said().len(), scene.reason), (2, Some(Reason::VisitorAway)));
}

// spec: P-1
// spec: R-2
#[test]
fn the_queues_own_timer_is_a_rule_of_lowest_priority_on_every_page() {
    let site = |activation| {
        let mut site = Site::new().rule_with("help", "/prices", |rule| rule.priority = 9999).offer("desk");
        let plan = &mut site.queue_mut("desk").plan;
        (plan.activation, plan.launch_after_s, plan.launch_offer_id) =
            (activation, 30, Some(OfferId(id("desk"))));
        site
    };
    let mut scene = Scene::live(site(Activation::WithInvite));
    scene.views("/a").at(20).views("/b").at(40);
    assert_eq!(scene.said(), ["30 presents desk"], "time on the site, not on the page");
    let mut scene = Scene::live(site(Activation::ReactiveOnly));
    scene.views("/a").at(100);
    assert_eq!(scene.said(), NOTHING);
    let mut scene = Scene::live(site(Activation::WithInvite));
    scene.chat(ChatPhase::Open).views("/prices").at(40).completed(40);
    assert_eq!(scene.said(), ["40 presents help"]);
}
