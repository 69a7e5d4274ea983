//! Owns the rounds: what is sent, when, and from when to when one message counts.

use std::time::{Duration, Instant};

use beckon_engine::id::ChatId;
use beckon_server::clock::Clock;
use beckon_server::store::append::embedded::{MessageWriter, Turns};
use beckon_server::store::append::{NumberedMessage, insert_messages};
use beckon_server::store::message::Sender;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant as Due, sleep_until};

use crate::place::Place;
use crate::talker::{TEXT, Talker};

/// Messages a second of a loop that only appends to so many chats in turn: groups of `senders`, one commit each,
/// numbered beforehand, written as the node writes them, to the same chats as those who send them together.
pub(crate) async fn bare(place: &Place, chats: usize, senders: usize, length: Duration) -> f64 {
    let chats = place.rows(chats).await;
    let turns = chats.len() / senders;
    let mut writer = place.store.turns().map(|turns| (turns.open().expect("a connection"), turns));
    let began = Instant::now();
    let mut written = 0_u32;
    for seq in 1.. {
        let id = format!("m{seq}");
        let message = |chat: &ChatId| NumberedMessage {
            chat: *chat,
            seq,
            id: &id,
            sender: Sender::Visitor,
            user: None,
            name: "",
            body: TEXT,
        };
        for turn in 0..turns {
            if began.elapsed() >= length {
                return f64::from(written) / began.elapsed().as_secs_f64();
            }
            let group: Vec<_> = chats.iter().skip(turn).step_by(turns).map(message).collect();
            match &mut writer {
                Some((writer, turns)) => append_embedded(writer, turns, &group).await,
                None => append(place, &group).await,
            }
            written += u32::try_from(group.len()).expect("a small group");
        }
    }
    unreachable!("there are more numbers than time")
}

/// One thread, one connection, nothing handed over.
async fn append_embedded(writer: &mut MessageWriter, turns: &Turns, group: &[NumberedMessage<'_>]) {
    let batch = writer.begin(turns.take().await.expect("a turn")).expect("a unit of work");
    let now = Clock::System.now();
    for message in group {
        assert!(batch.insert_message(message, now).expect("a message"), "it is new");
    }
    batch.commit().expect("a commit");
}

async fn append(place: &Place, group: &[NumberedMessage<'_>]) {
    let mut tx = place.store.write().await.expect("a unit of work");
    insert_messages(&mut tx, group, Clock::System.now()).await.expect("a group");
    tx.commit().await.expect("a commit");
}

/// So many messages are under way at once, and each is followed by the next as soon as it is acknowledged: messages a
/// second, and how long each took, milliseconds. The talkers take turns.
pub(crate) async fn closed(
    mut talkers: Vec<Talker>,
    senders: usize,
    length: Duration,
) -> (Vec<Talker>, f64, Vec<f64>) {
    let began = Instant::now();
    let talk = async |turns: &mut [Talker]| {
        let mut waits = Vec::new();
        for turn in (0..turns.len()).cycle() {
            if began.elapsed() >= length {
                break;
            }
            let sent = Instant::now();
            turns[turn].say().await;
            waits.push(sent.elapsed().as_secs_f64() * 1e3);
        }
        waits
    };
    let turns = talkers.len() / senders;
    let waits: Vec<f64> = concat(talkers.chunks_mut(turns).map(talk)).await;
    let count = u32::try_from(waits.len()).expect("less than four thousand million");
    (talkers, f64::from(count) / began.elapsed().as_secs_f64(), waits)
}

/// Messages at a fixed rate, whatever comes back: how long each took from when it was due, milliseconds.
pub(crate) async fn open(mut talkers: Vec<Talker>, per_s: f64, length: Duration) -> (Vec<Talker>, Vec<f64>) {
    let count = f64::from(u32::try_from(talkers.len()).expect("few talkers"));
    let every = Duration::from_secs_f64(count / per_s);
    let began = Due::now();
    let talk = async |(number, talker): (usize, &mut Talker)| {
        let share = f64::from(u32::try_from(number).expect("few talkers")) / count;
        let mut due = began + every.mul_f64(share);
        let mut waits = Vec::new();
        while due - began < length {
            sleep_until(due).await;
            talker.say().await;
            waits.push(due.elapsed().as_secs_f64() * 1e3);
            due += every;
        }
        waits
    };
    let waits = concat(talkers.iter_mut().enumerate().map(talk)).await;
    (talkers, waits)
}

/// Runs all of them, each when it is woken and no other.
async fn concat(each: impl Iterator<Item = impl Future<Output = Vec<f64>>>) -> Vec<f64> {
    each.collect::<FuturesUnordered<_>>().concat().await
}
