//! Owns how much may come in at once: uploads by sender and address, bytes in memory, pictures being decoded.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::content;
use super::picture::{self, Part, Renewed};
use crate::driver::files::{CheckedFile, FileRefusal};
use crate::http::error::{Answer, Problem};
use crate::http::throttle::{Limiter, network};

/// Files of one sender at once; then one every three seconds.
const SENDER_BURST: u32 = 20;
const SENDER_PERIOD: Duration = Duration::from_secs(3);
/// Files from one address at once; then one a second. Behind one address may be a whole office.
const ADDRESS_BURST: u32 = 120;
const ADDRESS_PERIOD: Duration = Duration::from_secs(1);
/// Files in memory at once, KB.
const ROOM_KB: usize = 128 * 1024;

/// What the uploads of a node share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    by_sender: Arc<Limiter>,
    by_address: Arc<Limiter>,
    room: Arc<Semaphore>,
    /// Decoding a picture takes many times its size: one at a time.
    decoding: Arc<Semaphore>,
}

impl Uploads {
    /// With nothing under way.
    #[must_use]
    pub fn new() -> Self {
        Self {
            by_sender: Arc::new(Limiter::new(SENDER_PERIOD, SENDER_BURST)),
            by_address: Arc::new(Limiter::new(ADDRESS_PERIOD, ADDRESS_BURST)),
            room: Arc::new(Semaphore::new(ROOM_KB)),
            decoding: Arc::new(Semaphore::new(1)),
        }
    }

    /// Counts one upload.
    ///
    /// # Errors
    /// `TooMany`, with the time to wait.
    pub fn count(&self, address: IpAddr, sender: &str) -> Answer<()> {
        self.by_sender.count(sender.to_owned())?;
        self.by_address.count(network(address))
    }

    /// Room for so many bytes, until it is dropped; none when there is none now.
    #[must_use]
    pub fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kb = u32::try_from(bytes / 1024 + 1).ok()?;
        Arc::clone(&self.room).try_acquire_many_owned(kb).ok()
    }

    /// The turn to decode. It goes along with the work, which goes on when whoever waited for it is gone.
    async fn turn(&self) -> Answer<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.decoding).acquire_owned().await;
        turn.map_err(|error| Problem::Internal(error.to_string()))
    }

    /// Finds out what a file is, away from the threads that serve.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn check(&self, name: String, content: Vec<u8>) -> Answer<CheckedFile> {
        let one = self.turn().await?;
        let checked = tokio::task::spawn_blocking(move || {
            let _one = one;
            content::check(&name, content)
        });
        let checked = checked.await;
        let checked =
            checked.map_err(|error| Problem::Internal(format!("a file was not checked: {error}")))?;
        checked.map_err(Problem::File)
    }

    /// Makes a picture, or a part of it, anew, at most `side_max` pixels along a side, away from the threads that serve.
    ///
    /// # Errors
    /// When it is no picture that is taken.
    pub(in crate::http) async fn renew(
        &self,
        content: Vec<u8>,
        part: Option<Part>,
        side_max: u32,
    ) -> Answer<Renewed> {
        let one = self.turn().await?;
        let renewed = tokio::task::spawn_blocking(move || {
            let _one = one;
            let found = infer::get(&content).and_then(|kind| picture::format_of(kind.mime_type()));
            let format = found.ok_or(FileRefusal::NoPicture)?;
            picture::renew(format, &content, part, side_max)
        });
        let renewed = renewed.await;
        let renewed =
            renewed.map_err(|error| Problem::Internal(format!("a picture was not made anew: {error}")))?;
        renewed.map_err(Problem::File)
    }
}

impl Default for Uploads {
    fn default() -> Self {
        Self::new()
    }
}
