//! Owns the writing of a batch where other nodes write too: one statement writes to every chat whose writers may write, and says
//! which those are. What it leaves out is looked at message by message.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use beckon_engine::id::{ChatId, UserId, VisitorId};

use super::{
    Append, CHAT_MESSAGES_MAX, Driver, Writer, Written, alone, fail, keep_written, numbered, settle,
    tell_of_doubt,
};
use crate::bus::Hint;
use crate::store::StoreResult;
use crate::store::append::{ChatAppend, ChatMessage, LockedChat, NumberedMessage, find_chats_written};
use crate::store::connection::NotAtOnce;
use crate::store::message::Sender;

/// How long is waited before a database that gave no answer is asked again.
const ASKED_AGAIN: Duration = Duration::from_secs(1);
/// Longer than a statement may take that nobody waits for any more.
const LOOKED_AGAIN: Duration = Duration::from_secs(60);

/// How often the statement is tried: what another node locked or wrote at the same moment is known the second time.
const TRIES: u32 = 2;

/// Writes a batch; everyone in it is answered.
pub(super) async fn write(driver: &Driver, batch: Vec<Append>) {
    let mut left = batch;
    for _ in 0..TRIES {
        left = try_once(driver, left).await;
        left = alone::settle_known(driver, left).await;
        if left.is_empty() {
            return;
        }
    }
    alone::write(driver, left).await;
}

/// Yields what was left out.
async fn try_once(driver: &Driver, batch: Vec<Append>) -> Vec<Append> {
    let (mut groups, set_aside) = by_chat(batch);
    let now = driver.clock().now();
    let asked: Vec<ChatAppend<'_>> = groups.values().map(Group::asked).collect();
    let taken = match driver.store().append_at_once(&asked, CHAT_MESSAGES_MAX, now).await {
        Ok(taken) => taken,
        Err(NotAtOnce { error, in_doubt }) if error.is_away() => {
            let all: Vec<Append> = appends_of(groups).chain(set_aside).collect();
            if in_doubt {
                tell_of_all(driver, &all);
            }
            fail(&error, all);
            return Vec::new();
        }
        Err(NotAtOnce { error, .. }) => {
            tracing::warn!(%error, "a batch was refused; it is looked at message by message");
            Vec::new()
        }
    };
    let mut written = Vec::new();
    for chat in taken {
        let Some(group) = groups.remove(&chat.id) else { continue };
        let before = chat.last_seq - i64::try_from(group.appends.len()).expect("a small batch");
        for (seq, append) in (before + 1..).zip(group.appends) {
            keep_written(driver, &numbered(&append, seq), now);
            written.push((append, Ok(Written::New(seq, chat))));
        }
    }
    settle(driver, written.into_iter());
    appends_of(groups).chain(set_aside).collect()
}

/// What is written to one chat at once.
#[derive(Default)]
struct Group {
    visitor: Option<VisitorId>,
    owner: Option<(UserId, i64)>,
    appends: Vec<Append>,
}

impl Group {
    /// Whether it is written by those who write the others, and is none of them.
    fn takes(&self, append: &Append) -> bool {
        let fits = match &append.writer {
            Writer::Visitor(visitor) => self.visitor.is_none_or(|other| other == *visitor),
            Writer::Owner { user, epoch, .. } => self.owner.is_none_or(|other| other == (*user, *epoch)),
        };
        let is_same =
            |other: &Append| other.id == append.id && other.writer.sender() == append.writer.sender();
        fits && !self.appends.iter().any(is_same)
    }

    fn push(&mut self, append: Append) {
        match &append.writer {
            Writer::Visitor(visitor) => self.visitor = Some(*visitor),
            Writer::Owner { user, epoch, .. } => self.owner = Some((*user, *epoch)),
        }
        self.appends.push(append);
    }

    fn asked(&self) -> ChatAppend<'_> {
        let message = |append| {
            let NumberedMessage { id, sender, name, body, .. } = numbered(append, 0);
            ChatMessage { id, sender, name, body }
        };
        ChatAppend {
            chat: self.appends[0].chat,
            visitor: self.visitor,
            owner: self.owner,
            messages: self.appends.iter().map(message).collect(),
        }
    }
}

/// The batch by chats, and what does not go with the rest of its chat.
fn by_chat(batch: Vec<Append>) -> (BTreeMap<ChatId, Group>, Vec<Append>) {
    let (mut groups, mut set_aside) = (BTreeMap::<ChatId, Group>::new(), Vec::new());
    for append in batch {
        let group = groups.entry(append.chat).or_default();
        if group.takes(&append) { group.push(append) } else { set_aside.push(append) }
    }
    (groups, set_aside)
}

fn appends_of(groups: BTreeMap<ChatId, Group>) -> impl Iterator<Item = Append> {
    groups.into_values().flat_map(|group| group.appends)
}

/// They may be stored without anybody hearing of it: those who follow the chats look. Where an agent wrote it is not known here who
/// follows; that is read as soon as the database answers again, and once more later, as it may still be at the statement.
fn tell_of_all(driver: &Driver, appends: &[Append]) {
    let mut doubtful = BTreeSet::new();
    for append in appends {
        match append.writer {
            Writer::Visitor(visitor) => {
                driver.bus().publish(Hint::MessageAdded { chat: append.chat, visitor, seq: None });
                doubtful.insert((append.chat, false));
            }
            Writer::Owner { .. } => {
                doubtful.insert((append.chat, true));
            }
        }
    }
    let driver = driver.clone();
    tokio::spawn(async move {
        let mut wait = ASKED_AGAIN;
        while !driver.stopping().is_cancelled() {
            match look(&driver, &doubtful).await {
                Ok(()) if wait == LOOKED_AGAIN => return,
                Ok(()) => wait = LOOKED_AGAIN,
                Err(error) if error.is_away() => wait = ASKED_AGAIN,
                Err(error) => {
                    return tracing::warn!(%error, "who follows chats that may have messages is not known");
                }
            }
            tokio::select! {
                () = driver.stopping().cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    });
}

async fn look(driver: &Driver, doubtful: &BTreeSet<(ChatId, bool)>) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    let chats: Vec<ChatId> = doubtful.iter().map(|(chat, _)| *chat).collect();
    let chats: BTreeMap<ChatId, LockedChat> =
        find_chats_written(&mut tx, &chats).await?.into_iter().map(|chat| (*chat.id, chat)).collect();
    let sender = |by_agent| if by_agent { Sender::Agent } else { Sender::Visitor };
    tell_of_doubt(
        driver,
        doubtful.iter().filter_map(|(chat, by_agent)| Some((sender(*by_agent), chats.get(chat)?))),
    );
    Ok(())
}
