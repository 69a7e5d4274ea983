//! Owns the scenarios of presentations: gate, intervals, outcomes, caps, races (O-1 to O-14).

use beckon_engine::effect::Effect;
use beckon_engine::event::{ChatPhase, Event};
use beckon_engine::id::{PresentationId, QueueId};
use beckon_engine::offer::Outcome;
use beckon_engine::reason::Reason;
use beckon_engine::settings::{AfterOutcome, SiteSettings};
use beckon_engine::visit::Stage;
use uuid::Uuid;

use crate::scene::{START, Scene, Store};
use crate::site::{Site, id};

const NOTHING: [&str; 0] = [];

fn shop() -> Site {
    Site::new().rule("help", "/")
}

// spec: O-1
#[test]
fn nothing_is_presented_out_of_hours_with_the_channel_off_or_without_an_agent() {
    let gates = [(false, true, 1), (true, false, 1), (true, true, 0)];
    let reasons = [Reason::OutOfHours, Reason::ChannelOff, Reason::NoAgent];
    for ((hours_open, channel_on, free_slots), reason) in gates.into_iter().zip(reasons) {
        let mut site = shop();
        *site.gate_mut("desk") =
            beckon_engine::gate::Gate { hours_open, channel_on, free_slots, open_presentations: 0 };
        let mut scene = Scene::live(site);
        scene.views("/").at(30);
        assert_eq!((scene.said(), scene.reason), (vec![], Some(reason)));
        scene.changes(|site| *site.gate_mut("desk") = crate::site::OPEN);
        assert_eq!(scene.said(), ["30 presents help"]);
    }
}

// spec: O-1
#[test]
fn a_queue_without_a_gate_is_closed() {
    let mut site = shop();
    site.gates.clear();
    let mut scene = Scene::live(site);
    scene.views("/");
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::OutOfHours)));
}

// spec: O-1
// spec: R-2
#[test]
fn the_most_important_rule_whose_gate_is_open_wins() {
    let mut site = shop().rule_with("sales", "/", |rule| rule.priority = 200).queue("sales");
    site.rule_mut("sales").plan.queue_id = QueueId(id("sales"));
    site.gate_mut("desk").free_slots = 0;
    let mut scene = Scene::live(site);
    scene.views("/");
    assert_eq!(scene.said(), ["0 presents sales"]);
}

// spec: O-3
// spec: X-4
#[test]
fn one_presentation_is_open_over_all_tabs_and_each_page_shows_it() {
    let mut scene = Scene::live(shop().rule("more", "/").settings(|s| s.minimum_interval_s = 0));
    scene.views_in(1, "/").at(1).views_in(2, "/").at(2).views_in(1, "/about").at(3).views_in(3, "/");
    let said = scene.said();
    assert_eq!(said.iter().filter(|line| line.contains("presents")).count(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|line| line.contains("shows")).count(), 3, "{said:?}");
    assert_eq!(scene.reason, Some(Reason::PresentationOpen));
}

// spec: O-4
#[test]
fn a_chat_blocks_until_it_has_ended() {
    let mut scene = Scene::live(Site::new().rule("help", "/prices"));
    scene.chat(ChatPhase::Open).views("/prices").at(500);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::ChatOpen)));
    scene.completed(500);
    assert_eq!(scene.said(), ["500 presents help"]);
}

// spec: O-4
#[test]
fn the_form_of_an_accepted_offer_blocks_for_at_most_120_s() {
    let mut scene = Scene::live(shop().settings(|s| s.minimum_interval_s = 0));
    scene.views("/").at(5).accepts();
    assert_eq!(scene.said(), ["0 presents help", "5 help accepted", "5 opens chat with desk"]);
    let form = ChatPhase::Form { until: START.plus_ms(125_000) };
    scene.chat(form).at(60).chat(form);
    assert_eq!(scene.reason, Some(Reason::FormOpen));
    scene.at_ms(124_999);
    assert_eq!(scene.said(), NOTHING);
    scene.at(125);
    assert_eq!(scene.said(), ["125 presents help"]);
}

// spec: O-4
#[test]
fn a_chat_that_the_visitor_opens_takes_an_open_offer_back() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).chat(ChatPhase::Open);
    assert_eq!(scene.said(), ["0 presents help", "5 help withdrawn: ChatOpen"]);
}

// spec: O-5
// spec: O-6
#[test]
fn accept_opens_the_chat_and_reject_does_not() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).accepts();
    assert_eq!(scene.said(), ["0 presents help", "5 help accepted", "5 opens chat with desk"]);
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).rejects();
    assert_eq!(scene.said(), ["0 presents help", "5 help rejected"]);
    assert!(scene.visit.presentation().is_none());
}

// spec: O-7
#[test]
fn live_it_is_ignored_exactly_and_can_be_accepted_late_once() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(70);
    assert_eq!(scene.said(), ["0 presents help", "60 help ignored"]);
    assert_eq!(scene.visit.folded().map(|folded| folded.id), Some(scene.last()));
    scene.accepts().accepts();
    assert_eq!(scene.said(), ["70 help accepted late", "70 opens chat with desk"]);
    assert!(scene.visit.folded().is_none());
}

// spec: O-7
// spec: O-11
#[test]
fn a_late_accept_asks_the_gate_too() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(70).changes(|site| site.gate_mut("desk").hours_open = false);
    scene.said();
    scene.accepts();
    assert_eq!(scene.said(), ["70 gives alternative of desk: OutOfHours"]);
    scene.changes(|site| site.gate_mut("desk").hours_open = true).accepts();
    assert_eq!(scene.said(), ["70 help accepted late", "70 opens chat with desk"]);
}

// spec: R-7
// spec: O-7
// spec: O-9
#[test]
fn an_open_offer_keeps_the_times_it_was_presented_with_and_the_next_one_has_the_new_ones() {
    let settings = |s: &mut SiteSettings| (s.ignored_after_s, s.poll_interval_s) = (30, 5);
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).changes(|site| settings(&mut site.settings)).at(59);
    assert_eq!(scene.said(), ["0 presents help"]);
    scene.at(60);
    assert_eq!(scene.said(), ["60 help ignored"]);
    scene.at(150);
    assert_eq!(scene.said(), ["120 presents help", "150 help ignored"]);
    let mut scene = Scene::polling(shop());
    scene.views("/").at(5).vanishes().changes(|site| settings(&mut site.settings)).at(300);
    assert_eq!(scene.said(), ["0 presents help", "80 help passively ignored"]);
}

// spec: O-7
#[test]
fn while_polling_an_answer_counts_although_it_is_the_first_contact_after_the_time() {
    let mut scene = Scene::polling(shop()).shifted_ms(9000);
    scene.views("/").at(65).accepts();
    assert_eq!(scene.said(), ["0 presents help", "65 help accepted", "65 opens chat with desk"]);
}

// spec: O-8
#[test]
fn the_interval_counts_from_the_presentation_whatever_the_outcome() {
    let offers = || shop().settings(|s| s.after_rejection = AfterOutcome::LikeIgnored);
    let mut scene = Scene::live(offers());
    scene.views("/").at(50).rejects().at_ms(119_999);
    assert_eq!((scene.said().len(), scene.reason), (2, Some(Reason::IntervalNotPassed)));
    scene.at(120);
    assert_eq!(scene.said(), ["120 presents help"]);
    let mut scene = Scene::live(offers());
    scene.views("/").at(30).changes(|site| site.gate_mut("desk").free_slots = 0);
    scene.changes(|site| site.gate_mut("desk").free_slots = 1).at(130);
    assert_eq!(scene.said(), ["0 presents help", "30 help withdrawn: NoAgent", "120 presents help"]);
    let mut scene = Scene::live(offers());
    scene.views("/").at(30).accepts().completed(30).at(130);
    assert_eq!(scene.said().last().map(String::as_str), Some("120 presents help"));
}

// spec: O-9
#[test]
fn going_to_another_page_is_not_passive_and_keeps_the_first_time() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(50).closes(1).views_in(2, "/about");
    assert_eq!(scene.said(), ["0 presents help", "50 shows help in 2"]);
    assert_eq!(scene.visit.presentation().map(|open| open.presented_at), Some(START));
    scene.at(60);
    assert_eq!(scene.said(), ["60 help ignored"]);
}

// spec: O-9
#[test]
fn passively_ignored_comes_after_the_ignored_time_and_two_polls() {
    let settings = |s: &mut beckon_engine::settings::SiteSettings| {
        s.ignored_after_s = 90;
        s.poll_interval_s = 15;
    };
    let mut scene = Scene::live(shop().settings(settings));
    scene.views("/").at(5).leaves().at(300);
    assert_eq!(scene.said(), ["0 presents help", "120 help passively ignored"]);
}

// spec: O-9
// spec: X-5
#[test]
fn an_open_offer_outlives_its_visit_and_settles_when_it_is_due() {
    let settings = |s: &mut beckon_engine::settings::SiteSettings| {
        s.ignored_after_s = 3600;
        s.visit_timeout_min = 5;
    };
    let mut scene = Scene::live(shop().settings(settings));
    scene.views("/").leaves().at(5000);
    assert_eq!(scene.said(), ["0 presents help", "300 ends", "3620 help passively ignored"]);
    assert_eq!(scene.visit.deadline(), None);
}

// spec: O-10
// spec: X-5
#[test]
fn the_first_outcome_is_final() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).accepts().accepts().rejects();
    let first = scene.last();
    scene.at(300);
    let outcomes = |scene: &Scene| scene.effects.iter().filter(|(_, e)| is_settle(e)).count();
    assert_eq!(scene.said()[1..3], ["5 help accepted", "5 opens chat with desk"]);
    let of_first = scene.effects.iter().filter(|(_, e)| is_settle(e) && settles(e, first)).count();
    assert_eq!(of_first, 1);
    let mut scene = Scene::live(shop().settings(|s| s.after_rejection = AfterOutcome::NoMoreThisVisit));
    scene.views("/").at(5).rejects().accepts().at(60);
    assert_eq!((scene.said().len(), outcomes(&scene)), (2, 1));
}

fn is_settle(effect: &Effect) -> bool {
    matches!(effect, Effect::SettleOutcome { .. })
}

fn settles(effect: &Effect, id: PresentationId) -> bool {
    matches!(effect, Effect::SettleOutcome { presentation, .. } if *presentation == id)
}

// spec: O-10
#[test]
fn the_outcome_in_the_store_wins_over_the_visits_own() {
    let mut scene = Scene::live(shop().settings(|s| s.rejections_max = 1));
    scene.views("/").at(5).rejects();
    let (presentation, at) = (scene.last(), START);
    scene.tell(Event::OutcomeCorrected { presentation, outcome: Outcome::Ignored, at });
    scene.at(120);
    assert_eq!(scene.said().last().map(String::as_str), Some("120 presents help"));
}

// spec: O-10
// spec: O-7
#[test]
fn an_accept_that_lost_to_ignored_is_recorded_as_late() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).accepts();
    scene.said();
    let (presentation, at) = (scene.last(), START);
    scene.tell(Event::OutcomeCorrected { presentation, outcome: Outcome::PassivelyIgnored, at });
    assert_eq!(scene.said(), ["5 help accepted late"]);
    assert_eq!(scene.reason, Some(Reason::FormOpen));
}

// spec: O-10
#[test]
fn an_open_presentation_takes_the_outcome_that_the_store_holds() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5);
    let (presentation, at) = (scene.last(), START);
    scene.tell(Event::OutcomeCorrected { presentation, outcome: Outcome::Rejected, at }).rejects().at(300);
    assert_eq!(scene.said(), ["0 presents help"]);
    assert_eq!(scene.reason, Some(Reason::OfferNotAgain));
}

// spec: O-11
// spec: X-4
#[test]
fn a_gate_that_closes_withdraws_the_open_offer() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).changes(|site| site.gate_mut("desk").hours_open = false);
    assert_eq!(scene.said(), ["0 presents help", "5 help withdrawn: OutOfHours"]);
}

// spec: O-11
// spec: X-4
#[test]
fn a_gate_that_closed_before_the_commit_withdraws_at_the_commit() {
    let mut scene = Scene::live(shop());
    scene.store = Store::IsSilent;
    scene.views("/").changes(|site| site.gate_mut("desk").channel_on = false);
    assert_eq!(scene.said(), ["0 asks for help"]);
    let presentation = scene.last();
    scene.tell(Event::PresentationCommitted { presentation });
    assert_eq!(scene.said(), ["0 help withdrawn: ChannelOff"]);
}

// spec: O-11
#[test]
fn a_yes_to_an_offer_that_was_just_taken_back_is_answered() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).changes(|site| site.gate_mut("desk").free_slots = 0);
    scene.said();
    scene.accepts();
    assert_eq!(scene.said(), ["5 gives alternative of desk: NoAgent"]);
    scene.at(6).changes(|site| site.gate_mut("desk").free_slots = 1).accepts();
    assert_eq!(scene.said(), ["6 opens chat with desk"]);
}

// spec: O-11
#[test]
fn accept_asks_the_gate_again_and_gives_the_alternative_when_it_has_closed() {
    let mut scene = Scene::live(shop());
    scene.views("/").at(5).changes_unseen(|site| site.gate_mut("desk").free_slots = 0).accepts();
    assert_eq!(
        scene.said(),
        ["0 presents help", "5 help withdrawn: NoAgent", "5 gives alternative of desk: NoAgent"]
    );
}

// spec: O-12
#[test]
fn open_presentations_are_bounded_by_a_multiple_of_the_free_slots() {
    let mut site = shop().settings(|s| s.capacity_factor = 3);
    site.gate_mut("desk").free_slots = 2;
    site.gate_mut("desk").open_presentations = 6;
    let mut scene = Scene::live(site);
    scene.views("/").at_ms(9500);
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::CapacityReached)));
    scene.changes_unseen(|site| site.gate_mut("desk").open_presentations = 5).at(11);
    assert_eq!(scene.said(), ["10 presents help"], "a live visit looks again each second");
}

// spec: O-13
#[test]
fn by_hand_overrides_caps_and_interval_but_not_an_open_offer_or_chat() {
    let mut scene = Scene::live(shop().offer("gift").settings(|s| s.rejections_max = 1));
    scene.views("/").at(5).by_hand("gift");
    assert_eq!((scene.said().len(), scene.reason), (1, Some(Reason::PresentationOpen)));
    scene.rejects();
    assert_eq!(scene.reason, Some(Reason::RejectionsMax));
    scene.by_hand("gift");
    assert_eq!(scene.said(), ["5 help rejected", "5 presents gift"]);
    scene.accepts().by_hand("gift");
    assert_eq!(scene.reason, Some(Reason::FormOpen));
    scene.said();
    scene.chat(ChatPhase::Open).by_hand("gift");
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::ChatOpen)));
}

// spec: O-13
// spec: O-1
#[test]
fn by_hand_still_needs_an_open_gate_an_active_offer_and_a_visitor_who_is_there() {
    let mut scene = Scene::live(Site::new().offer("gift"));
    scene.by_hand("gift");
    assert_eq!(scene.reason, Some(Reason::VisitorAway));
    scene.views("/").by_hand("none");
    assert_eq!(scene.reason, Some(Reason::OfferInactive));
    scene.changes(|site| site.gate_mut("desk").free_slots = 0).by_hand("gift");
    assert_eq!((scene.said(), scene.reason), (vec![], Some(Reason::NoAgent)));
}

// spec: O-14
#[test]
fn what_the_store_refused_uses_no_cap_and_starts_no_interval() {
    let mut scene = Scene::live(shop().settings(|s| s.ignored_max = 1));
    scene.store = Store::Refuses(Reason::CapacityReached);
    scene.views("/");
    assert_eq!(
        (scene.said(), scene.reason),
        (vec!["0 asks for help".to_owned()], Some(Reason::CapacityReached))
    );
    scene.store = Store::Commits;
    scene.at(2);
    assert_eq!(scene.said(), ["1 presents help"]);
}

// spec: O-14
#[test]
fn refusals_in_a_row_are_asked_again_after_longer_and_longer() {
    let mut scene = Scene::live(shop());
    scene.store = Store::Refuses(Reason::StoreRefused);
    scene.views("/").at(100);
    let asked: Vec<_> = [0, 1, 3, 7, 15, 31, 63, 95].iter().map(|s| format!("{s} asks for help")).collect();
    assert_eq!(scene.said(), asked);
    scene.store = Store::Commits;
    scene.at(128);
    assert_eq!(scene.said(), ["127 presents help"]);
}

// spec: O-14
// spec: X-5
#[test]
fn a_store_that_never_answers_counts_as_refused_and_a_late_commit_is_withdrawn() {
    let mut scene = Scene::live(shop());
    scene.store = Store::IsSilent;
    scene.views("/").at(29);
    assert_eq!(scene.visit.presentation().map(|asked| asked.stage), Some(Stage::Asked));
    let first = scene.last();
    scene.store = Store::Commits;
    scene.at(31);
    assert_eq!(scene.said(), ["0 asks for help", "31 presents help"]);
    scene.tell(Event::PresentationCommitted { presentation: first });
    assert_eq!(scene.said(), ["31 help withdrawn: StoreRefused"]);
}

// spec: O-9
#[test]
fn a_page_loaded_before_the_commit_shows_the_offer_after_it() {
    let mut scene = Scene::live(shop());
    scene.store = Store::IsSilent;
    scene.views("/").at(1).views_in(2, "/about");
    assert_eq!(scene.said(), ["0 asks for help"]);
    let presentation = scene.last();
    scene.tell(Event::PresentationCommitted { presentation });
    assert_eq!(scene.said(), ["1 shows help in 2"]);
}

// spec: O-10
#[test]
fn answers_to_what_was_never_shown_change_nothing() {
    let mut scene = Scene::live(shop());
    scene.store = Store::IsSilent;
    scene.views("/").accepts().rejects();
    let presentation = PresentationId(Uuid::from_u128(1));
    scene.tell(Event::OfferAccepted { presentation }).tell(Event::OfferRejected { presentation });
    assert_eq!(scene.said(), ["0 asks for help"]);
}
