//! Owns what of an address may be kept: no user info, no fragment, only the query parameters the site allows (T-10).

use std::collections::BTreeMap;

use beckon_engine::condition::UtmParameter;
use url::Url;

/// Longest address that is kept, bytes.
pub const URL_LEN_MAX: usize = 2_000;
/// Longest value of a UTM parameter that is kept, bytes.
const UTM_LEN_MAX: usize = 200;

/// The part of `url` that may be stored; empty when it is not an `http` or `https` address.
#[must_use]
pub fn storable(url: &str, allow_params: &[String]) -> String {
    let Ok(mut url) = Url::parse(url) else { return String::new() };
    if !matches!(url.scheme(), "http" | "https") {
        return String::new();
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| allow_params.iter().any(|allowed| allowed == name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_fragment(None);
    // Both refuse only addresses without a host, which http and https always have.
    url.set_username("").expect("an http address has a host");
    url.set_password(None).expect("an http address has a host");
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    let mut text = url.to_string();
    if text.len() > URL_LEN_MAX {
        text.truncate(floor_char_boundary(&text, URL_LEN_MAX));
    }
    text
}

/// Whether the path of `url` begins with one of the site's denied paths: nothing is tracked or offered there (T-9).
#[must_use]
pub fn is_denied(url: &str, deny_paths: &[String]) -> bool {
    if deny_paths.is_empty() {
        return false;
    }
    let Ok(url) = Url::parse(url) else { return false };
    deny_paths.iter().any(|denied| {
        url.path()
            .strip_prefix(as_browsers_write(denied).trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// A path in the form that addresses have, whatever letters it was typed in.
#[must_use]
pub fn as_browsers_write(path: &str) -> String {
    let mut url = Url::parse("http://host").expect("this is an address");
    url.set_path(path);
    url.path().to_owned()
}

/// The address from which a visit came, as far as it may be stored: nothing of a denied path of the site itself.
#[must_use]
pub fn storable_referrer(
    referrer: &str,
    origins: &[String],
    deny_paths: &[String],
    allow_params: &[String],
) -> String {
    let is_own = |url: Url| origins.contains(&url.origin().ascii_serialization());
    if Url::parse(referrer).is_ok_and(is_own) && is_denied(referrer, deny_paths) {
        return String::new();
    }
    storable(referrer, allow_params)
}

/// The UTM parameters of an address, by their names without the prefix.
#[must_use]
pub fn utm(url: &str) -> BTreeMap<String, String> {
    let Ok(url) = Url::parse(url) else { return BTreeMap::new() };
    let value = |key: &str| url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value);
    let found = UtmParameter::ALL.into_iter().filter_map(|parameter| {
        let name = parameter.key().strip_prefix("utm_").expect("the names of UTM parameters begin so");
        Some((name.to_owned(), clean(&value(parameter.key())?, UTM_LEN_MAX)))
    });
    found.filter(|(_, value)| !value.is_empty()).collect()
}

/// `text` without control characters, which PostgreSQL in part refuses, and at most `len_max` bytes long.
#[must_use]
pub fn clean(text: &str, len_max: usize) -> String {
    let cut = &text[..floor_char_boundary(text, len_max)];
    cut.chars().filter(|c| !c.is_control()).collect()
}

fn floor_char_boundary(text: &str, len_max: usize) -> usize {
    if len_max >= text.len() {
        return text.len();
    }
    (0..=len_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: T-10
    #[test]
    fn keeps_no_user_info_no_fragment_and_only_allowed_parameters() {
        let allowed = ["size".to_owned()];
        assert_eq!(
            storable("https://ann:secret@shop.example/chairs?size=2&email=a@b.example#pay", &allowed),
            "https://shop.example/chairs?size=2"
        );
        assert_eq!(storable("https://shop.example/?email=a@b.example", &allowed), "https://shop.example/");
    }

    // spec: T-9
    #[test]
    fn denies_a_path_and_all_below_it() {
        let denied = ["/account/".to_owned(), "/admin".to_owned()];
        for path in ["/account", "/account/", "/account/orders", "/admin?tab=1"] {
            assert!(is_denied(&format!("https://shop.example{path}"), &denied), "{path}");
        }
        for path in ["/", "/accounting", "/shop/admin"] {
            assert!(!is_denied(&format!("https://shop.example{path}"), &denied), "{path}");
        }
        assert!(is_denied("https://shop.example/k%C3%B6nto/1", &["/könto".to_owned()]));
    }

    // spec: T-9
    #[test]
    fn keeps_nothing_of_a_denied_path_that_a_visit_came_from() {
        let came_from = |referrer| {
            let origins = ["https://shop.example".to_owned()];
            storable_referrer(referrer, &origins, &["/account".to_owned()], &[])
        };
        assert_eq!(came_from("https://shop.example/account/orders"), "");
        assert_eq!(came_from("https://shop.example/chairs"), "https://shop.example/chairs");
        assert_eq!(came_from("https://search.example/account?q=chair"), "https://search.example/account");
    }

    #[test]
    fn refuses_what_is_not_a_web_address() {
        assert_eq!(storable("javascript:alert(1)", &[]), "");
        assert_eq!(storable("not an address", &[]), "");
    }

    #[test]
    fn cuts_at_a_characters_edge_and_drops_control_characters() {
        assert_eq!(clean("äöü", 3), "ä");
        assert_eq!(clean("abc", 9), "abc");
        assert_eq!(clean("a\0b\u{7}c\n", 9), "abc");
    }
}
