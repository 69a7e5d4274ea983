//! Owns what is noted of the pages that carry a site's snippet, for whoever sets the site up.

use beckon_engine::id::SiteId;
use url::{Origin, Url};

use super::Driver;
use super::behind::Behind;
use crate::store::column::Text;
use crate::store::setup_step::SnippetSeen;

/// Longest origin that is noted, bytes.
const ORIGIN_LEN_MAX: usize = 300;

impl Driver {
    /// Notes that a page of this origin has a site's snippet; what is no origin of a page is not noted.
    pub fn note_snippet(&self, site: SiteId, origin: &str, allowed: bool) {
        if origin.len() > ORIGIN_LEN_MAX || !is_origin(origin) {
            return;
        }
        let seen_at = self.clock().now().0;
        let seen = SnippetSeen { site_id: Text(site), origin: origin.to_owned(), allowed, seen_at };
        self.write_behind(Behind::Snippet(Box::new(seen)));
    }
}

fn is_origin(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    matches!(url.origin(), origin @ Origin::Tuple(..) if origin.ascii_serialization() == text)
}
