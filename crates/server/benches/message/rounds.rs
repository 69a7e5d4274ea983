//! Owns the rounds: what is sent, when, and from when to when one message counts.

use std::time::{Duration, Instant};

use beckon_engine::id::ChatId;
use beckon_server::clock::Clock;
use beckon_server::store::append::{NumberedMessage, insert_messages};
use beckon_server::store::message::Sender;
use futures_util::future::join_all;
use tokio::time::{Instant as Due, sleep_until};

use crate::place::Place;
use crate::talker::{TEXT, Talker};

/// Messages a second of a loop that only appends: groups of `senders`, one commit each, numbered beforehand.
pub(crate) async fn bare(place: &Place, senders: usize, length: Duration) -> f64 {
    let chats = place.rows(senders).await;
    let began = Instant::now();
    let mut written = 0_u32;
    for seq in 1.. {
        if began.elapsed() >= length {
            break;
        }
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
        let group: Vec<_> = chats.iter().map(message).collect();
        let mut tx = place.store.write().await.expect("a unit of work");
        insert_messages(&mut tx, &group, Clock::System.now()).await.expect("a group");
        tx.commit().await.expect("a commit");
        written += u32::try_from(group.len()).expect("a small group");
    }
    f64::from(written) / began.elapsed().as_secs_f64()
}

/// So many messages are under way at once, and each is followed by the next as soon as it is acknowledged: messages a
/// second, and how long each took, milliseconds. The talkers take turns.
pub(crate) async fn closed(talkers: &mut [Talker], senders: usize, length: Duration) -> (f64, Vec<f64>) {
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
    let waits: Vec<f64> = join_all(talkers.chunks_mut(turns).map(talk)).await.concat();
    let count = u32::try_from(waits.len()).expect("less than four thousand million");
    (f64::from(count) / began.elapsed().as_secs_f64(), waits)
}

/// Messages at a fixed rate, whatever comes back: how long each took from when it was due, milliseconds.
pub(crate) async fn open(talkers: &mut [Talker], per_s: f64, length: Duration) -> Vec<f64> {
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
    join_all(talkers.iter_mut().enumerate().map(talk)).await.concat()
}
