//! The pure decisions of Beckon: what to offer, to whom, when, and why not.
//!
//! Values in, values out. Time and chance are arguments: this crate has no clock, no random generator of
//! its own, no input or output. The live server, the simulator, the rule test and the replay of recorded
//! visits all drive this same code.

pub mod attribute;
pub mod condition;
pub mod effect;
pub mod event;
pub mod gate;
pub mod holidays;
pub mod hours;
pub mod id;
pub mod offer;
pub mod queue;
pub mod reason;
pub mod replay;
pub mod routing;
pub mod rule;
pub mod settings;
pub mod signal;
pub mod situation;
pub mod time;
pub mod visit;
pub mod wait;
pub mod world;
