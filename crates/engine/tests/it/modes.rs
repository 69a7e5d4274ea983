//! Owns the scenarios of the two proactive modes, as far as the engine decides (P-1 to P-3, P-11), and of who may answer.

use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::OfferId;
use beckon_engine::queue::Activation;
use beckon_engine::reason::Reason;

use crate::scene::Scene;
use crate::site::{Site, id};

const NOTHING: [&str; 0] = [];

/// A queue that invites after 30 s on the site.
fn inviting() -> Site {
    let mut site = Site::new().offer("desk");
    let plan = &mut site.queue_mut("desk").plan;
    (plan.activation, plan.launch_after_s, plan.launch_offer_id) =
        (Activation::WithInvite, 30, Some(OfferId(id("desk"))));
    site
}

// spec: P-1
// spec: P-3
#[test]
fn an_invitation_that_is_answered_with_yes_leads_to_the_form() {
    let mut scene = Scene::live(inviting());
    scene.views("/").at(40).accepts();
    assert_eq!(scene.said(), ["30 presents desk", "40 desk accepted", "40 opens chat with desk"]);
    assert_eq!(scene.reason, Some(Reason::FormOpen));
}

// spec: P-1
// spec: P-2
#[test]
fn after_no_the_queue_does_not_invite_again_on_any_page_or_tab() {
    let mut scene = Scene::live(inviting());
    scene.views("/").at(40).rejects().at(100).views("/prices").at(400).views_in(2, "/about").at(1000);
    assert_eq!(scene.said(), ["30 presents desk", "40 desk rejected"]);
    assert_eq!(scene.reason, Some(Reason::OfferNotAgain));
}

// spec: P-1
#[test]
fn without_launch_criteria_or_with_an_inactive_offer_the_queue_does_not_act_by_itself() {
    let mut site = inviting();
    site.queue_mut("desk").plan.launch_after_s = 0;
    let mut scene = Scene::live(site);
    scene.views("/").at(500);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::NoRuleQualified)));
    let mut scene = Scene::live(inviting());
    scene.changes(|site| site.offer_mut("desk").active = false).views("/").at(500);
    assert_eq!(scene.said(), NOTHING);
}

// spec: P-11
// spec: O-4
// spec: O-8
#[test]
fn interval_chat_and_stop_hold_back_the_queues_own_timer_too() {
    let mut scene = Scene::live(inviting().rule("help", "/"));
    scene.views("/").at(50).rejects().at(119);
    assert_eq!((scene.said().len(), scene.reason), (2, Some(Reason::IntervalNotPassed)));
    scene.at(120);
    assert_eq!(scene.said(), ["120 presents desk"]);
    let mut scene = Scene::live(inviting());
    scene.chat(ChatPhase::Open).views("/").at(60);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::ChatOpen)));
    let mut scene = Scene::live(inviting());
    scene.changes(|site| site.offers_stopped = true).views("/").at(60);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::OffersStopped)));
}

// spec: P-8
// spec: T-7
#[test]
fn the_launch_criteria_count_for_a_visitor_who_is_there() {
    let mut site = inviting();
    site.queue_mut("desk").plan.activation = Activation::WithoutInvite;
    let mut scene = Scene::live(site);
    scene.views("/").at(10).leaves().at(60);
    assert_eq!(scene.said(), NOTHING, "nobody is alerted to a visitor who has left");
    scene.tell(Event::LinkConnected).views("/");
    assert_eq!(scene.said(), ["60 alerts for desk"], "time on the site goes on in the same visit");
}
