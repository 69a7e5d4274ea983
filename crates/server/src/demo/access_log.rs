//! Owns the access log of the demo: the page views of the simulated visitors in Apache's combined format, as a web server
//! would have written them, so that rules can be tried on them with `cargo xtask replay`.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use jiff::Timestamp;

use crate::clock::Clock;

/// A file that grows by one line a page view.
#[derive(Debug)]
pub(super) struct AccessLog {
    file: Mutex<File>,
}

/// A page that a simulated visitor has viewed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewed<'a> {
    /// Which of them; each has an address of its own.
    pub(super) visitor: u32,
    pub(super) path: &'a str,
    /// The address it came from; empty when there is none.
    pub(super) from: &'a str,
    pub(super) browser: &'a str,
}

impl AccessLog {
    /// An empty log in place of what is there.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Adds a line with the time of now. What cannot be written is left out.
    pub(super) fn write(&self, viewed: &Viewed<'_>) {
        let line = line(viewed, Clock::System.now().0);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "a line of the access log is lost");
        }
    }
}

fn line(viewed: &Viewed<'_>, now_ms: i64) -> String {
    let &Viewed { visitor, path, from, browser } = viewed;
    let at = Timestamp::from_millisecond(now_ms).unwrap_or_default().strftime("%d/%b/%Y:%H:%M:%S +0000");
    // Of the range that is kept for examples (RFC 3849).
    let address = format!("2001:db8::{:x}", visitor + 1);
    let from = if from.is_empty() { "-" } else { from };
    format!("{address} - - [{at}] \"GET {path} HTTP/1.1\" 200 5120 \"{from}\" \"{browser}\"\n")
}

#[cfg(test)]
mod tests {
    use beckon_engine::replay::read_log;
    use beckon_engine::time::UnixMs;

    use super::*;

    #[test]
    fn a_line_is_read_back_as_the_page_view_that_it_was() {
        let from = "http://shop.test/";
        let viewed =
            Viewed { visitor: 251, path: "/prices", from, browser: "Mozilla/5.0 (X11) Firefox/140.0" };
        let log = read_log(&line(&viewed, 1_743_580_800_000), "http://shop.test");
        assert_eq!((log.visits.len(), log.unreadable, log.bots, log.assets), (1, 0, 0, 0));
        assert_eq!(log.visits[0].visitor, "2001:db8::fc Mozilla/5.0 (X11) Firefox/140.0");
        let view = &log.visits[0].views[0];
        assert_eq!((view.at, &*view.url), (UnixMs(1_743_580_800_000), "http://shop.test/prices"));
        assert_eq!(view.referrer, from);
    }
}
