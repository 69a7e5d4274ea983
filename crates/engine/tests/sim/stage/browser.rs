//! Owns what the simulation's visitors do: browse in tabs, reload, answer, sleep, lose the network, come back, leave.

use beckon_engine::event::Event;
use beckon_engine::id::TabId;

use super::{Stage, Task};
use crate::plan::{self, DEVICES, EVENTS, LANGUAGES, PAGES, REFERRERS, TITLES};

/// Visits that one simulation has at most.
const ACTORS_MAX: usize = 12;

impl Stage {
    pub(super) fn poll_ms(&self, i: usize) -> i64 {
        i64::from(self.nodes[self.actors[i].node].plan.settings.poll_interval_s) * 1000
    }

    pub(super) fn report(&mut self, i: usize) {
        // A live visit looks again by itself a second after the number of open presentations has changed, and when told.
        let node = &self.nodes[self.actors[i].node];
        let stale = self.actors[i].untold || self.now < node.counted_at + 1000;
        let quiet = stale && self.actors[i].visit.is_live();
        if self.actors[i].online && self.now >= self.actors[i].asleep_until && !quiet {
            self.feed(i, Event::Heard);
        }
        if !self.is_over() {
            self.later(self.poll_ms(i), Task::Report(i));
        }
    }

    pub(super) fn browse(&mut self, i: usize) {
        if self.is_over() {
            for tab in std::mem::take(&mut self.actors[i].tabs) {
                self.feed(i, Event::TabClosed { tab: TabId(tab) });
            }
            self.actors[i].online = false;
            self.feed(i, Event::LinkLost);
            return;
        }
        if !self.actors[i].online {
            self.come_back(i);
        } else if let Some(slept_ms) = self.act(i) {
            self.later(slept_ms, Task::Browse(i));
            return;
        }
        let within = *self.chance.one_of(&[1, 5, 20, 40]);
        self.later_up_to(within, Task::Browse(i));
    }

    /// The network is there again, now and then, and leads to either server.
    fn come_back(&mut self, i: usize) {
        if self.chance.percent(70) {
            return;
        }
        self.actors[i].online = true;
        let node = self.chance.below(2) as usize;
        if node != self.actors[i].node && self.nodes[node].up {
            self.move_to(i, node);
        }
        let back = if self.chance.percent(50) { Event::LinkConnected } else { Event::Heard };
        self.feed(i, back);
    }

    /// One thing that a visitor does; answers how long the machine then sleeps.
    fn act(&mut self, i: usize) -> Option<i64> {
        let tab = TabId(1 + self.chance.below(4));
        let is_open = self.actors[i].tabs.contains(&tab.0);
        match self.chance.below(100) {
            0..=7 if is_open => {
                self.actors[i].tabs.retain(|open| *open != tab.0);
                self.feed(i, Event::TabClosed { tab });
            }
            8..=11 if is_open => self.reload(i, tab),
            12..=29 => self.click(i),
            30..=43 => self.act_on_page(i, tab),
            44..=49 => self.say_who(i),
            50..=53 => {
                self.actors[i].online = false;
                self.feed(i, Event::LinkLost);
            }
            54..=57 => self.feed(i, Event::LinkConnected),
            58..=60 => self.feed(i, Event::LinkLost),
            61..=63 => self.later(0, Task::Chat(i, beckon_engine::event::ChatPhase::Open)),
            64..=66 => self.request(i),
            67 => {
                let given = self.chance.percent(70);
                self.feed(i, Event::ConsentChanged { given });
            }
            68 | 69 => {
                let ms = self.chance.ms_up_to(500);
                self.actors[i].asleep_until = self.now + ms;
                return Some(ms);
            }
            _ => self.view(i, tab),
        }
        None
    }

    fn view(&mut self, i: usize, tab: TabId) {
        if !self.actors[i].tabs.contains(&tab.0) {
            self.actors[i].tabs.push(tab.0);
        }
        let [url, title, referrer] =
            [&PAGES[..], &TITLES, &REFERRERS].map(|texts| (*self.chance.one_of(texts)).to_owned());
        self.feed(i, Event::PageViewed { tab, url, title, referrer });
    }

    /// The page that a tab shows is loaded again (T-3).
    fn reload(&mut self, i: usize, tab: TabId) {
        let shown = self.actors[i].model.views.iter().rfind(|view| view.tab == tab && view.open).cloned();
        if let Some(view) = shown {
            let (url, title, referrer) = (view.url, view.title, view.referrer);
            self.feed(i, Event::PageViewed { tab, url, title, referrer });
        }
    }

    pub(super) fn click(&mut self, i: usize) {
        let Some(&last) = self.actors[i].seen.last() else { return };
        if !self.actors[i].online {
            return;
        }
        let presentation =
            if self.chance.percent(85) { last } else { *self.chance.one_of(&self.actors[i].seen) };
        let event = if self.chance.percent(40) {
            Event::OfferAccepted { presentation }
        } else {
            Event::OfferRejected { presentation }
        };
        self.feed(i, event);
    }

    fn act_on_page(&mut self, i: usize, tab: TabId) {
        let event = match self.chance.below(10) {
            0 => Event::Scrolled { tab, percent: *self.chance.one_of(&[20, 50, 90]) },
            1 => Event::ExitIntended { tab },
            2 => Event::ActivitySeen { tab },
            3 => Event::FormEntered { tab },
            4 => Event::FormInput { tab },
            5 => Event::FormSubmitted { tab },
            _ => {
                // Often a second one follows, just as late as a window is long.
                let (name, after_s) = (*self.chance.one_of(&EVENTS), *self.chance.one_of(&[0, 1, 2, 5, 20]));
                self.later(after_s * 1000, Task::Fire(i, name));
                return;
            }
        };
        self.feed(i, event);
    }

    /// The page says who the visitor is, or sets attributes.
    fn say_who(&mut self, i: usize) {
        let event = match self.chance.below(5) {
            0 => Event::VisitorIdentified { signed: self.chance.percent(50) },
            1 => {
                let queue = self.chance.one_of(&self.truth.queues).id;
                let wait_s = *self.chance.one_of(&[None, Some(0), Some(60), Some(61)]);
                Event::QueueWaitEstimated { queue, wait_s }
            }
            _ => {
                let attributes =
                    (0..1 + self.chance.below(2)).map(|_| plan::attribute(&mut self.chance)).collect();
                Event::AttributesSet { attributes }
            }
        };
        self.feed(i, event);
    }

    /// What a browser says of itself, and the server of its visitor, when a visit begins.
    pub(super) fn describe(&mut self, i: usize) {
        if self.chance.percent(80) {
            let (language, device) = (*self.chance.one_of(&LANGUAGES), *self.chance.one_of(&DEVICES));
            self.feed(i, Event::BrowserDescribed { language: language.to_owned(), device });
        }
        let (visit_number, previous_chats) = (self.actors[i].number, self.actors[i].chats);
        let ago = self.chance.one_of(&[None, None, Some(3_500_000), Some(1000)]).filter(|_| visit_number > 1);
        let last_chat_completed_at = ago.map(|ago| beckon_engine::time::UnixMs(self.now - ago));
        self.feed(i, Event::VisitorKnown { visit_number, previous_chats, last_chat_completed_at });
    }

    fn request(&mut self, i: usize) {
        let plan = &self.nodes[self.actors[i].node].plan;
        let (offer, queue) = (self.chance.one_of(&plan.offers).id, self.chance.one_of(&plan.queues).id);
        self.feed(i, Event::OfferRequested { offer, queue });
    }

    /// The visitor's browser is there, but the visit is over: it begins the next one.
    pub(super) fn succeed(&mut self, i: usize) -> Option<usize> {
        if self.is_over() || self.actors.len() == ACTORS_MAX {
            return None;
        }
        let (seed, now, j) = (self.new_seed(), self.now, self.actors.len());
        let next = self.actors[i].next_visit(seed, now);
        self.actors.push(next);
        for (_, _, task) in self.tasks.iter_mut().filter(|(_, _, task)| task.actor() == Some(i)) {
            if let Some(moved) = task.moved_to(j) {
                *task = moved;
            }
        }
        self.describe(j);
        let state = self.actors[j].chat;
        self.feed(j, Event::ChatChanged { state });
        Some(j)
    }
}
