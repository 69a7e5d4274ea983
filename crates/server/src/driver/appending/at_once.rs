//! Owns the writing of a batch where other nodes write too: one statement writes to every chat whose writers may write, and says
//! which those are. What it leaves out is looked at message by message.

use std::collections::BTreeMap;
use std::time::Duration;

use beckon_engine::id::{ChatId, UserId, VisitorId};

use super::{
    Append, CHAT_MESSAGES_MAX, Driver, Writer, Written, alone, fail, keep_written, numbered, settle,
    tell_of_doubt,
};
use crate::store::append::{ChatAppend, ChatMessage, LockedChat, NumberedMessage, find_chats_written};
use crate::store::connection::NotAtOnce;
use crate::store::message::Sender;
use crate::store::{StoreError, StoreResult};

/// How long is waited before a database that gave no answer is asked again.
const ASKED_AGAIN: Duration = Duration::from_secs(1);

/// Writes a batch; everyone in it is answered.
pub(super) async fn write(driver: &Driver, batch: Vec<Append>) {
    let (mut groups, set_aside) = by_chat(batch);
    let now = driver.clock().now();
    let asked: Vec<ChatAppend<'_>> = groups.values().map(Group::asked).collect();
    let taken = match driver.store().append_at_once(&asked, CHAT_MESSAGES_MAX, now).await {
        Ok(taken) => taken,
        Err(NotAtOnce { error, in_doubt }) if is_away(&error) => {
            let all: Vec<Append> = appends_of(groups).chain(set_aside).collect();
            if in_doubt {
                look_later(driver, &all);
            }
            return fail(&error, all);
        }
        Err(NotAtOnce { error, .. }) => {
            tracing::warn!(%error, "a batch was refused; its messages are written one by one");
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
    alone::write(driver, appends_of(groups).chain(set_aside)).await;
}

/// The database gave no answer to the statement.
fn is_away(error: &StoreError) -> bool {
    match error {
        StoreError::Database(error) => error.as_database_error().is_none(),
        StoreError::Taken | StoreError::InUse | StoreError::Batch(_) | StoreError::Migrate(_) => false,
    }
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

/// They may be stored without anybody hearing of it: those who follow the chats look, as soon as the database answers again.
fn look_later(driver: &Driver, appends: &[Append]) {
    let driver = driver.clone();
    let mut doubtful: Vec<(ChatId, Sender)> =
        appends.iter().map(|append| (append.chat, append.writer.sender())).collect();
    doubtful.dedup();
    tokio::spawn(async move {
        while !driver.stopping().is_cancelled() {
            match look(&driver, &doubtful).await {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, "what may have been written is looked at later"),
            }
            tokio::select! {
                () = driver.stopping().cancelled() => {}
                () = tokio::time::sleep(ASKED_AGAIN) => {}
            }
        }
    });
}

async fn look(driver: &Driver, doubtful: &[(ChatId, Sender)]) -> StoreResult<()> {
    let mut tx = driver.store().read().await?;
    let chats: Vec<ChatId> = doubtful.iter().map(|(chat, _)| *chat).collect();
    let chats: BTreeMap<ChatId, LockedChat> =
        find_chats_written(&mut tx, &chats).await?.into_iter().map(|chat| (*chat.id, chat)).collect();
    tell_of_doubt(driver, doubtful.iter().filter_map(|(chat, sender)| Some((*sender, chats.get(chat)?))));
    Ok(())
}
