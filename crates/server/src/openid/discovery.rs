//! Owns what a provider says of itself: whether it can be reached, is the one it should be, and can do what is needed.

use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::http::Request;
use openidconnect::http::header::ACCEPT;
use openidconnect::{HttpRequest, HttpResponse};
use serde_json::Value;
use url::{Host, Url};

use crate::outbound::exchange::Unreachable;
use crate::outbound::{Forbidden, Outbound};

const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The signatures that are taken: by keys that the provider publishes. Those by the shared secret are not.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A provider that can be used.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What it says of itself.
    pub metadata: CoreProviderMetadata,
    /// Its token endpoint takes the secret in the body and not as a password of the request.
    pub(super) secret_in_body: bool,
}

/// Why a provider cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The address is none, or with a query.
    #[error("the issuer is not an address that begins with https://")]
    Malformed,
    /// Neither https nor on this machine.
    #[error("{0} does not begin with https://")]
    Plain(String),
    /// It stands in a private network that the operator did not allow.
    #[error("{0} is in a private network, which the operator has not allowed")]
    Private(String),
    /// Nothing came back.
    #[error("{address} cannot be reached: {why}")]
    Unreachable {
        /// What was asked.
        address: String,
        /// Why.
        why: String,
    },
    /// It did not answer with 200.
    #[error("{address} answers with status {status}")]
    Status {
        /// What was asked.
        address: String,
        /// What came back.
        status: u16,
    },
    /// It is no description of a provider.
    #[error("{address} does not answer with what a provider says: {why}")]
    NotADescription {
        /// What was asked.
        address: String,
        /// Why not.
        why: String,
    },
    /// It calls itself otherwise.
    #[error("the provider calls itself {0}")]
    OtherIssuer(String),
    /// It names no such endpoint.
    #[error("the provider names no {0}")]
    NoEndpoint(&'static str),
    /// It does not know the authorization code flow.
    #[error("the provider does not support the response type code")]
    NoCodeFlow,
    /// It does not know PKCE with S256.
    #[error("the provider does not support PKCE with S256")]
    NoPkce,
    /// The token endpoint takes no secret in a way that is known here.
    #[error("the token endpoint takes neither client_secret_basic nor client_secret_post, but {0}")]
    NoClientAuth(String),
    /// It signs in no way that is taken.
    #[error("the provider signs with {0}, of which none is supported")]
    NoAlgorithm(String),
    /// It publishes no key that can be used.
    #[error("the provider publishes no key that can be used")]
    NoKey,
}

/// Asks a provider what it is, and checks that it can be used.
///
/// # Errors
/// The first thing that is wrong.
pub async fn look(outbound: &Outbound, issuer: &str) -> Result<Provider, Trouble> {
    check_issuer(outbound, issuer)?;
    let address = format!("{}{WELL_KNOWN}", issuer.trim_end_matches('/'));
    let said = ask(outbound, &address).await?;
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    match text("issuer") {
        Some(named) if named == issuer => {}
        Some(named) => return Err(Trouble::OtherIssuer(named.to_owned())),
        None => return Err(Trouble::NotADescription { address, why: "it has no issuer".to_owned() }),
    }
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        check(outbound, text(name).ok_or(Trouble::NoEndpoint(name))?)?;
    }
    if let Some(userinfo) = text("userinfo_endpoint") {
        check(outbound, userinfo)?;
    }
    let secret_in_body = check_abilities(&said)?;
    let metadata: CoreProviderMetadata = serde_json::from_value(said)
        .map_err(|error| Trouble::NotADescription { address, why: error.to_string() })?;
    let keys = keys(outbound, &metadata).await?;
    Ok(Provider { metadata: metadata.set_jwks(keys), secret_in_body })
}

/// Whether an address can be that of a provider, as far as it says so itself.
///
/// # Errors
/// When it cannot.
pub fn check_issuer(outbound: &Outbound, issuer: &str) -> Result<(), Trouble> {
    let url = Url::parse(issuer).map_err(|_| Trouble::Malformed)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Trouble::Malformed);
    }
    check(outbound, issuer)
}

/// The keys that a provider signs with.
///
/// # Errors
/// When they cannot be had, or there are none.
pub async fn keys(
    outbound: &Outbound,
    metadata: &CoreProviderMetadata,
) -> Result<CoreJsonWebKeySet, Trouble> {
    let address = metadata.jwks_uri().as_str().to_owned();
    let said = ask(outbound, &address).await?;
    let keys: CoreJsonWebKeySet = serde_json::from_value(said)
        .map_err(|error| Trouble::NotADescription { address, why: error.to_string() })?;
    if keys.keys().is_empty() { Err(Trouble::NoKey) } else { Ok(keys) }
}

/// Whether it can do what is needed; whether it takes the secret in the body alone.
fn check_abilities(said: &Value) -> Result<bool, Trouble> {
    let list = |name: &str| -> Option<Vec<&str>> {
        Some(said.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    };
    if list("response_types_supported").is_some_and(|types| !types.contains(&"code")) {
        return Err(Trouble::NoCodeFlow);
    }
    // Who says nothing of it often knows it all the same, and who does not know it leaves it unheeded.
    if list("code_challenge_methods_supported").is_some_and(|methods| !methods.contains(&"S256")) {
        return Err(Trouble::NoPkce);
    }
    let signed = list("id_token_signing_alg_values_supported").unwrap_or_default();
    let known = ALGORITHMS.map(|algorithm| serde_json::to_value(algorithm).unwrap_or_default());
    if !signed.iter().any(|name| known.iter().any(|known| known == name)) {
        return Err(Trouble::NoAlgorithm(signed.join(", ")));
    }
    match list("token_endpoint_auth_methods_supported") {
        None => Ok(false),
        Some(methods) if methods.contains(&"client_secret_basic") => Ok(false),
        Some(methods) if methods.contains(&"client_secret_post") => Ok(true),
        Some(methods) => Err(Trouble::NoClientAuth(methods.join(", "))),
    }
}

async fn ask(outbound: &Outbound, address: &str) -> Result<Value, Trouble> {
    let request: HttpRequest = Request::get(address)
        .header(ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|_| Trouble::Malformed)?;
    let unreachable = |Unreachable(why)| Trouble::Unreachable { address: address.to_owned(), why };
    let answer: HttpResponse = outbound.exchange(request).await.map_err(unreachable)?;
    if answer.status() != 200 {
        return Err(Trouble::Status { address: address.to_owned(), status: answer.status().as_u16() });
    }
    match serde_json::from_slice(answer.body()) {
        Ok(said @ Value::Object(_)) => Ok(said),
        Ok(_) => {
            Err(Trouble::NotADescription { address: address.to_owned(), why: "it is no object".to_owned() })
        }
        Err(error) => Err(Trouble::NotADescription { address: address.to_owned(), why: error.to_string() }),
    }
}

/// An address is one of a provider when what is sent there cannot be read on the way.
fn check(outbound: &Outbound, address: &str) -> Result<(), Trouble> {
    let url = outbound.check(address).map_err(|error| match error {
        Forbidden::Malformed => Trouble::Malformed,
        Forbidden::Private => Trouble::Private(address.to_owned()),
    })?;
    let is_here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() == "https" || is_here { Ok(()) } else { Err(Trouble::Plain(address.to_owned())) }
}
