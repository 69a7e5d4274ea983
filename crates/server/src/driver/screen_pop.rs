//! Owns the address that is opened for the agent at the start of a chat: checking its template, and filling it in. The
//! customer's reference stands in it only where a signed identity said it: anyone can claim one.

use std::fmt::Write as _;

use url::Url;

/// Variables without those of the form's answers, which are `answer.` and the field's key.
const NAMES: [&str; 5] = ["chat_id", "visitor_id", "visitor_name", "customer_ref", "queue"];
const ANSWER: &str = "answer.";

/// A piece of a template.
enum Piece<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

/// Why a template cannot be saved, if it cannot: it must be an `https:` or `http:` address whose host has no variable.
///
/// # Errors
/// What is wrong, in words.
pub fn check(template: &str) -> Result<(), &'static str> {
    let Some(pieces) = pieces(template) else { return Err("has a brace without its counterpart") };
    let known =
        |name: &str| NAMES.contains(&name) || name.strip_prefix(ANSWER).is_some_and(|key| !key.is_empty());
    if pieces.iter().any(|piece| matches!(piece, Piece::Variable(name) if !known(name))) {
        return Err("names a variable that does not exist");
    }
    let Some(Piece::Literal(first)) = pieces.first() else { return Err("is not an https: or http: address") };
    let Some((scheme, rest)) = first.split_once("://") else {
        return Err("is not an https: or http: address");
    };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err("is not an https: or http: address");
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains('\\') || (pieces.len() > 1 && host.len() == rest.len()) {
        return Err("has no host, or a variable in it");
    }
    match fill(template, |_| Some("x".to_owned())) {
        Some(address) if Url::parse(&address).is_ok_and(|url| url.has_host()) => Ok(()),
        Some(_) | None => Err("is not an https: or http: address"),
    }
}

/// The address, each value percent-encoded, unknown ones empty. None when the template is not one that [`check`] lets pass.
#[must_use]
pub fn fill(template: &str, value_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut address = String::with_capacity(template.len());
    for piece in pieces(template)? {
        match piece {
            Piece::Literal(text) => address.push_str(text),
            Piece::Variable(name) => push_encoded(&mut address, &value_of(name).unwrap_or_default()),
        }
    }
    let url = Url::parse(&address).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.to_string())
}

/// Everything but the unreserved characters of RFC 3986, so that no value leaves its place. Dots at the start are dropped:
/// a segment of dots is a step up, encoded or not.
fn push_encoded(address: &mut String, value: &str) {
    for byte in value.trim_start_matches('.').bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.') {
            address.push(char::from(byte));
        } else {
            write!(address, "%{byte:02X}").expect("a string takes everything");
        }
    }
}

fn pieces(template: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, from) = rest.split_at(at);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let (name, after) = from.strip_prefix('{')?.split_once('}')?;
        if name.contains('{') {
            return None;
        }
        pieces.push(Piece::Variable(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::{check, fill};

    fn filled(template: &str, value: &str) -> Option<String> {
        fill(template, |name| (name != "customer_ref").then(|| value.to_owned()))
    }

    // spec: Q-12
    #[test]
    fn every_value_is_percent_encoded() {
        let address = filled("https://crm.example/find?q={visitor_name}&c={chat_id}", "A&b=c/#ü é");
        let value = "A%26b%3Dc%2F%23%C3%BC%20%C3%A9";
        assert_eq!(address, Some(format!("https://crm.example/find?q={value}&c={value}")));
    }

    // spec: Q-12 X-7
    #[test]
    fn no_value_leaves_its_place() {
        let address = filled("https://crm.example/customers/{answer.ref}/card", "../../admin?x=1").unwrap();
        assert!(address.starts_with("https://crm.example/customers/"), "{address}");
        assert!(address.ends_with("/card"), "{address}");
        assert_eq!(
            filled("https://crm.example/a/{chat_id}/b", "..").as_deref(),
            Some("https://crm.example/a//b")
        );
        assert_eq!(
            filled("https://crm.example/{customer_ref}", "x").as_deref(),
            Some("https://crm.example/")
        );
    }

    // spec: Q-12 X-7
    #[test]
    fn a_template_is_an_address_of_the_web_with_a_fixed_host() {
        for good in
            ["https://crm.example", "http://crm.example/{chat_id}", "https://crm.example?q={answer.email}"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "javascript:alert({visitor_name})",
            "{answer.url}",
            "https://{answer.host}/",
            "https://crm.example{visitor_name}/",
            "data:text/html,{queue}",
            "https://crm.example/{password}",
            "https://crm.example/{queue",
            "https://crm.example/}",
            "https://crm.example/{answer.}",
            "//crm.example/",
            "https:///{queue}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
