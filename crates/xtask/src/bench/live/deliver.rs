//! How long a message takes from the agent to the visitor, and what it costs the server in processor time, while many sockets are
//! open: from when it was due until the visitor has the frame. It has been committed by then.
//!
//! The floor is a bare relay over the same library: it finds the visitor's connection by the chat in the agent's frame and passes the
//! text on; it keeps nothing and asks nobody. That is fair as the least that any server does between two sockets. Messages
//! are sent at a fixed rate, whatever comes back; every socket that is not written to says now and then that it is there.

use std::time::Duration;

use anyhow::Context;
use futures_util::future::{join_all, try_join_all};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;

use super::super::figure::Figure;
use super::super::rounds::{Spread, percentile};
use super::floor::Floor;
use super::guests::{BEAT, Guest, guests, id_in, stay};
use super::served::{RULES, Served};

const TEXT: &str =
    "Could you tell me whether the oak is oiled or lacquered? We have two small children at home.";
/// Agents who write; each has as many of the chats as the others.
const AGENTS: usize = 5;
/// Chats that are opened at a time: who waits is told of everyone before them.
const AT_A_TIME: usize = 20;
/// Of the relay.
const P50_TIMES_MAX: f64 = 2.0;
const PROCESSOR_TIMES_MAX: f64 = 1.6;

/// How much is measured. The aim speaks of 5 000 messages a second; two cores that the clients share carry less. When a commit
/// takes long, as many messages as came meanwhile are told to every console at once, and one for which that is too much is cut off.
struct Load {
    sockets: u32,
    chats: usize,
    per_s: u32,
    seconds: u32,
    rounds: usize,
}

/// What one round came to.
struct Round {
    waits: Vec<f64>,
    processor_us: f64,
}

/// One side of the comparison: its sockets, and who writes.
struct Side {
    served: Served,
    talkers: Vec<Guest>,
    others: Vec<Guest>,
    chats: Vec<String>,
    writers: Vec<Writer>,
    sent: usize,
}

type Writer = Box<dyn futures_util::Sink<Message, Error = tokio_tungstenite::tungstenite::Error> + Unpin>;

/// Measures.
///
/// # Errors
/// When a server cannot be started, or a message does not come.
pub(in crate::bench) fn measure(quick: bool) -> anyhow::Result<Vec<Figure>> {
    let load = if quick {
        Load { sockets: 2_000, chats: 200, per_s: 200, seconds: 3, rounds: 1 }
    } else {
        // Both sides are connected at the same time: more would be more files than a process may have open.
        Load { sockets: 9_500, chats: 1_000, per_s: 1_000, seconds: 8, rounds: 3 }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let beckon = tokio::task::block_in_place(|| {
            let served = Served::with(AGENTS, RULES)?;
            served.be_patient()?;
            Ok::<_, anyhow::Error>(served)
        })?;
        let mut relay = Side::relay(Served::floor(Floor::Relay)?.0, &load).await?;
        let mut own = Side::beckon(beckon, &load).await?;
        let (mut owns, mut relays) = (Vec::new(), Vec::new());
        // The first round warms up.
        for round in 0..=load.rounds {
            let one = own.round(&load, &mut relay.others).await?;
            let other = relay.round(&load, &mut own.others).await?;
            if round > 0 {
                owns.push(one);
                relays.push(other);
            }
        }
        Ok(figures(&load, &owns, &relays))
    })
}

fn figures(load: &Load, own: &[Round], relay: &[Round]) -> Vec<Figure> {
    let waits = |rounds: &[Round], percent| {
        Spread::of(rounds.iter().map(|round| percentile(round.waits.clone(), percent)).collect())
    };
    let processor = |rounds: &[Round]| Spread::of(rounds.iter().map(|round| round.processor_us).collect());
    let Load { sockets, chats, per_s, .. } = load;
    let name =
        |what| format!("agent to visitor, {sockets} sockets, {chats} chats, {per_s} messages/s, {what}");
    vec![
        Figure::new(name("p50"), "ms", waits(own, 50)).above(waits(relay, 50)).at_most_times(P50_TIMES_MAX),
        Figure::new(name("p99"), "ms", waits(own, 99)).above(waits(relay, 99)),
        Figure::new(name("processor time"), "µs", processor(own))
            .above(processor(relay))
            .at_most_times(PROCESSOR_TIMES_MAX),
    ]
}

impl Side {
    /// Chats that were asked for and taken.
    async fn beckon(served: Served, load: &Load) -> anyhow::Result<Self> {
        let mut talkers = guests(&served, load.sockets).await?;
        let others = talkers.split_off(load.chats);
        let agents = served.shop.as_ref().context("it was furnished")?.agents.clone();
        let mut consoles = Vec::new();
        for agent in &agents {
            let headers =
                [("cookie", agent.caller.cookie.clone()), ("origin", format!("http://{}", served.address))];
            let mut console = Guest::connect(&served, "/live/agent", 0, &headers).await?;
            console.send(json!({ "type": "hello", "v": 1, "chats": [] }).to_string()).await?;
            console.next_of("welcome").await?;
            consoles.push(console);
        }
        let mut writers: Vec<Writer> = consoles.into_iter().map(to_write).collect();
        let mut chats = Vec::new();
        for group in talkers.chunks_mut(AT_A_TIME) {
            let asked = try_join_all(group.iter_mut().map(async |guest: &mut Guest| {
                guest.send(json!({ "type": "open_chat" }).to_string()).await?;
                id_in(&guest.next_of("chat").await?, "chat")
            }));
            for (chat, guest) in asked.await?.into_iter().zip(group) {
                let accepted = json!({ "type": "accept", "ref": chat, "chat": chat }).to_string();
                writers[chats.len() % AGENTS].send(Message::text(accepted)).await?;
                while !guest.next_of("chat").await?.contains("\"state\":\"active\"") {}
                chats.push(chat);
            }
        }
        Ok(Self { served, talkers, others, chats, writers, sent: 0 })
    }

    /// Connections that have said which chat is theirs.
    async fn relay(served: Served, load: &Load) -> anyhow::Result<Self> {
        let mut talkers = guests(&served, load.sockets).await?;
        let others = talkers.split_off(load.chats);
        let chats: Vec<_> = (0..load.chats).map(|number| format!("{number:036}")).collect();
        for (guest, chat) in talkers.iter_mut().zip(&chats) {
            guest.send(json!({ "type": "join", "chat": chat }).to_string()).await?;
            guest.next_of("join").await?;
        }
        let mut writers = Vec::new();
        for _ in 0..AGENTS {
            writers.push(to_write(Guest::connect(&served, "/live/visitor", 0, &[]).await?));
        }
        Ok(Self { served, talkers, others, chats, writers, sent: 0 })
    }

    async fn round(&mut self, load: &Load, elsewhere: &mut [Guest]) -> anyhow::Result<Round> {
        let count = (load.per_s * load.seconds) as usize;
        let Self { served, talkers, others, chats, writers, sent } = self;
        for writer in &mut *writers {
            writer.send(Message::text(BEAT)).await?;
        }
        let before = served.process().processor_s()?;
        let began = Instant::now() + Duration::from_millis(200);
        let due = |number: usize| began + Duration::from_secs(1) / load.per_s * number as u32;
        let first = *sent;
        let writes = async {
            for number in 0..count {
                sleep_until(due(number)).await;
                let chat = number % chats.len();
                let said = json!({ "type": "say", "chat": chats[chat], "id": format!("a{}", first + number),
                                   "epoch": 1, "text": TEXT });
                writers[chat % AGENTS].send(Message::text(said.to_string())).await?;
            }
            Ok::<_, anyhow::Error>(())
        };
        let reads = talkers.iter_mut().enumerate().map(async |(chat, guest): (usize, &mut Guest)| {
            let mut waits = Vec::new();
            for number in (chat..count).step_by(load.chats) {
                let id = format!("\"a{}\"", first + number);
                while !guest.next_of("message").await?.contains(&id) {}
                waits.push(due(number).elapsed().as_secs_f64() * 1e3);
            }
            Ok::<_, anyhow::Error>(waits)
        });
        let waits = tokio::select! {
            (waits, written) = async { tokio::join!(join_all(reads), writes) } => {
                written?;
                waits.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat()
            }
            ended = stay(others) => match ended? {},
            ended = stay(elsewhere) => match ended? {},
        };
        *sent += count;
        let processor_us = (served.process().processor_s()? - before) * 1e6 / count as f64;
        Ok(Round { waits, processor_us })
    }
}

/// What comes is read and thrown away, so that the server never waits for us.
fn to_write(console: Guest) -> Writer {
    let (sink, mut stream) = console.split();
    tokio::spawn(async move {
        while let Some(frame) = stream.next().await {
            match frame {
                Ok(Message::Close(why)) => eprintln!("an agent was cut off: {why:?}"),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    });
    Box::new(sink)
}
