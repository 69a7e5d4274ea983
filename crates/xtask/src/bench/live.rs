//! Owns the benches of the running server: driven over real sockets, each figure beside a bare server that was measured in the same
//! rounds. Each bench is a module of its own.

pub(super) mod beat;
mod connections;
pub(super) mod decide;
pub(super) mod deliver;
mod desk;
mod floor;
pub(super) mod grow;
mod guests;
pub(super) mod idle;
pub(super) mod ingest;
pub(super) mod pages;
mod process;
mod quiet;
mod served;
pub(super) mod start;
pub(super) mod track;

pub(super) use floor::{Floor, serve};

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    rounds: usize,
    /// Visitors who are connected at a time.
    visitors: u32,
    /// Seconds of each measurement.
    seconds: u32,
    /// A noisy round is measured again so often.
    again_max: usize,
}

impl Amount {
    /// The round with which to begin: that with the number 0 only warms up.
    fn warm_up(self) -> usize {
        usize::from(self.rounds == 1)
    }
}

/// Everything, or enough for a first look. More visitors would be more files than a process may have open here.
pub(super) fn amount(quick: bool) -> Amount {
    if quick {
        Amount { rounds: 1, visitors: 2_000, seconds: 2, again_max: 0 }
    } else {
        Amount { rounds: 3, visitors: 19_000, seconds: 5, again_max: 1 }
    }
}
