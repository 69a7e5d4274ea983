//! Owns the verdict: what every client saw, held against what is stored. Pure; nothing is read here.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::book::{Seen, Violation};
use super::stored::{Chat, Message, Stored};
use super::view::{Shown, View};
use crate::shop::{INTERVAL_S, SLOTS};

/// A deadline that passed this long ago, while a node was there, was forgotten.
pub(super) const OVERDUE_MS_MAX: i64 = 15_000;
/// The same beside a node that is hit: what it had begun may keep the routing locked for 10 s, until PostgreSQL ends it.
pub(super) const OVERDUE_BESIDE_MS_MAX: i64 = OVERDUE_MS_MAX + 10_000 + 5_000;
/// A welcome is heard a little later than it was made.
const WELCOME_MS_MAX: i64 = 2_000;

/// Everything that was broken, as it stands after the end of a run.
/// `unsure_ms` says by how much the times that are stored may be wrong.
pub(super) fn judge(seen: &Seen, stored: &Stored, unsure_ms: i64) -> Vec<Violation> {
    let mut found = Vec::new();
    let views: Vec<View> =
        seen.views.iter().map(|view| view.lock().expect("nobody panics with a view open").clone()).collect();
    messages(&views, stored, &mut found);
    strangers(&views, &mut found);
    owners(stored, &mut found);
    forgotten(stored, &mut found);
    apart(seen, stored, unsure_ms, &mut found);
    offers(seen, stored, unsure_ms, &mut found);
    welcomes(seen, stored, unsure_ms, &mut found);
    outcomes(seen, stored, &mut found);
    found
}

fn violation(promise: &'static str, what: String) -> Violation {
    Violation { promise, what }
}

/// what was acknowledged is stored once, as it was written, in the order of writing; what was shown is what is stored.
fn messages(views: &[View], stored: &Stored, found: &mut Vec<Violation>) {
    let mut by_chat: HashMap<&str, Vec<&Message>> = HashMap::new();
    for message in &stored.messages {
        by_chat.entry(&message.chat_id).or_default().push(message);
    }
    for chat in &stored.chats {
        let seqs = by_chat.get(chat.id.as_str()).into_iter().flatten().map(|message| message.seq);
        if !seqs.eq(1..=chat.last_seq) {
            found.push(violation("X-1", format!("the numbers of chat {} have gaps", chat.id)));
        }
    }
    let mut written = HashSet::new();
    for view in views {
        let of_chat = by_chat.get(view.chat.as_str()).map(Vec::as_slice).unwrap_or_default();
        acknowledged(view, of_chat, found);
        shown(view, of_chat, found);
        written.extend(view.said.iter().map(|said| said.id.as_str()));
    }
    for message in stored.messages.iter().filter(|message| message.sender != "system") {
        if !written.contains(message.id.as_str()) {
            found.push(violation(
                "X-1",
                format!("nobody wrote message {} of chat {}", message.id, message.chat_id),
            ));
        }
    }
}

fn acknowledged(view: &View, stored: &[&Message], found: &mut Vec<Violation>) {
    let mut last = 0;
    for said in &view.said {
        let Some(seq) = said.acked else { continue };
        let mut same = stored.iter().filter(|message| message.sender == view.side && message.id == said.id);
        let told = format!("{}: message {} of chat {}, acknowledged as {seq},", view.who, said.id, view.chat);
        match (same.next(), same.next()) {
            (None, _) => found.push(violation("X-1", format!("{told} is lost"))),
            (Some(_), Some(_)) => found.push(violation("X-1", format!("{told} is stored twice"))),
            (Some(kept), None) if kept.seq != seq || kept.body != said.text => {
                found
                    .push(violation("X-1", format!("{told} is stored as {} with {:?}", kept.seq, kept.body)));
            }
            (Some(_), None) => {}
        }
        if !said.refused {
            if seq < last {
                found.push(violation("X-1", format!("{told} stands before an earlier one, {last}")));
            }
            last = last.max(seq);
        }
    }
}

fn shown(view: &View, stored: &[&Message], found: &mut Vec<Violation>) {
    let kept: BTreeMap<i64, Shown> = stored
        .iter()
        .map(|message| {
            let Message { seq, id, sender, body, .. } = message;
            (*seq, Shown { from: sender.clone(), id: id.clone(), text: body.clone() })
        })
        .collect();
    for (seq, shown) in &view.held {
        if kept.get(seq) != Some(shown) {
            let what = format!(
                "{} saw {shown:?} as {seq} of chat {}, stored is {:?}",
                view.who,
                view.chat,
                kept.get(seq)
            );
            found.push(violation("X-1", what));
        }
    }
    if view.complete && view.held.len() != kept.len() {
        let (held, kept) = (view.held.len(), kept.len());
        let what = format!("{} sees {held} of {kept} messages of chat {}", view.who, view.chat);
        found.push(violation("X-1", what));
    }
}

/// nobody was shown what was written in another chat.
fn strangers(views: &[View], found: &mut Vec<Violation>) {
    let said =
        |view: &View| view.said.iter().map(|said| (view.chat.clone(), said.id.clone())).collect::<Vec<_>>();
    let written: HashSet<(String, String)> = views.iter().flat_map(said).collect();
    for view in views {
        for shown in view.held.values().filter(|shown| matches!(shown.from.as_str(), "visitor" | "agent")) {
            if !written.contains(&(view.chat.clone(), shown.id.clone())) {
                let what = format!(
                    "{} was shown message {}, which was not written in chat {}",
                    view.who, shown.id, view.chat
                );
                found.push(violation("X-6", what));
            }
        }
    }
}

/// one owner at a time, and nobody writes as an agent who never owned the chat.
fn owners(stored: &Stored, found: &mut Vec<Violation>) {
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut ever = HashSet::new();
    for participant in &stored.participants {
        ever.insert((participant.chat_id.as_str(), participant.user_id.as_str()));
        if participant.left_at.is_none() && participant.part == "owner" {
            *open.entry(&participant.chat_id).or_default() += 1;
        }
    }
    for (chat, owners) in open.iter().filter(|(_, owners)| **owners > 1) {
        found.push(violation("X-2", format!("chat {chat} has {owners} owners")));
    }
    for message in &stored.messages {
        let Some(user) = message.user_id.as_deref() else { continue };
        if !ever.contains(&(message.chat_id.as_str(), user)) {
            let what = format!(
                "message {} of chat {} is by {user}, who was never in it",
                message.id, message.chat_id
            );
            found.push(violation("X-2", what));
        }
    }
}

/// all visitors have gone and all agents have closed; nothing may still be open.
fn forgotten(stored: &Stored, found: &mut Vec<Violation>) {
    for chat in &stored.chats {
        if chat.state != "ended" {
            found.push(violation(
                "X-3",
                format!("chat {} is {} after everyone has gone", chat.id, chat.state),
            ));
        } else if chat.agent_id.is_some() && chat.wrapped_up == 0 {
            found.push(violation("X-3", format!("chat {} still holds its agent's slot", chat.id)));
        }
    }
}

/// one open presentation a visit at any time, and from one to the next the time that the site wants (O-8).
fn apart(seen: &Seen, stored: &Stored, unsure_ms: i64, found: &mut Vec<Violation>) {
    for pair in stored.presentations.windows(2) {
        let [first, second] = pair else { continue };
        if first.visit_id != second.visit_id {
            continue;
        }
        let both = format!("presentations {} and {} of visit {}", first.id, second.id, first.visit_id);
        if first.outcome_at.is_none_or(|settled_at| settled_at > second.presented_at + unsure_ms) {
            found.push(violation("X-4", format!("{both} were open at once")));
        }
        // What was taken back before anybody saw it was never presented (O-14).
        let counts = first.outcome.as_deref() != Some("withdrawn") || seen.offered.contains_key(&first.id);
        let apart_ms = second.presented_at - first.presented_at;
        if counts && apart_ms < 1_000 * i64::from(INTERVAL_S) - unsure_ms {
            found.push(violation("X-4", format!("{both} are only {apart_ms} ms apart")));
        }
    }
}

/// what was shown is stored and was first presented when it says, and not over an open one.
fn offers(seen: &Seen, stored: &Stored, unsure_ms: i64, found: &mut Vec<Violation>) {
    let kept: HashMap<&str, _> = stored.presentations.iter().map(|row| (row.id.as_str(), row)).collect();
    for (id, offered) in &seen.offered {
        let Some(row) = kept.get(id.as_str()) else {
            found.push(violation("X-4", format!("presentation {id} was shown and is not stored")));
            continue;
        };
        if row.presented_at != offered.presented_at {
            found.push(violation(
                "X-4",
                format!("presentation {id} was shown with another first time than is stored"),
            ));
        }
        let before = offered.over.as_ref().and_then(|over| kept.get(over.as_str()));
        if before.is_some_and(|before| before.outcome_at.is_none_or(|at| at > row.presented_at + unsure_ms)) {
            found.push(violation("X-4", format!("presentation {id} was shown over an open one")));
        }
    }
}

/// an open offer is shown again with every welcome (O-9).
fn welcomes(seen: &Seen, stored: &Stored, unsure_ms: i64, found: &mut Vec<Violation>) {
    let kept: HashMap<&str, _> = stored.presentations.iter().map(|row| (row.id.as_str(), row)).collect();
    let slack_ms = WELCOME_MS_MAX + unsure_ms;
    for missed in &seen.missed {
        // That what was shown is not stored at all is found elsewhere.
        let Some(row) = kept.get(missed.presentation.as_str()) else { continue };
        let open_still = row.outcome_at.is_none_or(|at| at > missed.at + slack_ms);
        if row.presented_at < missed.at - slack_ms && open_still {
            let what = format!("{} was welcomed without the open presentation {}", missed.who, row.id);
            found.push(violation("X-4", what));
        }
    }
}

/// every presentation has one outcome, browsers were told the same, an accepted one led to one chat, and none to more.
fn outcomes(seen: &Seen, stored: &Stored, found: &mut Vec<Violation>) {
    let mut chats: HashMap<&str, usize> = HashMap::new();
    for chat in &stored.chats {
        if let Some(presentation) = &chat.presentation_id {
            *chats.entry(presentation).or_default() += 1;
        }
    }
    for row in &stored.presentations {
        let Some(outcome) = &row.outcome else {
            found.push(violation("X-5", format!("presentation {} has no outcome", row.id)));
            continue;
        };
        let led = chats.get(row.id.as_str()).copied().unwrap_or_default();
        let late = row.accepted_late_at.is_some();
        let accepted = outcome == "accepted" || late;
        // A yes in the moment in which the offer is taken back is answered, once, and the offer stays withdrawn (O-11).
        let withdrawn = outcome == "withdrawn";
        if led > usize::from(accepted || withdrawn) || (accepted && led == 0) {
            found.push(violation(
                "X-5",
                format!("presentation {} is {outcome} and led to {led} chats", row.id),
            ));
        }
        // What was ignored goes from the screen as accepted when its late yes leads to a chat, as withdrawn when it cannot.
        let goes_as = match outcome.as_str() {
            "ignored" | "passively_ignored" => {
                if late {
                    "accepted"
                } else {
                    "withdrawn"
                }
            }
            outcome => outcome,
        };
        if let Some(told) = seen.settled.get(&row.id).filter(|told| *told != outcome && *told != goes_as) {
            found.push(violation(
                "X-5",
                format!("presentation {} is {outcome}, a browser was told {told}", row.id),
            ));
        }
    }
}

/// What a look at the chats in the middle of a run must show: slots, and a deadline for everyone who waits.
/// `overdue_ms_max` says how long ago a deadline may have passed; none when nobody was there to see to it.
pub(super) fn look(chats: &[Chat], now: i64, overdue_ms_max: Option<i64>) -> Vec<Violation> {
    let mut found = Vec::new();
    for chat in chats {
        let due = match chat.state.as_str() {
            "form" | "ringing" => chat.due_at,
            "queued" => chat.wait_due,
            _ => continue,
        };
        match due {
            None => {
                found.push(violation("X-3", format!("chat {} is {} without a deadline", chat.id, chat.state)))
            }
            Some(due) if overdue_ms_max.is_some_and(|max| now - due > max) => {
                let what = format!("chat {} is {} long after its deadline, {due}", chat.id, chat.state);
                found.push(violation("X-3", what));
            }
            Some(_) => {}
        }
    }
    slots(chats, &mut found);
    found
}

/// nobody was rung who had no slot left. What an agent takes by hand while another chat rings there is no fault of routing.
fn slots(chats: &[Chat], found: &mut Vec<Violation>) {
    let mut held: BTreeMap<&str, Vec<(i64, &Chat)>> = BTreeMap::new();
    for chat in chats.iter().filter(|chat| !chat.is_over()) {
        let since = if chat.state == "ringing" { chat.rang_at() } else { chat.owned_since };
        if let (Some(agent), Some(since)) = (chat.agent_id.as_deref(), since) {
            held.entry(agent).or_default().push((since, chat));
        }
    }
    for (agent, mut chats) in held {
        chats.sort_by_key(|(since, chat)| (*since, chat.state != "ringing"));
        if let Some((_, rung)) = chats.iter().skip(SLOTS).find(|(_, chat)| chat.state == "ringing") {
            let what = format!("agent {agent} has {SLOTS} slots, all held, and is rung by chat {}", rung.id);
            found.push(violation("X-2", what));
        }
    }
}

#[cfg(test)]
mod tests;
