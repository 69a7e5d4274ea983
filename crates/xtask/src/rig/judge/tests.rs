//! Tests the verdict with planted faults: what was seen and what is stored, with one thing wrong in each.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::rig::book::{Missed, Offered};
use crate::rig::stored::{Participant, Presentation};
use crate::shop::RING_S;

/// A visitor and an agent with one chat, which all agree on.
struct Case {
    seen: Seen,
    stored: Stored,
}

impl Case {
    fn sound() -> Self {
        let mut visitor = View::new("visitor", "visitor", "c");
        visitor.say("m1", "Hello");
        visitor.say("m2", "Are you there?");
        visitor.message(&json!({ "seq": 1, "from": "visitor", "id": "m1", "text": "Hello" }));
        visitor.ack("m1", 1);
        visitor.ack("m2", 2);
        visitor.message(&json!({ "seq": 3, "from": "agent", "id": "a1", "text": "Yes" }));
        visitor.complete = true;
        let mut agent = View::new("agent", "agent", "c");
        agent.say("a1", "Yes");
        agent.ack("a1", 3);
        let mut seen = Seen::default();
        seen.views = [visitor, agent].map(|view| Arc::new(Mutex::new(view))).to_vec();
        seen.offered.insert("p".to_owned(), offered(10, None));
        seen.settled.insert("p".to_owned(), "accepted".to_owned());
        let message = |seq, id: &str, sender: &str, user: Option<&str>, body: &str| Message {
            chat_id: "c".to_owned(),
            seq,
            id: id.to_owned(),
            sender: sender.to_owned(),
            user_id: user.map(str::to_owned),
            body: body.to_owned(),
        };
        let stored = Stored {
            chats: vec![Chat {
                id: "c".to_owned(),
                state: "ended".to_owned(),
                presentation_id: Some("p".to_owned()),
                agent_id: Some("u".to_owned()),
                wrapped_up: 1,
                last_seq: 3,
                owned_since: None,
                due_at: None,
                wait_due: None,
            }],
            messages: vec![
                message(1, "m1", "visitor", None, "Hello"),
                message(2, "m2", "visitor", None, "Are you there?"),
                message(3, "a1", "agent", Some("u"), "Yes"),
            ],
            presentations: vec![presentation("p", 10, Some(("accepted", 20)))],
            participants: vec![Participant {
                chat_id: "c".to_owned(),
                user_id: "u".to_owned(),
                part: "owner".to_owned(),
                left_at: None,
            }],
        };
        Self { seen, stored }
    }

    /// The promises that are found broken after something has been changed.
    fn after(change: impl FnOnce(&mut Self)) -> Vec<&'static str> {
        let mut case = Self::sound();
        change(&mut case);
        judge(&case.seen, &case.stored, 0).into_iter().map(|violation| violation.promise).collect()
    }

    fn visitor(&self) -> std::sync::MutexGuard<'_, View> {
        self.seen.views[0].lock().unwrap()
    }
}

fn offered(presented_at: i64, over: Option<&str>) -> Offered {
    Offered { to: "visitor".to_owned(), presented_at, folded: false, over: over.map(str::to_owned) }
}

fn presentation(id: &str, presented_at: i64, outcome: Option<(&str, i64)>) -> Presentation {
    Presentation {
        id: id.to_owned(),
        visit_id: "v".to_owned(),
        presented_at,
        outcome: outcome.map(|(outcome, _)| outcome.to_owned()),
        outcome_at: outcome.map(|(_, at)| at),
        accepted_late_at: None,
    }
}

#[test]
fn what_everyone_agrees_on_is_sound() {
    assert_eq!(Case::after(|_| {}), [""; 0]);
}

// spec: X-1
#[test]
fn an_acknowledged_message_that_is_lost_doubled_or_moved_is_found() {
    let lost = Case::after(|case| {
        case.stored.messages.pop();
        case.stored.chats[0].last_seq = 2;
    });
    assert!(lost.len() >= 2 && lost.iter().all(|promise| *promise == "X-1"), "{lost:?}");
    assert!(!Case::after(|case| case.stored.messages[1].seq = 4).is_empty(), "a gap");
    let doubled = Case::after(|case| {
        let again = Message { seq: 4, ..case.stored.messages[0].clone() };
        case.stored.messages.push(again);
        case.stored.chats[0].last_seq = 4;
    });
    assert!(doubled.contains(&"X-1"));
    let swapped = Case::after(|case| {
        case.stored.messages.swap(0, 1);
        case.stored.messages[0].seq = 1;
        case.stored.messages[1].seq = 2;
    });
    assert!(swapped.contains(&"X-1"));
    let out_of_order = Case::after(|case| {
        let mut visitor = case.visitor();
        visitor.said.swap(0, 1);
    });
    assert_eq!(out_of_order, ["X-1"]);
    assert_eq!(
        Case::after(|case| case.stored.messages[2].body.push('?')),
        ["X-1"; 3],
        "seen by two, written by one"
    );
    assert_eq!(Case::after(|case| drop(case.visitor().held.remove(&3))), ["X-1"], "not shown");
}

// spec: X-1
#[test]
fn a_view_that_contradicts_itself_is_found_at_once() {
    let mut view = View::new("visitor", "visitor", "c");
    let message = |seq: i64, id: &str| json!({ "seq": seq, "from": "agent", "id": id, "text": id });
    assert_eq!(view.message(&message(1, "a")).1, None);
    assert!(view.message(&message(1, "b")).1.is_some(), "a number is used twice");
    assert!(view.message(&message(2, "a")).1.is_some(), "a message comes twice");
    view.message(&message(5, "e"));
    assert!(view.message(&message(4, "d")).1.is_some(), "out of order");
    view.say("m", "Hello");
    assert_eq!(view.ack("m", 6), None);
    assert!(view.ack("m", 7).is_some(), "acknowledged with two numbers");
}

// spec: X-2
#[test]
fn two_owners_and_more_chats_than_slots_are_found() {
    let two = Case::after(|case| {
        let other = Participant { user_id: "w".to_owned(), ..case.stored.participants[0].clone() };
        case.stored.participants.push(other);
    });
    assert_eq!(two, ["X-2"]);
    assert_eq!(
        Case::after(|case| case.stored.participants[0].user_id = "w".to_owned()),
        ["X-2"],
        "a stranger writes"
    );
    let mut ringing = Case::sound().stored.chats[0].clone();
    ringing.state = "ringing".to_owned();
    ringing.due_at = Some(1_000 * i64::from(RING_S));
    let taken = |at| Chat { state: "active".to_owned(), owned_since: Some(at), ..ringing.clone() };
    assert_eq!(look(&vec![ringing.clone(); SLOTS], 0, None), []);
    assert_eq!(look(&vec![ringing.clone(); SLOTS + 1], 0, None)[0].promise, "X-2");
    let held = |at| [vec![taken(-1); SLOTS - 1], vec![taken(at), ringing.clone()]].concat();
    assert_eq!(look(&held(-1), 0, None)[0].promise, "X-2", "rung with every slot held");
    assert_eq!(look(&held(1), 0, None), [], "taken by hand while it rang");
}

// spec: X-3
#[test]
fn a_wait_without_a_deadline_or_past_it_is_found() {
    assert_eq!(Case::after(|case| case.stored.chats[0].state = "queued".to_owned()), ["X-3"]);
    assert_eq!(Case::after(|case| case.stored.chats[0].wrapped_up = 0), ["X-3"]);
    let chat =
        |due| Chat { state: "queued".to_owned(), wait_due: due, ..Case::sound().stored.chats[0].clone() };
    let late = OVERDUE_MS_MAX + 1;
    assert_eq!(look(&[chat(None)], 0, None)[0].promise, "X-3");
    assert_eq!(look(&[chat(Some(0))], late, Some(OVERDUE_MS_MAX))[0].promise, "X-3");
    assert_eq!(look(&[chat(Some(0))], late, Some(OVERDUE_BESIDE_MS_MAX)), [], "another node held the lock");
    assert_eq!(look(&[chat(Some(0))], late, None), [], "nobody could have acted");
}

// spec: X-4
#[test]
fn two_open_offers_are_found() {
    let both =
        |case: &mut Case| case.stored.presentations.push(presentation("q", 15, Some(("rejected", 30))));
    assert_eq!(Case::after(both), ["X-4"; 2], "at once, and too soon");
    assert_eq!(Case::after(|case| drop(case.seen.offered.insert("x".to_owned(), offered(1, None)))), ["X-4"]);
    let shown_over = Case::after(|case| {
        case.stored.presentations.push(presentation("q", 6_000, Some(("rejected", 6_010))));
        case.seen.offered.insert("q".to_owned(), offered(6_000, Some("p")));
    });
    assert_eq!(shown_over, [""; 0], "the first was settled by then");
}

// spec: O-8
#[test]
fn offers_that_come_too_soon_after_each_other_are_found() {
    let soon = |case: &mut Case| {
        let at = 9 + 1_000 * i64::from(INTERVAL_S);
        case.stored.presentations.push(presentation("q", at, Some(("rejected", at + 10))));
    };
    assert_eq!(Case::after(soon), ["X-4"]);
    let never_shown = Case::after(|case| {
        soon(case);
        case.stored.chats[0].presentation_id = None;
        case.stored.presentations[0].outcome = Some("withdrawn".to_owned());
        case.seen.offered.clear();
        case.seen.settled.clear();
    });
    assert_eq!(never_shown, [""; 0], "the first was taken back before anybody saw it");
}

// spec: O-9
#[test]
fn a_welcome_without_the_open_offer_is_found() {
    let welcomed = |outcome_at| {
        Case::after(|case| {
            case.stored.presentations[0].outcome_at = Some(outcome_at);
            let (who, presentation) = ("visitor".to_owned(), "p".to_owned());
            case.seen.missed.push(Missed { who, presentation, at: 5_000 });
        })
    };
    assert_eq!(welcomed(9_000), ["X-4"]);
    assert_eq!(welcomed(5_000), [""; 0], "it was settled meanwhile");
}

// spec: X-5
#[test]
fn an_outcome_that_is_missing_or_told_otherwise_is_found() {
    assert_eq!(Case::after(|case| case.stored.presentations[0].outcome = None), ["X-5"]);
    assert_eq!(
        Case::after(|case| case.stored.presentations[0].outcome = Some("ignored".to_owned())),
        ["X-5"; 2]
    );
    assert_eq!(Case::after(|case| case.stored.chats[0].presentation_id = None), ["X-5"]);
    let withdrawn = |case: &mut Case| {
        case.stored.presentations[0].outcome = Some("withdrawn".to_owned());
        case.seen.settled.clear();
    };
    assert_eq!(Case::after(withdrawn), [""; 0], "the yes came in the moment in which it was taken back");
    let twice = Case::after(|case| {
        withdrawn(case);
        let mut other = case.stored.chats[0].clone();
        (other.id, other.last_seq) = ("d".to_owned(), 0);
        case.stored.chats.push(other);
    });
    assert_eq!(twice, ["X-5"]);
}

// spec: X-6
#[test]
fn a_message_of_another_chat_is_found() {
    let foreign = json!({ "seq": 4, "from": "agent", "id": "elsewhere", "text": "Not for you" });
    let broken = Case::after(|case| {
        case.visitor().message(&foreign);
        let mut stored = case.stored.messages[2].clone();
        (stored.seq, stored.id, stored.body) = (4, "elsewhere".to_owned(), "Not for you".to_owned());
        case.stored.messages.push(stored);
        case.stored.chats[0].last_seq = 4;
        let mut other = View::new("agent", "agent", "d");
        other.say("elsewhere", "Not for you");
        case.seen.views.push(Arc::new(Mutex::new(other)));
    });
    assert_eq!(broken, ["X-6"]);
}
