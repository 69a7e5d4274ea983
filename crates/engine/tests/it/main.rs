//! Owns the engine's scenarios: each reads like a conversation and proves statements of the specification by id.

mod alerts;
mod caps;
mod checks;
mod conditions;
mod hostile;
mod hours;
mod limits;
mod looks;
mod matching;
mod modes;
mod offers;
mod replay;
mod restore;
mod rules;
mod scene;
mod site;
mod situations;
mod size;
mod timings;
