//! Tests that no message is lost, doubled or reordered, whatever order sending, acknowledging, losing connections and
//! losing nodes come in. The order is drawn from a seed, which a failure names.

use std::collections::VecDeque;

use beckon_server::store::Store;
use serde_json::{Value, json};

use super::chats::talking_with;
use super::client::{Browser, Console};
use super::shop::{ORIGIN, Plan, Shop, product};
use crate::harness::store_tests;

store_tests!(nothing_acknowledged_is_lost_doubled_or_reordered);

const SEEDS: u64 = 3;
const STEPS: u32 = 40;

/// A generator that depends on nothing but its seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// What one side has written: what is not acknowledged yet, in the order of writing, and what is.
#[derive(Default)]
struct Side {
    name: &'static str,
    written: u32,
    unacknowledged: VecDeque<String>,
    acknowledged: Vec<(String, i64)>,
}

impl Side {
    fn write(&mut self) -> String {
        self.written += 1;
        let id = format!("{}{}", self.name, self.written);
        self.unacknowledged.push_back(id.clone());
        id
    }

    fn take(&mut self, ack: &Value) {
        let id = ack["id"].as_str().unwrap();
        if let Some(at) = self.unacknowledged.iter().position(|waiting| waiting == id) {
            self.unacknowledged.remove(at);
            self.acknowledged.push((id.to_owned(), ack["seq"].as_i64().unwrap()));
        }
    }
}

struct Conversation {
    shop: Shop,
    chat: Value,
    browser: Browser,
    console: Console,
    visitor: Side,
    agent: Side,
}

// spec: X-1
// spec: Q-7
async fn nothing_acknowledged_is_lost_doubled_or_reordered(store: Store) {
    for seed in 1..=SEEDS {
        let shop = Shop::open(store.clone(), Plan::default()).await;
        let (browser, console, chat) = talking_with(&shop, &format!("Alice{seed}")).await;
        let visitor = Side { name: "v", ..Side::default() };
        let agent = Side { name: "a", ..Side::default() };
        let mut talk = Conversation { shop, chat, browser, console, visitor, agent };
        let mut chance = Chance(seed);
        for _ in 0..STEPS {
            talk = talk.go_on(&mut chance).await;
        }
        talk.settle().await;
        talk.check(seed).await;
        talk.shop.close();
    }
}

impl Conversation {
    async fn go_on(mut self, chance: &mut Chance) -> Self {
        match chance.below(12) {
            0..4 => {
                for _ in 0..=chance.below(3) {
                    let id = self.visitor.write();
                    self.browser.say(&self.chat["id"], &id, &id).await;
                }
            }
            4..7 => {
                let id = self.agent.write();
                self.console.say(&self.chat, &id, &id).await;
            }
            // What was sent is sent again, though its acknowledgement may be on its way.
            7 => {
                for id in &self.visitor.unacknowledged {
                    self.browser.say(&self.chat["id"], id, id).await;
                }
            }
            8 => self.settle_visitor().await,
            9 => self.reconnect_visitor().await,
            10 => self.reconnect_agent().await,
            _ => {
                self.shop = self.shop.lose_node().await;
                self.reconnect_visitor().await;
                self.reconnect_agent().await;
            }
        }
        self
    }

    async fn settle(&mut self) {
        self.settle_visitor().await;
        while !self.agent.unacknowledged.is_empty() {
            self.agent.take(&self.console.socket.next_of("ack").await);
        }
    }

    async fn settle_visitor(&mut self) {
        while !self.visitor.unacknowledged.is_empty() {
            self.visitor.take(&self.browser.socket.next_of("ack").await);
        }
    }

    /// The connection breaks without a word; what is not acknowledged is sent again over the next, in order.
    async fn reconnect_visitor(&mut self) {
        let held = json!({ "id": self.chat["id"], "after": 0 });
        let hello = json!({ "token": self.browser.token(), "pages": [product(1)], "chat": held });
        let mut browser = Browser::connect(self.shop.address, Some(ORIGIN)).await;
        browser.hello(&self.shop.site.key, hello).await;
        for id in &self.visitor.unacknowledged {
            browser.say(&self.chat["id"], id, id).await;
        }
        self.browser = browser;
    }

    async fn reconnect_agent(&mut self) {
        let token = self.console.cookie.strip_prefix("beckon_session=").unwrap().to_owned();
        let mut console = Console::sign_in(self.shop.address, &token, self.console.user).await;
        for id in &self.agent.unacknowledged {
            console.say(&self.chat, id, id).await;
        }
        self.console = console;
    }

    /// What both sides and the record hold at the end.
    async fn check(&mut self, seed: u64) {
        let path = format!("/api/v1/chats/{}/messages?limit=200", self.chat["id"].as_str().unwrap());
        let stored = self.console.read(&path).await["items"].as_array().unwrap().clone();
        let seqs: Vec<i64> = stored.iter().map(|message| message["seq"].as_i64().unwrap()).collect();
        let whole: Vec<i64> = (1..=i64::try_from(stored.len()).unwrap()).collect();
        assert_eq!(seqs, whole, "seed {seed}: there are gaps");
        for side in [&self.visitor, &self.agent] {
            let of_side: Vec<(&str, i64)> = stored
                .iter()
                .filter(|message| {
                    message["id"].as_str().unwrap().starts_with(side.name) && message["from"] != "system"
                })
                .map(|message| (message["id"].as_str().unwrap(), message["seq"].as_i64().unwrap()))
                .collect();
            let mut acknowledged: Vec<(&str, i64)> =
                side.acknowledged.iter().map(|(id, seq)| (id.as_str(), *seq)).collect();
            acknowledged.sort_by_key(|(_, seq)| *seq);
            assert_eq!(of_side, acknowledged, "seed {seed}: {} lost or doubled", side.name);
            let in_order: Vec<String> = (1..=side.written).map(|n| format!("{}{n}", side.name)).collect();
            let order: Vec<&str> = of_side.iter().map(|(id, _)| *id).collect();
            assert_eq!(order, in_order, "seed {seed}: {} reordered", side.name);
        }
        self.reconnect_visitor().await;
        for seq in whole {
            let next = self.browser.socket.next_of("message").await;
            assert_eq!(next["message"]["seq"], seq, "seed {seed}: the browser's copy");
        }
    }
}
