//! Owns the consoles that are connected to this node: who they belong to, and how they are told.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use beckon_engine::id::{ChatId, UserId};
use tokio::sync::mpsc;

use super::notice::agent::{AgentNotice, Chat};
use crate::store::user::Role;

/// What a console's connection is told.
#[derive(Clone, Debug)]
pub enum ConsoleSignal {
    /// Send this.
    Notice(Box<AgentNotice>),
    /// Send this if the console follows the chat.
    IfFollowed(ChatId, Box<AgentNotice>),
    /// Send these.
    Chats(Vec<Chat>),
    /// These chats have new messages: read and send those of the ones that the console follows.
    MessagesAdded(Arc<[ChatId]>),
    /// Look whether the session has not ended; close when it has.
    LookAgain,
    /// Close, and let the console come again.
    Leave,
}

/// One console's connection.
#[derive(Clone, Debug)]
pub struct Console {
    /// Who is signed in.
    pub user: UserId,
    /// Their role.
    pub role: Role,
    /// Bounded; a console whose outbox is full is cut off.
    pub outbox: mpsc::Sender<ConsoleSignal>,
}

/// A chat that is shown to consoles.
#[derive(Debug)]
pub struct Shown<'a> {
    /// All of it.
    pub chat: Chat,
    /// The agents of its queue.
    pub serving: &'a [UserId],
    /// Who takes or took part in it.
    pub involved: Vec<UserId>,
}

impl Shown<'_> {
    /// What of it this console may see, if it may see it at all.
    fn to(&self, console: &Console) -> Option<Chat> {
        let (chat, user) = (&self.chat, console.user);
        let called = chat.call.as_ref().map(|call| call.to.id);
        let owner = chat.agent.as_ref().map(|agent| agent.id);
        let serves = self.serving.contains(&user);
        let concerned = serves || self.involved.contains(&user) || [called, owner].contains(&Some(user));
        (console.role != Role::Agent || concerned).then(|| chat.shown_to(user, console.role, serves))
    }
}

/// All consoles of this node.
#[derive(Debug, Default)]
pub struct Consoles {
    connected: RwLock<BTreeMap<u64, Console>>,
}

impl Consoles {
    /// Adds a connection under an id unique on this node.
    pub fn insert(&self, id: u64, console: Console) {
        self.connected.write().expect("no holder of this lock panics").insert(id, console);
    }

    /// Removes a connection.
    pub fn remove(&self, id: u64) {
        self.connected.write().expect("no holder of this lock panics").remove(&id);
    }

    /// Whether nobody is there to be told.
    pub fn is_empty(&self) -> bool {
        self.connected.read().expect("no holder of this lock panics").is_empty()
    }

    /// The way to each of them.
    pub fn outboxes(&self) -> Vec<mpsc::Sender<ConsoleSignal>> {
        let connected = self.connected.read().expect("no holder of this lock panics");
        connected.values().map(|console| console.outbox.clone()).collect()
    }

    /// Shows chats to everyone who may see them.
    pub fn show_chats(&self, shown: &[Shown<'_>]) {
        self.send(|console| {
            let chats: Vec<Chat> = shown.iter().filter_map(|shown| shown.to(console)).collect();
            (!chats.is_empty()).then_some(ConsoleSignal::Chats(chats))
        });
    }

    /// Tells one person's consoles.
    pub fn tell_user(&self, user: UserId, notice: &AgentNotice) {
        self.signal_user(user, &ConsoleSignal::Notice(Box::new(notice.clone())));
    }

    /// Signals one person's consoles.
    pub fn signal_user(&self, user: UserId, signal: &ConsoleSignal) {
        self.send(|console| (console.user == user).then(|| signal.clone()));
    }

    /// Tells all consoles, whoever they belong to.
    pub fn tell_all(&self, signal: &ConsoleSignal) {
        self.send(|_| Some(signal.clone()));
    }

    /// Tells all consoles but those of one person.
    pub fn tell_all_but(&self, user: UserId, signal: &ConsoleSignal) {
        self.send(|console| (console.user != user).then(|| signal.clone()));
    }

    /// A console that cannot keep up is dropped; its task sees that, and the browser comes again and resumes.
    fn send(&self, signal_for: impl Fn(&Console) -> Option<ConsoleSignal>) {
        let mut slow = Vec::new();
        for (id, console) in self.connected.read().expect("no holder of this lock panics").iter() {
            if let Some(signal) = signal_for(console)
                && console.outbox.try_send(signal).is_err()
            {
                slow.push(*id);
            }
        }
        for id in slow {
            self.remove(id);
        }
    }
}
