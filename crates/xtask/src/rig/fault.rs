//! Owns the list of faults: what they are called, what they need, and how often a short run makes them. What a fault does
//! stands in a file of its own below `faults`.

use clap::ValueEnum;

use super::faults;
use super::scene::Scene;
use super::stage::Ground;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// The only node is killed and comes back.
    Kill,
    /// One of three nodes is killed and comes back.
    KillNode,
    /// The three nodes are stopped and started one after another, each on the binary that is tried.
    Upgrade,
    /// One of three nodes stands still and goes on.
    Pause,
    /// PostgreSQL crashes and is there again.
    DatabaseRestart,
    /// PostgreSQL answers late.
    DatabaseSlow,
    /// The connection to PostgreSQL is cut between COMMIT and its answer.
    DatabaseCut,
    /// NATS dies and is there again.
    BusRestart,
    /// NATS is away for long.
    BusAway,
    /// One of three nodes is cut off from PostgreSQL or from NATS.
    Split,
    /// A node's connections to PostgreSQL, or to NATS, fall silent without being closed.
    Silence,
    /// The browsers' connections fall silent without being closed.
    HalfOpen,
    /// The disk of the embedded database is full.
    DiskFull,
    /// The machine of the embedded database loses its power.
    PowerLoss,
    /// The node's clock jumps forward and back.
    ClockStep,
    /// Thousands of visitors come back at once.
    ReconnectStorm,
    /// A visitor reads nothing.
    SlowReader,
    /// Connections send byte by byte, or nothing.
    Slowloris,
    /// Connections send what is no frame.
    Malformed,
    /// More visitors, frames and connections than are allowed.
    Flood,
}

/// Who can act while a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meanwhile {
    /// The only node, or the database of all nodes, is away or slow, or the clock that deadlines go by is moved.
    Nobody,
    /// A node that has its database, be it the only one or beside one that is hit.
    Somebody,
}

impl Fault {
    /// Its name on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().expect("no fault is hidden").get_name().to_owned()
    }

    /// What it needs.
    pub(super) fn ground(self) -> Ground {
        match self {
            Self::Kill
            | Self::HalfOpen
            | Self::ReconnectStorm
            | Self::SlowReader
            | Self::Slowloris
            | Self::Malformed
            | Self::Flood => Ground::Alone,
            Self::DiskFull => Ground::SmallDisk,
            Self::PowerLoss => Ground::VolatileDisk,
            Self::ClockStep => Ground::MovedClock,
            Self::KillNode
            | Self::Upgrade
            | Self::Pause
            | Self::DatabaseRestart
            | Self::DatabaseSlow
            | Self::DatabaseCut
            | Self::BusRestart
            | Self::BusAway
            | Self::Split
            | Self::Silence => Ground::Together,
        }
    }

    /// Whether a node is there all the time to see what falls due.
    pub(super) fn meanwhile(self) -> Meanwhile {
        match self {
            Self::Kill
            | Self::DatabaseRestart
            | Self::DatabaseSlow
            | Self::DatabaseCut
            | Self::DiskFull
            | Self::PowerLoss
            | Self::ClockStep
            | Self::ReconnectStorm => Meanwhile::Nobody,
            Self::KillNode
            | Self::Upgrade
            | Self::Pause
            | Self::BusRestart
            | Self::BusAway
            | Self::Split
            | Self::Silence
            | Self::HalfOpen
            | Self::SlowReader
            | Self::Slowloris
            | Self::Malformed
            | Self::Flood => Meanwhile::Somebody,
        }
    }

    /// Whether a short run without names has it: it needs neither much time nor the rights to mount.
    pub(super) fn is_quick(self) -> bool {
        match self {
            Self::Kill
            | Self::KillNode
            | Self::Pause
            | Self::DatabaseRestart
            | Self::DatabaseCut
            | Self::BusRestart
            | Self::Split
            | Self::Malformed
            | Self::Flood => true,
            Self::Upgrade
            | Self::DatabaseSlow
            | Self::BusAway
            | Self::Silence
            | Self::HalfOpen
            | Self::DiskFull
            | Self::PowerLoss
            | Self::ClockStep
            | Self::ReconnectStorm
            | Self::SlowReader
            | Self::Slowloris => false,
        }
    }

    /// Rounds of a short run.
    pub(super) fn smoke_rounds(self) -> u32 {
        match self {
            Self::Kill => 2,
            Self::KillNode
            | Self::DatabaseRestart
            | Self::DatabaseCut
            | Self::BusRestart
            | Self::Split
            | Self::DiskFull => 2,
            Self::Upgrade
            | Self::Pause
            | Self::DatabaseSlow
            | Self::BusAway
            | Self::Silence
            | Self::HalfOpen
            | Self::PowerLoss
            | Self::ClockStep
            | Self::ReconnectStorm
            | Self::SlowReader
            | Self::Slowloris
            | Self::Malformed
            | Self::Flood => 1,
        }
    }

    /// Whether it consists of many strangers, whose number can be bounded.
    pub(super) fn has_strangers(self) -> bool {
        [Self::ReconnectStorm, Self::Slowloris, Self::Flood].contains(&self)
    }

    /// Breaks something and heals it again.
    ///
    /// # Errors
    /// When it cannot be done.
    pub(super) async fn strike(self, scene: &mut Scene) -> anyhow::Result<()> {
        match self {
            Self::Kill => faults::kill::strike(scene).await,
            Self::KillNode => faults::kill_node::strike(scene).await,
            Self::Upgrade => faults::upgrade::strike(scene).await,
            Self::Pause => faults::pause::strike(scene).await,
            Self::DatabaseRestart => faults::database_restart::strike(scene).await,
            Self::DatabaseSlow => faults::database_slow::strike(scene).await,
            Self::DatabaseCut => faults::database_cut::strike(scene).await,
            Self::BusRestart => faults::bus_restart::strike(scene).await,
            Self::BusAway => faults::bus_away::strike(scene).await,
            Self::Split => faults::split::strike(scene).await,
            Self::Silence => faults::silence::strike(scene).await,
            Self::HalfOpen => faults::half_open::strike(scene).await,
            Self::DiskFull => faults::disk_full::strike(scene).await,
            Self::PowerLoss => faults::power_loss::strike(scene).await,
            Self::ClockStep => faults::clock_step::strike(scene).await,
            Self::ReconnectStorm => faults::reconnect_storm::strike(scene).await,
            Self::SlowReader => faults::slow_reader::strike(scene).await,
            Self::Slowloris => faults::slowloris::strike(scene).await,
            Self::Malformed => faults::malformed::strike(scene).await,
            Self::Flood => faults::flood::strike(scene).await,
        }
    }

    /// Says what shows only later: asked when messages flow again after a round, and when everyone has gone.
    pub(super) fn look_back(self, scene: &mut Scene) {
        if self == Self::BusAway {
            faults::bus_away::look_back(scene);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_stands_in_the_table_of_the_manual() {
        let manual = std::fs::read_to_string(crate::workspace::root().join("docs/reliability.md")).unwrap();
        for fault in Fault::value_variants() {
            assert!(manual.contains(&format!("\n| `{}` | ", fault.name())), "{fault:?}");
        }
        assert_eq!(Fault::PowerLoss.name(), "power-loss");
    }
}
