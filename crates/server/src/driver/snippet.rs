//! Owns what is noted of the pages that carry a site's snippet, for whoever sets the site up.

use std::collections::BTreeMap;
use std::sync::Mutex;

use beckon_engine::id::SiteId;
use url::{Origin, Url};

use super::Driver;
use super::behind::Behind;
use crate::store::column::Text;
use crate::store::setup_step::SnippetSeen;

/// Longest origin that is noted, bytes.
const ORIGIN_LEN_MAX: usize = 300;
/// A snippet is noted again after this time: on one of the site's own origins, and on any other.
const OWN_FOR_MS: i64 = 60_000;
const FOREIGN_FOR_MS: i64 = 5_000;
/// Places that are told apart meanwhile.
const PLACES_MAX: usize = 10_000;

impl Driver {
    /// Notes that a page of this origin has a site's snippet; what is no origin of a page is not noted.
    pub fn note_snippet(&self, site: SiteId, origin: &str, allowed: bool) {
        if origin.len() > ORIGIN_LEN_MAX || !is_origin(origin) {
            return;
        }
        let seen_at = self.clock().now().0;
        // Before it takes room among what is observed of visitors: anyone can ask, with any origin.
        if !self.inner.snippets.is_news(site, allowed.then_some(origin), seen_at) {
            return;
        }
        let seen = SnippetSeen { site_id: Text(site), origin: origin.to_owned(), allowed, seen_at };
        self.write_behind(Behind::Snippet(Box::new(seen)));
    }
}

/// Where snippets were noted lately.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// When the snippet of a site was noted on an origin of its own; on all others together.
    places: Mutex<BTreeMap<(SiteId, Option<String>), i64>>,
}

impl Noted {
    fn is_news(&self, site: SiteId, origin: Option<&str>, now: i64) -> bool {
        let noted_for = if origin.is_some() { OWN_FOR_MS } else { FOREIGN_FOR_MS };
        let key = (site, origin.map(str::to_owned));
        let mut places = self.places.lock().expect("nobody panics while noting");
        if places.get(&key).is_some_and(|before| now - before < noted_for) {
            return false;
        }
        if places.len() >= PLACES_MAX {
            places.clear();
        }
        places.insert(key, now);
        true
    }
}

fn is_origin(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    matches!(url.origin(), origin @ Origin::Tuple(..) if origin.ascii_serialization() == text)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    // spec: A-4
    #[test]
    fn a_place_is_noted_now_and_then_and_foreign_ones_as_one() {
        let noted = Noted::default();
        let site = SiteId(Uuid::nil());
        assert!(noted.is_news(site, Some("https://a.example"), 0));
        assert!(!noted.is_news(site, Some("https://a.example"), 59_999));
        assert!(noted.is_news(site, Some("https://b.example"), 59_999));
        assert!(noted.is_news(site, Some("https://a.example"), 60_000));
        assert!(noted.is_news(site, None, 0));
        assert!(!noted.is_news(site, None, 4_999));
        assert!(noted.is_news(site, None, 5_000));
    }

    // spec: A-4
    #[test]
    fn only_what_a_page_can_have_is_an_origin() {
        assert!(is_origin("https://shop.example") && is_origin("http://127.0.0.1:8080"));
        for other in
            ["null", "", "https://shop.example/", "shop.example", "file:///tmp", "https://SHOP.example"]
        {
            assert!(!is_origin(other), "{other}");
        }
    }
}
