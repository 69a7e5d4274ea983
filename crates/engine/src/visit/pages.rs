//! Owns the pages of a visit: which tab shows what, since when, and what happened there (T-3). Qualifies no rule.

use smallvec::SmallVec;

use super::Visit;
use super::facts::{PageFacts, cut};
use super::latching::state_of;
use crate::id::TabId;
use crate::rule::matcher::{PageTexts, RuleIndex};
use crate::time::UnixMs;
use crate::world::{Config, Matches};

/// Tabs that a visit keeps; beyond it, the one least recently used is forgotten.
pub(super) const TABS_MAX: usize = 32;
/// Texts that are kept of a page, bytes; together they stay below 2^16.
const URL_BYTES_MAX: usize = 4096;
const TITLE_BYTES_MAX: usize = 512;
/// A place for texts is a multiple of this long.
const PLACE_BYTES: usize = 32;
/// No address ends with it.
const FILLER: char = '\0';

/// The page that one tab shows. Its texts are kept so that a changed rule sees it at once.
#[derive(Clone, Debug)]
pub(super) struct OpenPage {
    pub(super) tab: TabId,
    /// Address, title and referrer, one after the other, and fillers: one place in memory instead of three.
    texts: Box<str>,
    title_at: u16,
    referrer_at: u16,
    pub(super) entered_at: UnixMs,
    pub(super) facts: PageFacts,
    /// Rules that match the page and have not qualified yet.
    pub(super) waiting: SmallVec<[RuleIndex; 8]>,
}

impl OpenPage {
    fn new(tab: TabId) -> Self {
        Self {
            tab,
            texts: "".into(),
            title_at: 0,
            referrer_at: 0,
            entered_at: UnixMs(0),
            facts: PageFacts::entered(UnixMs(0)),
            waiting: SmallVec::new(),
        }
    }

    pub(super) fn read_back(tab: TabId, entered_at: UnixMs, texts: PageTexts<'_>, facts: PageFacts) -> Self {
        let mut page = Self { entered_at, facts, ..Self::new(tab) };
        page.set_texts(texts);
        page
    }

    /// The tab shows another page from now on.
    fn enter(&mut self, texts: PageTexts<'_>, now: UnixMs) {
        self.set_texts(texts);
        self.entered_at = now;
        self.facts = PageFacts::entered(now);
        self.waiting.clear();
    }

    /// The place of the texts before is used again where it suits: most pages of a site have addresses of about one length,
    /// and to give a place back and get another one costs more than all else in a page view.
    fn set_texts(&mut self, texts: PageTexts<'_>) {
        let url = cut(texts.url, URL_BYTES_MAX);
        let title = cut(texts.title, TITLE_BYTES_MAX);
        let referrer = cut(texts.referrer, URL_BYTES_MAX).trim_end_matches(FILLER);
        let needed = (url.len() + title.len() + referrer.len()).next_multiple_of(PLACE_BYTES);
        let mut all = std::mem::take(&mut self.texts).into_string();
        all.clear();
        if all.capacity() < needed || all.capacity() > 2 * needed {
            all = String::with_capacity(needed);
        }
        for text in [url, title, referrer] {
            all.push_str(text);
        }
        all.extend(std::iter::repeat_n(FILLER, all.capacity() - all.len()));
        let place = |at: usize| u16::try_from(at).expect("the texts of a page are bounded");
        (self.title_at, self.referrer_at) = (place(url.len()), place(url.len() + title.len()));
        self.texts = all.into_boxed_str();
    }

    pub(super) fn texts(&self) -> PageTexts<'_> {
        let (title_at, referrer_at) = (usize::from(self.title_at), usize::from(self.referrer_at));
        PageTexts {
            url: &self.texts[..title_at],
            title: &self.texts[title_at..referrer_at],
            referrer: self.texts[referrer_at..].trim_end_matches(FILLER),
        }
    }

    /// Bytes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        let waiting =
            if self.waiting.spilled() { self.waiting.capacity() * size_of::<RuleIndex>() } else { 0 };
        self.texts.len() + waiting + self.facts.heap_bytes()
    }

    pub(super) fn forget_addresses(&mut self) {
        let title = self.texts().title.to_owned();
        self.set_texts(PageTexts { url: "", title: &title, referrer: "" });
    }

    /// Yields whether the texts are others than before.
    pub(super) fn recall(&mut self, texts: PageTexts<'_>) -> bool {
        let before = self.clone();
        self.set_texts(texts);
        before.texts() != self.texts()
    }

    pub(super) fn matches(&self, config: &Config) -> Matches {
        config.matches(self.texts())
    }

    pub(super) fn seconds(&self, now: UnixMs) -> u32 {
        seconds(now.ms_since(self.entered_at))
    }
}

impl Visit {
    /// A tab shows another page, or the same one again (T-3).
    pub(super) fn view_page(&mut self, tab: TabId, texts: PageTexts<'_>, now: UnixMs, config: &Config) {
        let mut page = match self.pages.iter().position(|page| page.tab == tab) {
            Some(at) => self.pages.remove(at),
            None => OpenPage::new(tab),
        };
        page.enter(texts, now);
        if self.pages.len() == TABS_MAX {
            self.pages.remove(0);
        }
        let found = page.matches(config);
        if self.pages_viewed == 0 {
            let PageTexts { url, referrer, .. } = page.texts();
            self.facts.come_from(url, referrer);
        }
        self.pages_viewed = self.pages_viewed.saturating_add(1);
        if !found.steps.is_empty() {
            for sequence in config.sequences() {
                let seen = |step: RuleIndex| found.steps.contains(&step);
                self.facts.step(sequence, seen(sequence.first), seen(sequence.then), now);
            }
        }
        for index in found.rules {
            let state = state_of(&mut self.rules, index);
            state.count_view();
            if !state.is_latched() {
                page.waiting.push(index);
            }
        }
        self.pages.push(page);
    }

    /// The tab is the one last used, and this happened on its page.
    pub(super) fn use_tab(&mut self, tab: TabId, note: impl FnOnce(&mut PageFacts)) {
        if let Some(at) = self.pages.iter().position(|page| page.tab == tab) {
            note(&mut self.pages[at].facts);
            self.pages[at..].rotate_left(1);
        }
    }
}

pub(super) fn seconds(ms: i64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(u32::MAX)
}
