//! Owns the faults, one a file. Each breaks one thing, says what must hold all the same, and heals it.

pub(super) mod bus_away;
pub(super) mod bus_restart;
pub(super) mod clock_step;
pub(super) mod database_cut;
pub(super) mod database_restart;
pub(super) mod database_slow;
pub(super) mod disk_full;
pub(super) mod flood;
pub(super) mod half_open;
pub(super) mod kill;
pub(super) mod kill_node;
pub(super) mod malformed;
pub(super) mod pause;
pub(super) mod power_loss;
pub(super) mod reconnect_storm;
pub(super) mod silence;
pub(super) mod slow_reader;
pub(super) mod slowloris;
pub(super) mod split;
pub(super) mod upgrade;
