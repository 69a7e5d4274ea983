//! Owns what of a visit may be written down, and how the rest comes back from the browser (T-10).

use super::Visit;
use crate::id::TabId;

impl Visit {
    /// The visit as it may be written down: of where it came from only what `storable` leaves, and no address of an open
    /// page. Who reads it back hears those again from the browser, by [`Visit::recall_page`]; until then they match nothing.
    #[must_use]
    pub fn to_keep(&self, storable: impl Fn(&str) -> String) -> Self {
        let mut kept = self.clone();
        kept.facts.referrer = storable(&kept.facts.referrer).into();
        for page in &mut kept.pages {
            page.forget_addresses();
        }
        kept
    }

    /// The browser tells again which page a tab shows; that is no view. Yields whether the visit did not know it whole:
    /// it then looks at its rules anew with the next event.
    pub fn recall_page(&mut self, tab: TabId, url: &str, title: &str, referrer: &str) -> bool {
        let Some(page) = self.pages.iter_mut().find(|page| page.tab == tab) else { return false };
        let is_news = page.recall(url, title, referrer);
        if is_news {
            self.version = None;
        }
        is_news
    }
}
