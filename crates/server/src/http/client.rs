//! Owns what is known of the browser at the other end: its address, whether it came by https, what it says it is, and that pages of its
//! origin may read an answer.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, USER_AGENT, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use super::{Api, user_agent};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How many proxies stand before the server, each of which adds the address it was called from.
#[derive(Clone, Copy, Debug)]
pub struct TrustedProxies(pub u8);

impl FromRef<Api> for TrustedProxies {
    fn from_ref(api: &Api) -> Self {
        Self(api.trusted_proxies)
    }
}

/// The browser at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// Its address, as far as the trusted proxies tell.
    pub address: IpAddr,
    /// Whether it came by https.
    pub is_https: bool,
    /// What it says it is; empty when it says nothing.
    pub browser: &'static str,
    /// The system it says it runs on; empty when it names none that is known.
    pub system: &'static str,
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    TrustedProxies: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let TrustedProxies(trusted_proxies) = TrustedProxies::from_ref(state);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let user_agent =
            parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            address: forwarded_for(&parts.headers, trusted_proxies).unwrap_or(peer),
            is_https: is_https(&parts.headers),
            browser: if user_agent.is_empty() { "" } else { user_agent::browser(user_agent) },
            system: user_agent::system(user_agent),
        })
    }
}

impl Client {
    /// The address without its last part: enough to tell a place from another, too little to find a person by it. Empty
    /// when it is not known.
    #[must_use]
    pub fn network(&self) -> String {
        match self.address.to_canonical() {
            address if address.is_unspecified() => String::new(),
            address if address.is_loopback() => address.to_string(),
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        }
    }
}

/// Lets pages of the origin that asked read the answer.
pub fn allow_origin(response: &mut Response, headers: &HeaderMap) {
    if let Some(origin) = headers.get(ORIGIN) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        response.headers_mut().insert(VARY, HeaderValue::from_static("origin"));
    }
}

/// The entry that the outermost trusted proxy wrote: each adds one on the right, and whatever stands left of theirs
/// came from outside.
fn forwarded_for(headers: &HeaderMap, trusted_proxies: u8) -> Option<IpAddr> {
    let from_right = usize::from(trusted_proxies).checked_sub(1)?;
    let values = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let entries: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    entries.iter().rev().nth(from_right)?.parse().ok()
}

/// Decides only whether a cookie is marked as secure, so a wrong claim harms nobody but the claimant.
fn is_https(headers: &HeaderMap) -> bool {
    let starts_with = |name: HeaderName, prefix: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(prefix))
    };
    starts_with(X_FORWARDED_PROTO, "https") || starts_with(ORIGIN, "https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    // spec: A-4
    #[test]
    fn a_network_is_an_address_without_its_last_part() {
        for (address, network) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:a:b:c:d:e:f", "2001:db8:a::/48"),
            ("127.0.0.1", "127.0.0.1"),
            ("0.0.0.0", ""),
        ] {
            let client =
                Client { address: address.parse().unwrap(), is_https: false, browser: "", system: "" };
            assert_eq!(client.network(), network);
        }
    }

    #[test]
    fn an_address_is_taken_from_trusted_proxies_only() {
        let spoofed = headers(&[(X_FORWARDED_FOR, "10.0.0.9, 192.0.2.7, 198.51.100.1")]);
        assert_eq!(forwarded_for(&spoofed, 0), None);
        assert_eq!(forwarded_for(&spoofed, 1), "198.51.100.1".parse().ok());
        assert_eq!(forwarded_for(&spoofed, 2), "192.0.2.7".parse().ok());
        assert_eq!(forwarded_for(&spoofed, 9), None);
        assert_eq!(forwarded_for(&headers(&[(X_FORWARDED_FOR, "who?")]), 1), None);
    }
}
