//! Owns requests to addresses that someone typed in: one client, which reaches no private network unless the operator allows
//! it, follows nothing, and waits no longer than it should. What is sent when stands in `jobs`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderName};
use url::{Host, Url};

#[cfg(feature = "openid-connect")]
pub mod exchange;
pub mod remote;

/// What does not answer within this time is asked again later.
pub const ANSWER_MAX: Duration = Duration::from_secs(15);
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 2_048;
const ANSWER_CHARS_MAX: usize = 500;

/// A way out. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: reqwest::Client,
    allowed: Arc<[IpNet]>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The status of the answer.
    pub status: u16,
    /// The beginning of the answer, without control characters.
    pub text: String,
}

/// Why an address may not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Neither `https` nor `http`, or without a host, or with a password in it.
    #[error("is not an address that begins with https:// or http:// and holds no password")]
    Malformed,
    /// A private network that the operator did not allow.
    #[error("is in a private network; the operator of the server can allow it with --outbound-allow")]
    Private,
}

/// Looks up names, and leaves out the addresses that may not be reached: what a name stands for is only known now.
struct PublicResolver(Arc<[IpNet]>);

impl Outbound {
    /// Prepares the way. `allowed` are private networks that may be reached all the same.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(allowed: Vec<IpNet>) -> anyhow::Result<Self> {
        let allowed: Arc<[IpNet]> = allowed.into();
        let client = reqwest::Client::builder()
            .user_agent(concat!("Beckon/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(PublicResolver(Arc::clone(&allowed))))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .build()
            .context("cannot make requests")?;
        Ok(Self { client, allowed })
    }

    /// Whether an address may be reached, as far as it says so itself.
    ///
    /// # Errors
    /// When it may not.
    pub fn check(&self, address: &str) -> Result<Url, Forbidden> {
        let url = Url::parse(address).map_err(|_| Forbidden::Malformed)?;
        let plain = url.username().is_empty() && url.password().is_none();
        if !plain || !matches!(url.scheme(), "https" | "http") {
            return Err(Forbidden::Malformed);
        }
        let named = match url.host() {
            None => return Err(Forbidden::Malformed),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        };
        match named {
            Some(ip) if !may_reach(ip, &self.allowed) => Err(Forbidden::Private),
            Some(_) | None => Ok(url),
        }
    }

    /// Posts a JSON text, and yields what came back, whichever status it has.
    ///
    /// # Errors
    /// In words, when nothing came back.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answered, String> {
        let url = self.check(address).map_err(|error| format!("the address {error}"))?;
        let mut request = self.client.post(url).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(HeaderName::from_static(name), value);
        }
        let mut answer = request.send().await.map_err(|error| describe(&error))?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        // A body that breaks off is still an answer: its status counts.
        while let Ok(Some(chunk)) = answer.chunk().await {
            bytes.extend_from_slice(&chunk);
            if bytes.len() >= ANSWER_BYTES_MAX {
                break;
            }
        }
        bytes.truncate(ANSWER_BYTES_MAX);
        Ok(Answered { status, text: one_line(&String::from_utf8_lossy(&bytes)) })
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reachable: Vec<SocketAddr> = found.filter(|at| may_reach(at.ip(), &allowed)).collect();
            if reachable.is_empty() {
                return Err(format!("the address {}", Forbidden::Private).into());
            }
            let addresses: Addrs = Box::new(reachable.into_iter());
            Ok(addresses)
        })
    }
}

fn may_reach(ip: IpAddr, allowed: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    is_public(ip) || allowed.iter().any(|network| network.contains(&ip))
}

/// Whether an address belongs to the public internet, after the registries of special addresses of RFC 6890.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (169, 254, _)
            | (192, 168, _)
            | (100, 64..=127, _)
            | (172, 16..=31, _)
            | (198, 18..=19, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, .., g, h] = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([first, second], [third, fourth]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(first, second, third, fourth)
    };
    match (a, b) {
        // What a gateway turns into an IPv4 address: NAT64 and 6to4.
        (0x64, 0xff9b) => is_public_v4(embedded(g, h)),
        (0x2002, _) => is_public_v4(embedded(b, ip.segments()[2])),
        (0x2001, 0..=0x1ff | 0xdb8) => false,
        // All that was ever given out lies here.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

fn one_line(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    printable.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(ANSWER_CHARS_MAX).collect()
}

fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", ANSWER_MAX.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // The address itself may hold a secret of its owner: only the innermost cause is told.
    one_line(&cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(!may_reach(private.parse().unwrap(), &[]), "{private}");
        }
        for public in
            ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]
        {
            assert!(may_reach(public.parse().unwrap(), &[]), "{public}");
        }
    }

    #[test]
    fn a_private_network_is_reached_where_it_is_allowed() {
        let outbound = Outbound::new(vec!["10.0.0.0/8".parse().unwrap()]).unwrap();
        assert!(outbound.check("http://10.2.3.4:9000/hook").is_ok());
        assert_eq!(outbound.check("http://192.168.0.1/"), Err(Forbidden::Private));
        assert_eq!(outbound.check("http://[::ffff:192.168.0.1]/"), Err(Forbidden::Private));
        assert_eq!(outbound.check("http://0x7f.1/"), Err(Forbidden::Private));
    }

    #[test]
    fn only_plain_web_addresses_are_taken() {
        let outbound = Outbound::new(Vec::new()).unwrap();
        for wrong in ["", "ftp://a.example/", "file:///etc/passwd", "https://me:word@a.example/", "a.example"]
        {
            assert_eq!(outbound.check(wrong), Err(Forbidden::Malformed), "{wrong}");
        }
        assert!(outbound.check("https://a.example/hook?k=1").is_ok());
    }

    #[tokio::test]
    async fn a_name_that_stands_for_a_private_address_is_not_reached() {
        let outbound = Outbound::new(Vec::new()).unwrap();
        let error = outbound.post("http://localhost:1/", &[], String::new()).await.unwrap_err();
        assert!(error.contains("private network"), "{error}");
    }
}
