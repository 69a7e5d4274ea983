//! Tests whose a chat is, who is in it and what is said against a small reference: random people do random things, and after
//! each the database holds what the reference says. What time and slots do to those who wait stands in `waiting`.

use beckon_engine::queue::QueuePlan;
use beckon_server::driver::access::Denied;
use beckon_server::driver::saying::Said;
use beckon_server::store::Store;
use beckon_server::store::agent::Stance;
use beckon_server::store::call::{Purpose, find_open_call};
use beckon_server::store::chat::{ChatRow, ChatState, find_chat};
use beckon_server::store::message::{Audience, Sender, list_messages};
use beckon_server::store::participant::{Part, list_participants};
use beckon_server::store::user::Role;
use serde_json::json;

use super::stage::{Dice, Stage};
use crate::harness::store_tests;

mod reference;

use reference::{Chat, Reference, State};

store_tests!(whatever_people_do_the_chats_are_as_the_reference_says);

const SEEDS: [u64; 2] = [1, 77];
const STEPS: usize = 250;
const AGENTS: usize = 4;
const VISITORS: usize = 3;
const SLOTS: i64 = 2;
const RING_S: u32 = 20;
const WRAP_UP_S: u32 = 30;

// spec: X-1 X-2 X-3 Q-9
async fn whatever_people_do_the_chats_are_as_the_reference_says(store: Store) {
    for seed in SEEDS {
        let mut dice = Dice::of(seed);
        // Nothing rings by itself, and everybody may try everything.
        let stage = Stage::set(store.clone(), plan(), Role::Supervisor, &[SLOTS; AGENTS], VISITORS).await;
        let mut reference = Reference::default();
        for _ in 0..STEPS {
            let act = one_act(&stage, &mut dice, &mut reference).await;
            dice.note(act);
            for chat in &reference.chats {
                compare(&stage, chat).await;
            }
        }
        stage.strike().await;
    }
}

fn plan() -> QueuePlan {
    let plan = json!({
        "routing": { "ring_time_s": RING_S },
        "alternatives": { "no_agent": { "do": "wait" } },
        "conduct": { "wrap_up_s": WRAP_UP_S },
    });
    serde_json::from_value(plan).unwrap()
}

/// Something that somebody does; yields what it was, for the report.
async fn one_act(stage: &Stage, dice: &mut Dice, reference: &mut Reference) -> String {
    let visitor = dice.below(VISITORS);
    let who = dice.below(AGENTS);
    let other = dice.below(AGENTS);
    let roll = dice.below(20);
    if roll == 0 {
        let s = u32::try_from(dice.below(25)).unwrap();
        stage.advance(s).await;
        stage.driver.route().await.unwrap();
        reference.advance(s);
        return format!("{s} s");
    }
    if roll == 1 {
        stage.driver.choose_status(stage.agents[who].id, Stance::Ready).await.unwrap();
        reference.ready[who] = true;
        return format!("{who} is ready");
    }
    if let Some(at) = reference.open_chat_of(visitor) {
        if roll <= 4 {
            return visitor_acts(stage, dice, reference, visitor, at).await;
        }
    } else if roll <= 8 {
        let (person, visit) = stage.visitors[visitor];
        stage.driver.visitor_opens(stage.site(), person, visit, None).await.unwrap();
        reference.open(visitor, stage.chat_of(visitor).await);
        return format!("visitor {visitor} opens a chat");
    }
    let Some(at) = reference.any(dice) else { return "nothing".to_owned() };
    agent_acts(stage, dice, reference, at, who, other).await
}

async fn visitor_acts(
    stage: &Stage,
    dice: &mut Dice,
    reference: &mut Reference,
    visitor: usize,
    at: usize,
) -> String {
    let (id, person) = (reference.chats[at].id, stage.visitors[visitor].0);
    if dice.below(6) == 0 {
        stage.driver.visitor_ends(person, id).await.unwrap();
        reference.end(at);
        return format!("visitor {visitor} ends");
    }
    let message = format!("v{}", dice.below(60));
    let said = Said { id: message.clone(), text: message.clone(), file: None, audience: Audience::All };
    let told = stage.driver.visitor_says(person, id, &said).await;
    let expected = reference.visitor_says(at, &message);
    assert_eq!(told.is_ok(), expected, "{visitor} says {message}: {told:?}");
    format!("visitor {visitor} says {message}")
}

async fn agent_acts(
    stage: &Stage,
    dice: &mut Dice,
    reference: &mut Reference,
    at: usize,
    who: usize,
    other: usize,
) -> String {
    let (driver, id) = (&stage.driver, reference.chats[at].id);
    let actor = &stage.agents[who];
    let to = stage.agents[other].id;
    let verb = dice.below(14);
    let (told, expected): (Result<(), Denied>, bool) = match verb {
        0 | 1 => (driver.accept_chat(actor, id).await, reference.accept(at, who)),
        2 => (driver.decline_chat(actor, id).await, reference.decline(at, who)),
        3 | 4 => {
            let told = driver.call_agent(actor, id, Purpose::Transfer, to, "").await;
            (told, reference.call(at, Purpose::Transfer, other))
        }
        5 => {
            let told = driver.call_agent(actor, id, Purpose::Invite, to, "").await;
            (told, reference.call(at, Purpose::Invite, other))
        }
        6 => (driver.recall(actor, id).await, reference.recall(at)),
        7 => (driver.take_over_chat(actor, id).await, reference.take_over(at, who)),
        8 => (driver.join_chat(actor, id).await, reference.step_in(at, who, Part::Guest)),
        9 => (driver.watch_chat(actor, id).await, reference.step_in(at, who, Part::Watcher)),
        10 => (driver.leave_chat(actor, id).await, reference.leave(at, who)),
        11 if dice.below(3) == 0 => (driver.close_chat(actor, id).await, reference.close(at)),
        11 => (driver.transfer_to_queue(actor, id, *stage.queue.id, "").await, reference.requeue(at)),
        _ => return agent_says(stage, dice, reference, at, who).await,
    };
    assert_eq!(told.is_ok(), expected, "verb {verb} of {who} towards {other}: {told:?}");
    format!("verb {verb} of {who} towards {other}")
}

async fn agent_says(
    stage: &Stage,
    dice: &mut Dice,
    reference: &mut Reference,
    at: usize,
    who: usize,
) -> String {
    let chat = &reference.chats[at];
    // Now and then from a console that has not heard of the last change of owner.
    let epoch = chat.epoch - i64::from(dice.below(4) == 0);
    let audience = if dice.below(3) == 0 { Audience::Staff } else { Audience::All };
    let message = format!("a{}", dice.below(60));
    let said = Said { id: message.clone(), text: message.clone(), file: None, audience };
    let told = stage.driver.agent_says(&stage.agents[who], chat.id, epoch, &said).await;
    let expected = reference.agent_says(at, who, epoch, audience, &message);
    assert_eq!(told.is_ok(), expected, "{who} says {message}: {told:?}");
    format!("{who} says {message} under {epoch} to {audience:?}")
}

async fn compare(stage: &Stage, chat: &Chat) {
    let mut tx = stage.store.read().await.unwrap();
    let row = find_chat(&mut tx, chat.id).await.unwrap().expect("the chat is there");
    compare_state(stage, chat, &row);
    let call = find_open_call(&mut tx, chat.id).await.unwrap();
    let shown = call.as_ref().map(|call| (*call.purpose, stage.number(*call.to_id)));
    assert_eq!(shown, chat.call.as_ref().map(|call| (call.purpose, call.to)), "the call of {}", chat.id);
    let now = stage.clock.now();
    let rings = now.0..=now.plus_s(RING_S).0;
    assert!(call.is_none_or(|call| rings.contains(&call.due_at)), "a deadline in {}", chat.id);

    let participants = list_participants(&mut tx, chat.id).await.unwrap();
    let mut present: Vec<(usize, Part)> = participants
        .iter()
        .filter(|row| row.left_at.is_none())
        .map(|row| (stage.number(*row.user_id), *row.part))
        .collect();
    present.sort_by_key(|(who, _)| *who);
    assert_eq!(present, chat.present(), "who is in {}", chat.id);

    let log = list_messages(&mut tx, chat.id, 0, 10_000).await.unwrap();
    let seqs: Vec<i64> = log.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=row.last_seq).collect::<Vec<_>>(), "no gap in {}", chat.id);
    let said: Vec<(String, Audience)> = log
        .iter()
        .filter(|message| *message.sender != Sender::System)
        .map(|message| (message.body.clone(), *message.audience))
        .collect();
    assert_eq!(said, chat.said, "nothing lost, doubled or out of order in {}", chat.id);
}

fn compare_state(stage: &Stage, chat: &Chat, row: &ChatRow) {
    let owner = row.agent_id.map(|owner| stage.number(*owner));
    let state = match (*row.state, owner) {
        (ChatState::Queued, None) => State::Waiting,
        (ChatState::Active, Some(owner)) => State::Active(owner),
        (ChatState::Ended, owner) => State::Ended { owner, wrapped_up: row.wrapped_up },
        (state, owner) => panic!("{} is {state:?} with {owner:?}", chat.id),
    };
    assert_eq!((state, row.owner_epoch), (chat.state, chat.epoch), "state and epoch of {}", chat.id);
}
