//! Holds routing against a small reference model: random agents who serve one queue or two, every strategy, skills, chats,
//! rings, declines, silence, transfers, deadlines and priorities, on a virtual clock and the real database. After every
//! step each chat is where the model says, with whom it says, and in its place in the queue.

use std::collections::{BTreeMap, BTreeSet};

use beckon_engine::id::{ChatId, QueueId, SiteId, UserId};
use beckon_engine::queue::Strategy;
use beckon_engine::time::UnixMs;
use beckon_server::bus::Bus;
use beckon_server::clock::Clock;
use beckon_server::driver::access::Actor;
use beckon_server::driver::{Driver, Mails};
use beckon_server::store::Store;
use beckon_server::store::agent::{AwayCause, ChosenStatus, Stance, list_agents, update_agent_heard};
use beckon_server::store::chat::waiting::find_position;
use beckon_server::store::chat::{ChatState, NewChat, find_chat, insert_chat};
use beckon_server::store::column::Text;
use beckon_server::store::queue::{find_queue, insert_queue, update_queue_agents};
use beckon_server::store::user::{Role, UserRow, insert_user};
use beckon_server::store::user_skill::update_user_skills;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::harness::{START, store_tests};
use crate::store::fixtures;

mod model;

use model::{Agent, Chat, Model, Place, Rules};

store_tests!(
    routing_does_what_the_model_says,
    who_declines_is_rung_again_and_again,
    who_declines_is_rung_again_whatever_rings_meanwhile,
    who_waits_without_a_time_is_given_one,
);

const SEEDS: u64 = 6;
const STEPS: u32 = 90;
const AGENTS: u32 = 4;
const STRATEGIES: [Strategy; 3] = [Strategy::LongestIdle, Strategy::LeastLoaded, Strategy::RoundRobin];
/// Steps of the clock, seconds: within a ring, past it, past the second ring, past the wait.
const TIMES_S: [u32; 5] = [1, 7, 21, 61, 130];

struct Stage {
    store: Store,
    driver: Driver,
    clock: Clock,
    site: SiteId,
    /// The second is where the first sends who has waited too long.
    queues: [QueueId; 2],
    model: Model,
    chance: StdRng,
    _running: tokio_util::sync::DropGuard,
}

// spec: Q-3 Q-4 Q-5 Q-9 X-2 X-3
async fn routing_does_what_the_model_says(store: Store) {
    for seed in 0..SEEDS {
        let mut stage = Stage::build(store.clone(), seed).await;
        for step in 0..STEPS {
            let what = stage.act().await;
            stage.driver.route().await.unwrap();
            stage.model.route(stage.clock.now());
            stage.compare(&format!("seed {seed}, step {step}, {what}")).await;
        }
    }
}

impl Stage {
    async fn build(store: Store, seed: u64) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut tx = store.write().await.unwrap();
        let site = fixtures::site(&mut tx, "Shop").await;
        let queues: [QueueId; 2] = std::array::from_fn(|_| fixtures::queue(site.id.0, "").id.0);
        let mut rules = BTreeMap::new();
        for (number, id) in queues.into_iter().enumerate() {
            let strategy = STRATEGIES[(usize::try_from(seed).unwrap() + number) % STRATEGIES.len()];
            let of = Rules {
                strategy,
                level: u8::from(seed.is_multiple_of(2)) * u8::try_from(number + 1).unwrap(),
                then: (number == 0).then_some(queues[1]),
            };
            let mut queue = fixtures::queue(site.id.0, &format!("Queue {number}"));
            queue.id = Text(id);
            queue.plan.0.routing = serde_json::from_value(of.as_settings()).unwrap();
            insert_queue(&mut tx, &queue).await.unwrap();
            rules.insert(id, of);
        }
        let mut agents = BTreeMap::new();
        for number in 0..AGENTS {
            let slots = i64::from(chance.random_range(0..4_u32));
            let user = UserRow { slots, ..fixtures::user(&format!("{seed}-{number}@shop.example")) };
            insert_user(&mut tx, &user).await.unwrap();
            let level = chance.random_range(0..4_u8);
            let french = beckon_engine::routing::Skill { name: "French".to_owned(), level: level.max(1) };
            update_user_skills(
                &mut tx,
                user.id.0,
                if level > 0 { std::slice::from_ref(&french) } else { &[] },
            )
            .await
            .unwrap();
            // The first serves both, and some others do.
            let serves: BTreeSet<QueueId> =
                queues.into_iter().filter(|_| number == 0 || chance.random_bool(0.6)).collect();
            agents.insert(user.id.0, Agent::new(slots, level, serves, START));
        }
        for id in queues {
            let of: Vec<UserId> =
                agents.iter().filter(|(_, agent)| agent.serves.contains(&id)).map(|(id, _)| *id).collect();
            let queue = find_queue(&mut tx, id).await.unwrap().unwrap();
            update_queue_agents(&mut tx, &queue, &of).await.unwrap();
        }
        tx.commit().await.unwrap();
        let (clock, stopping, tasks) = (Clock::manual(START), CancellationToken::new(), TaskTracker::new());
        let driver =
            Driver::start(store.clone(), clock.clone(), Bus::local(), Mails::Wait, &tasks, stopping.clone());
        let stage = Self {
            driver: driver.await.unwrap(),
            store,
            clock,
            site: site.id.0,
            queues,
            model: Model { rules, agents, chats: BTreeMap::new() },
            chance,
            _running: stopping.drop_guard(),
        };
        stage.hear(START).await;
        stage
    }

    /// Consoles are heard from, so that nobody counts as gone.
    async fn hear(&self, at: UnixMs) {
        let mut tx = self.store.write().await.unwrap();
        for agent in self.model.agents.keys() {
            update_agent_heard(&mut tx, *agent, at).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// A visitor comes into the first queue.
    async fn comes(&self) -> ChatId {
        let (chat, now) = (ChatId(self.clock.new_id()), self.clock.now());
        let mut tx = self.store.write().await.unwrap();
        let who = fixtures::visit(&mut tx, self.site, now).await;
        let waiting = NewChat { id: chat, held_until: now, ..fixtures::chat(self.site, self.queues[0], who) };
        assert!(insert_chat(&mut tx, &waiting, now).await.unwrap());
        tx.commit().await.unwrap();
        chat
    }

    async fn seconds_until_it_rings(&self, chat: ChatId) -> u32 {
        for seconds in 0..1_000 {
            self.driver.route().await.unwrap();
            let row = find_chat(&mut self.store.read().await.unwrap(), chat).await.unwrap().unwrap();
            if *row.state == ChatState::Ringing {
                return seconds;
            }
            self.clock.advance_ms(1_000);
        }
        panic!("{chat} does not ring")
    }

    /// Something that happens, to the server and to the model.
    async fn act(&mut self) -> String {
        match self.chance.random_range(0..14_u32) {
            0..=3 => self.arrive().await,
            4 | 5 => self.choose_status().await,
            6 => self.take().await,
            7 => self.decline().await,
            8 => self.close().await,
            9 => self.prioritise().await,
            10 | 11 => self.transfer().await,
            _ => self.wait().await,
        }
    }

    async fn arrive(&mut self) -> String {
        let now = self.clock.now();
        let priority = u8::try_from(self.chance.random_range(0..3_u32)).unwrap();
        let queue = self.any_queue();
        let mut tx = self.store.write().await.unwrap();
        let who = fixtures::visit(&mut tx, self.site, now).await;
        let id = ChatId(self.clock.new_id());
        let wait_due = Some(now.plus_s(model::WAIT_MAX_S));
        let chat =
            NewChat { id, held_until: now, priority, wait_due, ..fixtures::chat(self.site, queue, who) };
        assert!(insert_chat(&mut tx, &chat, now).await.unwrap());
        tx.commit().await.unwrap();
        self.model.chats.insert(id, Chat::new(queue, priority, now));
        format!("{id} arrives with priority {priority}")
    }

    async fn choose_status(&mut self) -> String {
        let agent = self.any_agent();
        let ready = self.chance.random_bool(0.7);
        let stance = if ready { Stance::Ready } else { Stance::Away(AwayCause::Chosen, None) };
        self.driver.choose_status(agent, stance).await.unwrap();
        self.model.choose_status(agent, ready, self.clock.now());
        format!("{agent} is ready: {ready}")
    }

    /// The agent takes what rings.
    async fn take(&mut self) -> String {
        let Some((chat, agent)) = self.any(Place::is_ringing) else { return "nothing rings".to_owned() };
        self.driver.accept_chat(&actor(agent), chat).await.unwrap();
        self.model.chats.get_mut(&chat).unwrap().place = Place::Active(agent);
        format!("{agent} takes {chat}")
    }

    async fn decline(&mut self) -> String {
        let Some((chat, agent)) = self.any(Place::is_ringing) else { return "nothing rings".to_owned() };
        self.driver.decline_chat(&actor(agent), chat).await.unwrap();
        self.model.let_pass(chat, agent, self.clock.now());
        format!("{agent} declines {chat}")
    }

    async fn close(&mut self) -> String {
        let Some((chat, agent)) = self.any(Place::is_active) else { return "nobody talks".to_owned() };
        // Ended, and closed on the agent's side, which frees the slot.
        self.driver.close_chat(&actor(agent), chat).await.unwrap();
        self.driver.close_chat(&actor(agent), chat).await.unwrap();
        self.model.end(chat, self.clock.now());
        format!("{agent} ends {chat}")
    }

    /// The owner puts the chat into a queue, perhaps the one that it came from.
    async fn transfer(&mut self) -> String {
        let Some((chat, agent)) = self.any(Place::is_active) else { return "nobody talks".to_owned() };
        let queue = self.any_queue();
        self.driver.transfer_to_queue(&actor(agent), chat, queue, "").await.unwrap();
        self.model.transfer(chat, queue, self.clock.now());
        format!("{agent} puts {chat} into {queue}")
    }

    async fn prioritise(&mut self) -> String {
        let waiting = self.model.in_order();
        if waiting.is_empty() {
            return "nobody waits".to_owned();
        }
        let chat = waiting[self.chance.random_range(0..waiting.len())];
        let priority = u8::try_from(self.chance.random_range(0..10_u32)).unwrap();
        let sue = Actor { role: Role::Supervisor, ..actor(self.any_agent()) };
        let mut tx = self.store.write().await.unwrap();
        self.driver.prioritise_chat(&mut tx, &sue, chat, priority).await.unwrap();
        tx.commit().await.unwrap();
        self.model.chats.get_mut(&chat).unwrap().priority = priority;
        format!("{chat} gets priority {priority}")
    }

    async fn wait(&mut self) -> String {
        let s = TIMES_S[self.chance.random_range(0..TIMES_S.len())];
        self.hear(self.clock.now().plus_s(s)).await;
        self.clock.advance_ms(i64::from(s) * 1_000);
        format!("{s} s go by")
    }

    fn any_queue(&mut self) -> QueueId {
        self.queues[self.chance.random_range(0..self.queues.len())]
    }

    fn any_agent(&mut self) -> UserId {
        let at = self.chance.random_range(0..self.model.agents.len());
        *self.model.agents.keys().nth(at).unwrap()
    }

    fn any(&mut self, of: impl Fn(&Place) -> Option<UserId>) -> Option<(ChatId, UserId)> {
        let all: Vec<_> =
            self.model.chats.iter().filter_map(|(id, chat)| Some((*id, of(&chat.place)?))).collect();
        if all.is_empty() { None } else { Some(all[self.chance.random_range(0..all.len())]) }
    }

    async fn compare(&self, when: &str) {
        let mut tx = self.store.read().await.unwrap();
        let order = self.model.in_order();
        for (id, expected) in &self.model.chats {
            let row = find_chat(&mut tx, *id).await.unwrap().unwrap();
            let agent = row.agent_id.map(|agent| agent.0);
            let found = match (*row.state, agent) {
                (ChatState::Queued, None) => Place::Queued,
                (ChatState::Ringing, Some(agent)) => Place::Ringing(agent, UnixMs(row.due_at.unwrap())),
                (ChatState::Active, Some(agent)) => Place::Active(agent),
                (ChatState::Ended, _) => Place::Ended,
                (state, agent) => panic!("{when}: {id} is {state:?} with {agent:?}"),
            };
            assert_eq!(found, expected.place, "{when}: {id}");
            assert_eq!(row.queue_id.0, expected.queue, "{when}: queue of {id}");
            let in_queue = |waiting: &&ChatId| self.model.chats[*waiting].queue == expected.queue;
            if let Some(at) = order.iter().filter(in_queue).position(|waiting| waiting == id) {
                let (position, _) = find_position(&mut tx, &row).await.unwrap();
                assert_eq!(usize::try_from(position).unwrap(), at + 1, "{when}: place of {id}");
            }
        }
        for agent in list_agents(&mut tx).await.unwrap() {
            let Some(known) = self.model.agents.get(&agent.id) else { continue };
            assert!(
                agent.used <= agent.slots,
                "{when}: {} has {} of {}",
                agent.id.0,
                agent.used,
                agent.slots
            );
            assert_eq!(*agent.status == ChosenStatus::Ready, known.ready, "{when}: {}", agent.id.0);
        }
    }
}

// spec: Q-4 X-3
async fn who_declines_is_rung_again_and_again(store: Store) {
    let (stage, agent) = alone(store).await;
    let chat = stage.comes().await;
    stage.seconds_until_it_rings(chat).await;
    for seconds in [60, 180, 180] {
        stage.driver.decline_chat(&actor(agent), chat).await.unwrap();
        assert_eq!(stage.seconds_until_it_rings(chat).await, seconds);
    }
}

// spec: Q-4 X-3
async fn who_declines_is_rung_again_whatever_rings_meanwhile(store: Store) {
    let (stage, agent) = alone(store).await;
    let chat = stage.comes().await;
    stage.seconds_until_it_rings(chat).await;
    stage.driver.decline_chat(&actor(agent), chat).await.unwrap();
    for _ in 0..2 {
        stage.clock.advance_ms(20_000);
        // No pass that began before that is under way.
        stage.driver.route().await.unwrap();
        let other = stage.comes().await;
        assert_eq!(stage.seconds_until_it_rings(other).await, 0);
        stage.driver.accept_chat(&actor(agent), other).await.unwrap();
        stage.driver.close_chat(&actor(agent), other).await.unwrap();
        stage.driver.close_chat(&actor(agent), other).await.unwrap();
    }
    assert_eq!(stage.seconds_until_it_rings(chat).await, 20);
}

/// As a node of an earlier version lets them wait.
// spec: X-3
async fn who_waits_without_a_time_is_given_one(store: Store) {
    let stage = Stage::build(store, 0).await;
    stage.comes().await;
    let due = stage.clock.now().plus_s(86_400);
    assert_eq!(stage.driver.route().await.unwrap(), Some(due));
    stage.clock.advance_ms(1_000);
    assert_eq!(stage.driver.route().await.unwrap(), Some(due));
}

/// One agent is ready, who serves both queues.
async fn alone(store: Store) -> (Stage, UserId) {
    let stage = Stage::build(store, 0).await;
    let can = |agent: &Agent| agent.serves.len() == 2 && agent.slots > 0 && agent.level > 0;
    let (agent, _) = stage.model.agents.iter().find(|(_, agent)| can(agent)).unwrap();
    let agent = *agent;
    stage.driver.choose_status(agent, Stance::Ready).await.unwrap();
    stage.hear(stage.clock.now().plus_s(3_600)).await;
    (stage, agent)
}

fn actor(id: UserId) -> Actor {
    Actor { id, name: "Somebody".to_owned(), role: Role::Agent }
}
