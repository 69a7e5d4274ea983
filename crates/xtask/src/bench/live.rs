//! Owns the benches of the running server: driven over real sockets, each figure beside a bare server that was measured in the same
//! rounds. Each bench is a module of its own.

pub(super) mod beat;
mod connections;
mod floor;
pub(super) mod idle;
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
}

/// Everything, or enough for a first look. More visitors would be more files than a process may have open here.
pub(super) fn amount(quick: bool) -> Amount {
    if quick {
        Amount { rounds: 2, visitors: 2_000, seconds: 3 }
    } else {
        Amount { rounds: 5, visitors: 19_000, seconds: 8 }
    }
}
