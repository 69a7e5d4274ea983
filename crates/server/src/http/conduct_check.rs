//! Owns what the conduct of a queue must be to be saved: idle chats, wrap-up, survey and screen pop.

use std::collections::BTreeSet;

use beckon_engine::queue::conduct::Conduct;

use super::check::Checks;
use crate::driver::screen_pop;

const DISPOSITIONS_MAX: usize = 50;
const TAGS_MAX: usize = 100;
const URL_CHARS_MAX: usize = 2_000;

pub(super) fn check(checks: &mut Checks, at: &str, conduct: &Conduct) {
    if conduct.idle_warn_after_s != 0 {
        checks.number(&format!("{at}/idle_warn_after_s"), conduct.idle_warn_after_s, 10..=86_400);
    }
    checks.number(&format!("{at}/idle_close_after_s"), conduct.idle_close_after_s, 10..=86_400);
    if conduct.wrap_up_s != 0 {
        checks.number(&format!("{at}/wrap_up_s"), conduct.wrap_up_s, 5..=86_400);
    }
    check_list(checks, &format!("{at}/dispositions"), &conduct.dispositions, DISPOSITIONS_MAX, 80);
    check_list(checks, &format!("{at}/tags"), &conduct.tags, TAGS_MAX, 40);
    if conduct.disposition_required && conduct.dispositions.is_empty() {
        checks.wrong(format!("{at}/disposition_required"), "needs dispositions to choose from");
    }
    if let Some(pop) = &conduct.screen_pop {
        let at = format!("{at}/screen_pop/url");
        checks.line(&at, &pop.url, 1..=URL_CHARS_MAX);
        if let Err(detail) = screen_pop::check(&pop.url) {
            checks.wrong(at, detail);
        }
    }
}

fn check_list(checks: &mut Checks, at: &str, entries: &[String], count_max: usize, chars_max: usize) {
    checks.count(at, entries.len(), 0..=count_max);
    let mut seen = BTreeSet::new();
    for (i, entry) in entries.iter().enumerate() {
        checks.line(&format!("{at}/{i}"), entry, 1..=chars_max);
        if !seen.insert(entry) {
            checks.wrong(format!("{at}/{i}"), "is in the list twice");
        }
    }
}
