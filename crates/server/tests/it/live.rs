//! Tests the live half of the server over real sockets, on either engine: visitors and agents who talk to it as browsers do.

mod aftercare;
mod agents;
mod bounds;
mod chats;
mod client;
mod customers;
mod decisions;
mod enquiries;
mod entry;
mod files;
mod identity;
mod interleavings;
mod nodes;
mod offers;
mod polling;
mod proactive;
mod race;
mod restart;
mod shop;
mod supervision;
mod teamwork;
mod timings;
mod tracking;
mod waiting;
mod waits_restart;
mod workspace;
