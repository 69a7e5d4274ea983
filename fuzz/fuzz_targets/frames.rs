//! Frames of browsers and consoles: whatever comes is read or refused.
#![no_main]

use beckon_server::ws::wire::agent::AgentFrame;
use beckon_server::ws::wire::visitor::VisitorFrame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = serde_json::from_str::<VisitorFrame>(text);
    let _ = serde_json::from_str::<AgentFrame>(text);
});
