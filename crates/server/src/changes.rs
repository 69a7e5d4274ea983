//! Owns the notice, inside this process, that the configuration of a site changed. A hint only: what counts is
//! `sites.config_version`, and whoever missed a notice finds it there.

use beckon_engine::id::SiteId;
use tokio::sync::broadcast;

/// Notices a listener may fall behind; after that it is told that it lagged and loads everything again.
const WAITING_MAX: usize = 256;

/// Tells everyone in this process that a site's settings, rules, offers or queues changed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Changes {
    sender: broadcast::Sender<SiteId>,
}

impl Changes {
    /// A notice board without listeners.
    #[must_use]
    pub fn new() -> Self {
        Self { sender: broadcast::Sender::new(WAITING_MAX) }
    }

    /// Tells that `site` changed. Called after the commit, never before.
    pub fn tell(&self, site: SiteId) {
        // An error says that nobody listens, which is fine.
        drop(self.sender.send(site));
    }

    /// From now on, every site that changes.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<SiteId> {
        self.sender.subscribe()
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self::new()
    }
}
