//! Tests what becomes of those who wait against a reference of its own: forms that are sent or given up, slots that are held,
//! rings that run out, alerts on which nobody writes, visitors who owe an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use beckon_engine::id::ChatId;
use beckon_engine::time::UnixMs;
use beckon_server::driver::access::Denied;
use beckon_server::driver::saying::Said;
use beckon_server::store::agent::{AwayCause, ChosenStatus, Stance, list_agents};
use beckon_server::store::chat::waiting::find_position;
use beckon_server::store::chat::{ChatRow, ChatState, find_chat};
use beckon_server::store::message::Audience;
use beckon_server::store::user::Role;
use beckon_server::store::{Store, Tx};
use futures_util::future::join_all;

use super::stage::{Dice, Stage};
use crate::harness::store_tests;

mod met;
mod reference;
mod rules;
mod visitors;

use met::Met;
use reference::{Chat, Place, Reference};
use rules::{Rules, Way};

store_tests!(whoever_waits_is_not_forgotten_and_no_slot_is_given_twice);

const SEEDS: RangeInclusive<u64> = 1..=8;
const STEPS: usize = 130;
const AGENTS: usize = 3;
const VISITORS: usize = 7;
/// Past the end of a form.
const HALF_AN_HOUR_S: u32 = 1_830;
/// Past the time for which a form holds a slot.
const MINUTES_S: u32 = 130;
/// Within a ring, to its end and past it.
const MOMENTS_S: [u32; 6] = [1, 3, 6, 10, 15, 24];

/// Whatever visitors, agents and time do.
// spec: X-2 X-3 Q-3 Q-4 Q-5 Q-6 Q-7 Q-10 O-11 O-15 P-4 P-10
async fn whoever_waits_is_not_forgotten_and_no_slot_is_given_twice(store: Store) {
    let mut met = BTreeSet::new();
    for seed in SEEDS {
        let mut dice = Dice::of(seed);
        let rules = Rules { lets_wait: seed.is_multiple_of(2), asks: seed % 4 < 2 };
        let slots: Vec<i64> = (0..AGENTS).map(|_| 1 + i64::from(dice.below(2) == 0)).collect();
        let stage = Stage::set(store.clone(), rules.as_plan(), Role::Agent, &slots, VISITORS).await;
        let mut reference = Reference::new(rules, &slots);
        for _ in 0..STEPS {
            let act = one_act(&stage, &mut dice, &mut reference).await;
            dice.note(act);
            settle(&stage, &mut reference).await;
        }
        met.append(&mut reference.met);
        stage.strike().await;
    }
    // On PostgreSQL the database chooses who of those who come at the same moment is let in.
    if matches!(store.read().await.unwrap(), Tx::Postgres(_)) {
        return;
    }
    let missed: Vec<Met> = Met::ALL.into_iter().filter(|one| !met.contains(one)).collect();
    assert!(missed.is_empty(), "chance has not led to {missed:?}");
}

/// Something that happens; yields what it was, for the report.
async fn one_act(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    match dice.below(72) {
        0 | 1 if reference.has_form() => time_goes_by(stage, HALF_AN_HOUR_S).await,
        0..=4 => time_goes_by(stage, MINUTES_S).await,
        5..=16 => time_goes_by(stage, MOMENTS_S[dice.below(MOMENTS_S.len())]).await,
        17..=24 => choose_status(stage, dice, reference).await,
        25..=29 => visitors_come(stage, dice, reference).await,
        30..=34 => visitor_comes_again(stage, dice, reference).await,
        35..=39 => agent_is_alerted(stage, dice, reference).await,
        40..=42 => agent_begins(stage, dice, reference).await,
        43..=45 => visitor_leaves(stage, dice, reference).await,
        46..=54 => visitor_acts(stage, dice, reference).await,
        _ => agent_acts(stage, dice, reference).await,
    }
}

async fn time_goes_by(stage: &Stage, s: u32) -> String {
    stage.advance(s).await;
    format!("{s} s")
}

async fn choose_status(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let ready = dice.below(8) > 0;
    let away = reference.agents.iter().position(|agent| !agent.ready);
    let who = away.filter(|_| ready).unwrap_or_else(|| dice.below(AGENTS));
    let stance = if ready { Stance::Ready } else { Stance::Away(AwayCause::Chosen, None) };
    stage.driver.choose_status(stage.agents[who].id, stance).await.unwrap();
    reference.choose_status(who, ready);
    format!("{who} is ready: {ready}")
}

fn either_way(dice: &mut Dice) -> Way {
    if dice.below(2) == 0 { Way::Unasked } else { Way::Invited }
}

async fn comes_back(stage: &Stage, reference: &mut Reference, visitor: usize) {
    if reference.gone_at[visitor].take().is_some() {
        stage.comes_back(visitor).await;
    }
}

/// As many as three without a chat, at the same moment.
async fn visitors_come(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let free = |visitor: &usize| reference.open_chat_of(*visitor).is_none();
    let mut crowd: Vec<usize> = (0..VISITORS).filter(free).collect();
    let first = dice.below(crowd.len().max(1));
    crowd.rotate_left(first);
    crowd.truncate(1 + dice.below(3));
    for visitor in &crowd {
        comes_back(stage, reference, *visitor).await;
    }
    let (way, now) = (either_way(dice), stage.clock.now());
    let came = join_all(crowd.iter().map(|visitor| stage.enters(*visitor, way))).await;
    let let_in = came.iter().filter(|came| **came).count();
    assert_eq!(let_in, reference.let_in(way, crowd.len(), now), "{way:?} come {crowd:?}");
    for (visitor, _) in crowd.iter().zip(&came).filter(|(_, came)| **came) {
        reference.enter(*visitor, way, stage.chat_of(*visitor).await, now);
    }
    if let_in > 0 && !reference.rules.lets_wait {
        let load = stage.load().await;
        assert!(load.held <= load.slots_left, "there is no slot for one of {crowd:?}: {load:?}");
    }
    format!("{way:?} come {crowd:?}")
}

/// Who has a chat keeps it, but what gives way.
async fn visitor_comes_again(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let alerted = dice.below(2) == 0;
    let (way, now) = (either_way(dice), stage.clock.now());
    let Some(at) = reference.pick(dice, |chat| chat.is_open() && chat.is_silent() == alerted) else {
        return "nobody comes again".to_owned();
    };
    let (id, visitor) = (reference.chats[at].id, reference.chats[at].visitor);
    comes_back(stage, reference, visitor).await;
    let goes = reference.chats[at].gives_way(way, now);
    let let_in = !goes || reference.has_room_for(visitor, now);
    assert_eq!(stage.enters(visitor, way).await, let_in, "{way:?} comes {visitor} again");
    let open = stage.chat_of(visitor).await;
    assert_eq!(open != id, goes && let_in, "{visitor} has {open} and had {id}");
    if open != id {
        reference.enter(visitor, way, open, now);
    }
    format!("{way:?} comes {visitor} again")
}

async fn agent_is_alerted(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let (visitor, now) = (dice.below(VISITORS), stage.clock.now());
    let busy = reference.open_chat_of(visitor).is_some() || reference.gone_at[visitor].is_some();
    if busy || !reference.has_room(now) {
        return "nobody is alerted".to_owned();
    }
    reference.enter(visitor, Way::Alerted, stage.alert(visitor).await, now);
    format!("an alert to {visitor}")
}

/// An agent with a free slot writes first, from the live list.
async fn agent_begins(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let (visitor, who, now) = (dice.below(VISITORS), dice.below(AGENTS), stage.clock.now());
    if reference.gone_at[visitor].is_some() || !reference.is_free(who) {
        return "nobody begins".to_owned();
    }
    let begun = stage.driver.begin_chat(&stage.agents[who], &stage.visit_of(visitor).await).await;
    assert_eq!(begun.is_ok(), reference.open_chat_of(visitor).is_none(), "{who} begins: {begun:?}");
    if let Ok(id) = begun {
        reference.enter(visitor, Way::Alerted, id, now);
        assert!(reference.accept(reference.chats.len() - 1, who, now));
    }
    format!("{who} begins with {visitor}")
}

async fn visitor_leaves(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let at = reference.pick(dice, |chat| chat.is_open() && chat.is_silent());
    let visitor = at.map(|at| reference.chats[at].visitor);
    let Some(visitor) = visitor.filter(|visitor| reference.gone_at[*visitor].is_none()) else {
        return "nobody leaves".to_owned();
    };
    stage.leaves(visitor).await;
    reference.gone_at[visitor] = Some(stage.clock.now());
    format!("{visitor} leaves")
}

async fn visitor_acts(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let wanted = match dice.below(6) {
        0..=2 => reference.pick(dice, |chat| chat.given_up),
        3 | 4 => reference.pick(dice, |chat| chat.is_open() && chat.warned_at.is_some()),
        _ => None,
    };
    let at = wanted.or_else(|| reference.pick(dice, |chat| !chat.is_silent() && !chat.is_over()));
    let Some(at) = at else { return "no visitor does anything".to_owned() };
    let (id, visitor, now) = (reference.chats[at].id, reference.chats[at].visitor, stage.clock.now());
    let person = stage.visitors[visitor].0;
    comes_back(stage, reference, visitor).await;
    let writes = reference.chats[at].warned_at.is_some() && dice.below(3) > 0;
    match dice.below(10) {
        0 => {
            stage.driver.visitor_ends(person, id).await.unwrap();
            reference.end(at, now);
            format!("{visitor} ends {id}")
        }
        roll if roll <= 3 || writes => {
            let told = stage.driver.visitor_says(person, id, &line(stage)).await;
            assert_eq!(told.is_ok(), reference.visitor_says(at), "{visitor} writes in {id}: {told:?}");
            format!("{visitor} writes in {id}")
        }
        _ => {
            let told = stage.driver.send_form(&stage.site(), person, id, &BTreeMap::new(), "en").await;
            assert_eq!(told.is_ok(), reference.send_form(at, now), "{visitor} sends {id}: {told:?}");
            format!("{visitor} sends the form of {id}")
        }
    }
}

async fn agent_acts(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let rings = |chat: &Chat| matches!(chat.place, Place::Ringing(..));
    let ringing = if dice.below(2) == 0 { reference.pick(dice, rings) } else { None };
    let at = ringing.or_else(|| reference.pick(dice, |chat| !chat.is_over()));
    let Some(at) = at else { return "no agent does anything".to_owned() };
    let anybody = dice.below(AGENTS);
    let who = reference.chats[at].agent().filter(|_| dice.below(6) > 0).unwrap_or(anybody);
    let (id, epoch, now) = (reference.chats[at].id, reference.chats[at].epoch, stage.clock.now());
    let (driver, actor, verb) = (&stage.driver, &stage.agents[who], dice.below(8));
    let (told, expected): (Result<(), Denied>, bool) = match verb {
        0 => (driver.decline_chat(actor, id).await, reference.decline(at, who, now)),
        1 => (driver.close_chat(actor, id).await, reference.close(at, who, now)),
        2 | 3 => {
            let said = driver.agent_says(actor, id, epoch, &line(stage)).await;
            (said.map(drop), reference.agent_says(at, who, now))
        }
        _ => {
            // What somebody takes by hand beyond their slots, routing has not given them.
            if reference.chats[at].place == Place::Queued && !reference.is_free(who) {
                return format!("{who} has no slot");
            }
            (driver.accept_chat(actor, id).await, reference.accept(at, who, now))
        }
    };
    assert_eq!(told.is_ok(), expected, "verb {verb} of {who} with {id}: {told:?}");
    format!("verb {verb} of {who} with {id}")
}

fn line(stage: &Stage) -> Said {
    let id = stage.clock.new_id().to_string();
    Said { id, text: "Well".to_owned(), file: None, audience: Audience::All }
}

/// Routes, and holds each chat that was not over before, each place in the queue and each slot against the reference.
async fn settle(stage: &Stage, reference: &mut Reference) {
    stage.driver.route().await.unwrap();
    let now = stage.clock.now();
    let mut tx = stage.store.read().await.unwrap();
    let mut rows = BTreeMap::new();
    for chat in reference.chats.iter().filter(|chat| !chat.seen_over) {
        rows.insert(chat.id, find_chat(&mut tx, chat.id).await.unwrap().expect("the chat is there"));
    }
    let ringing = rows.values().filter(|row| *row.state == ChatState::Ringing);
    let rung: BTreeMap<ChatId, usize> =
        ringing.filter_map(|row| Some((*row.id, stage.number(*row.agent_id?)))).collect();
    reference.route(&rung, now);
    for chat in reference.chats.iter_mut().filter(|chat| !chat.seen_over) {
        compare(stage, chat, &rows[&chat.id], now);
        chat.seen_over = chat.is_over();
    }
    for (place, at) in reference.in_order().into_iter().enumerate() {
        let id = reference.chats[at].id;
        let (position, _) = find_position(&mut tx, &rows[&id]).await.unwrap();
        assert_eq!(usize::try_from(position).unwrap(), place + 1, "the place of {id}");
    }
    let listed = list_agents(&mut tx).await.unwrap();
    for (who, actor) in stage.agents.iter().enumerate() {
        let agent = listed.iter().find(|agent| *agent.id == actor.id).expect("the agent is listed");
        assert!(agent.used <= agent.slots, "{who} has {} of {}", agent.used, agent.slots);
        let expected = (reference.used(who), reference.agents[who].ready);
        assert_eq!((agent.used, *agent.status == ChosenStatus::Ready), expected, "agent {who}");
    }
    let load = stage.load().await;
    let expected = (reference.free_slots(), reference.held(now));
    assert_eq!((load.slots_left, load.held), expected, "free slots, and those that are held");
}

fn compare(stage: &Stage, chat: &Chat, row: &ChatRow, now: UnixMs) {
    let agent = row.agent_id.map(|agent| stage.number(*agent));
    let (due, wait_due) = (row.due_at.map(UnixMs), row.wait_due.map(UnixMs));
    let (place, ends) = match (*row.state, agent, due) {
        (ChatState::Form, None, Some(due)) => (Place::Form(due), Some(due)),
        (ChatState::Queued, None, None) => (Place::Queued, wait_due),
        (ChatState::Ringing, Some(agent), Some(due)) => (Place::Ringing(agent, due), Some(due)),
        (ChatState::Active, Some(owner), Some(due)) => (Place::Active(owner), Some(due)),
        (ChatState::Ended, owner, None) => (Place::Ended { owner, wrapped_up: row.wrapped_up }, None),
        (state, agent, due) => panic!("{} is {state:?} with {agent:?} until {due:?}", chat.id),
    };
    assert_eq!((place, row.owner_epoch), (chat.place, chat.epoch), "{}", chat.id);
    assert!(ends.is_none_or(|ends| now < ends), "{} was to go on at {ends:?}", chat.id);
    match place {
        Place::Queued | Place::Ringing(..) => {
            assert_eq!(wait_due, Some(chat.wait_due), "how long {} waits", chat.id);
        }
        Place::Active(_) => {
            let warned_at = row.idle_warned_at.map(UnixMs);
            assert_eq!(warned_at, chat.warned_at, "whether {} is warned", chat.id);
        }
        Place::Form(_) | Place::Ended { .. } => {}
    }
}
