//! Owns what of a visit is written down: its checkpoint, what may not stand in it, and how that comes back from the
//! browser (T-10).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::chance::Chance;
use super::dealings::Dealings;
use super::facts::{PageFacts, VisitFacts};
use super::latching::{KeptRule, read_back};
use super::pages::OpenPage;
use super::{UNKNOWN_VERSION, Visit};
use crate::id::TabId;
use crate::reason::Reason;
use crate::rule::matcher::PageTexts;
use crate::time::UnixMs;
use crate::world::Config;

/// A checkpoint.
#[derive(Serialize, Deserialize)]
struct Kept {
    chance: Chance,
    begun_at: UnixMs,
    heard_at: UnixMs,
    live: bool,
    ended: bool,
    offers_allowed: bool,
    timeout_min: u16,
    pages_viewed: u16,
    timer: Option<UnixMs>,
    presented_at: Option<UnixMs>,
    reason: Option<Reason>,
    facts: VisitFacts,
    pages: Vec<KeptPage>,
    rules: Vec<KeptRule>,
    dealings: Option<Dealings>,
}

#[derive(Serialize, Deserialize)]
struct KeptPage {
    tab: TabId,
    entered_at: UnixMs,
    url: String,
    title: String,
    referrer: String,
    facts: PageFacts,
}

impl Serialize for Visit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = |page: &OpenPage| {
            let PageTexts { url, title, referrer } = page.texts();
            KeptPage {
                tab: page.tab,
                entered_at: page.entered_at,
                url: url.to_owned(),
                title: title.to_owned(),
                referrer: referrer.to_owned(),
                facts: page.facts.clone(),
            }
        };
        let kept = Kept {
            chance: self.chance.clone(),
            begun_at: self.begun_at,
            heard_at: self.heard_at,
            live: self.live,
            ended: self.ended,
            offers_allowed: self.offers_allowed,
            timeout_min: self.timeout_min,
            pages_viewed: self.pages_viewed,
            timer: self.timer.get(),
            presented_at: self.presented_at.get(),
            reason: self.reason,
            facts: VisitFacts::clone(&self.facts),
            pages: self.pages.iter().map(page).collect(),
            rules: self.kept_rules(),
            dealings: self.dealings.as_deref().cloned(),
        };
        kept.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Visit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        let page = |page: KeptPage| {
            let KeptPage { tab, entered_at, url, title, referrer, facts } = page;
            let texts = PageTexts { url: &url, title: &title, referrer: &referrer };
            OpenPage::read_back(tab, entered_at, texts, facts)
        };
        let (keys, rules) = read_back(&kept.rules);
        Ok(Self {
            heard_at: kept.heard_at,
            timer: kept.timer.into(),
            version: UNKNOWN_VERSION,
            chance: kept.chance,
            begun_at: kept.begun_at,
            presented_at: kept.presented_at.into(),
            pages_viewed: kept.pages_viewed,
            timeout_min: kept.timeout_min,
            live: kept.live,
            ended: kept.ended,
            offers_allowed: kept.offers_allowed,
            reason: kept.reason,
            dealings: kept.dealings.map(Box::new),
            keys,
            rules,
            facts: Box::new(kept.facts),
            pages: kept.pages.into_iter().map(page).collect(),
        })
    }
}

impl Visit {
    /// The visit as it may be written down: of where it came from only what `storable` leaves, and what the conditions of
    /// the rules found in the whole of it; no address of an open page. Who reads it back hears those again from the
    /// browser, by [`Visit::recall_page`]; until then they match nothing.
    #[must_use]
    pub fn to_keep(&self, storable: impl Fn(&str) -> String, config: &Config) -> Self {
        let mut kept = self.clone();
        kept.facts.shorten_referrer(storable, config);
        for page in &mut kept.pages {
            page.forget_addresses();
        }
        kept
    }

    /// The browser tells again which page a tab shows; that is no view. Yields whether the visit did not know it whole:
    /// it then looks at its rules anew with the next event.
    pub fn recall_page(&mut self, tab: TabId, url: &str, title: &str, referrer: &str) -> bool {
        let Some(page) = self.pages.iter_mut().find(|page| page.tab == tab) else { return false };
        let is_news = page.recall(PageTexts { url, title, referrer });
        if is_news {
            self.version = UNKNOWN_VERSION;
        }
        is_news
    }
}
