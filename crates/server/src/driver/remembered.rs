//! Owns what this node remembers of visitors whose visits it holds, so that a poll need not ask the database again: whose a token
//! is, that the visit is still this node's, that no chat is open. Whoever erases, claims or opens makes it forgotten at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use beckon_engine::id::{SiteId, VisitId, VisitorId};
use beckon_engine::time::UnixMs;
use sha2::{Digest, Sha256};

use super::Driver;
use super::command::ShardCommand;
use crate::store::stamp::Stamp;

/// What was seen holds for so long, also when nothing tells that it has changed: another process may have the same embedded
/// database, against all advice.
const HOLDS_FOR_MS: i64 = 30_000;
/// Parts of the list of tokens, so that nobody waits for all of it.
const PARTS: usize = 16;

type TokenHash = [u8; 32];
type Found = HashMap<TokenHash, (SiteId, VisitorId)>;

/// When the database was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    stamp: Stamp,
    at: UnixMs,
}

/// A visit as its shard holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeldVisit {
    pub(super) visit: VisitId,
    pub(super) epoch: i64,
}

/// The tokens of visitors who poll and whose visits this node holds: no more than it holds visits.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    parts: Arc<[Mutex<Found>; PARTS]>,
}

/// One of them, known until this goes: a visit keeps it.
#[derive(Debug)]
pub(super) struct KnownToken {
    tokens: Tokens,
    hash: TokenHash,
}

impl Driver {
    /// The visitor of a token on a site, where this node holds their visit and remembers it.
    #[must_use]
    pub fn remembered(&self, site: SiteId, token: &str) -> Option<VisitorId> {
        let hash = hash(token);
        let found = self.inner.tokens.part(&hash).get(&hash).copied();
        found.filter(|(of, _)| *of == site).map(|(_, visitor)| visitor)
    }

    /// To be called before reading what is then remembered of a visitor. None where other processes change it too.
    #[must_use]
    pub fn look(&self, visitor: VisitorId) -> Option<Look> {
        self.store().stamp(visitor).map(|stamp| Look { stamp, at: self.clock().now() })
    }

    /// Whether what was read at this look still holds.
    pub(super) fn holds(&self, visitor: VisitorId, look: Look, now: UnixMs) -> bool {
        now.ms_since(look.at) < HOLDS_FOR_MS && self.store().stamp(visitor) == Some(look.stamp)
    }

    /// Remembers whose a token is and, from `chatless`, that they had no open chat then, while this node holds the visit.
    pub async fn remember(&self, site: SiteId, visitor: VisitorId, token: &str, chatless: Option<Look>) {
        let token = self.inner.tokens.add(hash(token), site, visitor);
        self.send(visitor, ShardCommand::Remember { visitor, token, chatless }).await;
    }
}

impl Tokens {
    fn part(&self, hash: &TokenHash) -> MutexGuard<'_, Found> {
        self.parts[usize::from(hash[0]) % PARTS].lock().expect("no holder of this lock panics")
    }

    /// None when it is known already.
    fn add(&self, hash: TokenHash, site: SiteId, visitor: VisitorId) -> Option<KnownToken> {
        let mut part = self.part(&hash);
        if part.contains_key(&hash) {
            return None;
        }
        part.insert(hash, (site, visitor));
        Some(KnownToken { tokens: self.clone(), hash })
    }
}

impl Drop for KnownToken {
    fn drop(&mut self) {
        self.tokens.part(&self.hash).remove(&self.hash);
    }
}

fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}
