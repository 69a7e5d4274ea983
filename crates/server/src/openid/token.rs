//! Owns the way of one sign-in: where the browser is sent, the code that it brings back, and what the ID token says once it is
//! verified.

use std::time::{Duration, UNIX_EPOCH};

use beckon_engine::time::UnixMs;
use hmac::{Hmac, KeyInit, Mac};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreIdTokenVerifier,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
    CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, Client,
    ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdTokenClaims, IdTokenFields, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;
use url::Url;

use super::discovery::{ALGORITHMS, Provider, Trouble};
use crate::outbound::Outbound;
use crate::outbound::exchange::Unreachable;

/// Clocks may differ by so much.
const CLOCKS_DIFFER_MS: i64 = 2 * 60_000;
/// A token that was made longer ago is of another sign-in.
const TOKEN_AGE_MS: i64 = 15 * 60_000;

/// How this installation is known to the provider.
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    /// The provider's address.
    pub issuer: &'a str,
    /// As what it knows this installation.
    pub client_id: &'a str,
    /// By which it knows it.
    pub client_secret: &'a str,
    /// Where it sends browsers back to.
    pub redirect_url: &'a str,
    /// Scopes beyond those that are always asked for.
    pub scopes: &'a [String],
    /// The claim that decides the role; empty when none does.
    pub role_claim: &'a str,
}

/// What makes one sign-in known again. All of it follows from the token in the browser's cookie, so that nothing of it needs to
/// be kept.
pub struct Attempt {
    /// Comes back with the code.
    pub state: String,
    nonce: Nonce,
    verifier: String,
}

/// Who somebody is, as the provider says.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who it is there, for good.
    pub subject: String,
    /// Address, as it was written there.
    pub email: Option<String>,
    /// Whether the provider has seen that the address is theirs; none when it says nothing of it.
    pub email_verified: Option<bool>,
    /// As what they are called.
    pub name: Option<String>,
    /// All that is not defined by the standard.
    pub claims: Map<String, Value>,
}

/// Why there is nobody.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// The provider cannot be used.
    #[error("{0}")]
    Provider(#[from] Trouble),
    /// The token endpoint refuses, or cannot be reached.
    #[error("the code was not exchanged: {0}")]
    Exchange(String),
    /// The ID token is missing, or not good.
    #[error("the ID token is not good: {0}")]
    Token(String),
    /// What the provider says beyond the token is not good.
    #[error("the user info is not good: {0}")]
    UserInfo(String),
}

/// All claims that the standard does not define.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Further {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Further {}

type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
/// What the token endpoint answers.
pub(super) type Token = StandardTokenResponse<Fields, CoreTokenType>;
type Known = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Token,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
type Said = IdTokenClaims<Further, CoreGenderClaim>;

impl Attempt {
    /// The sign-in of the browser whose cookie holds this token.
    ///
    /// # Panics
    /// Never: every key is one of HMAC.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let part = |name: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("every key is one of HMAC");
            mac.update(name.as_bytes());
            hex::encode(mac.finalize().into_bytes())
        };
        Self { state: part("state"), nonce: Nonce::new(part("nonce")), verifier: part("verifier") }
    }
}

impl Provider {
    pub(super) fn with_keys(&self, keys: CoreJsonWebKeySet) -> Self {
        Self { metadata: self.metadata.clone().set_jwks(keys), secret_in_body: self.secret_in_body }
    }

    pub(super) fn authorize(&self, registration: &Registration<'_>, attempt: &Attempt) -> Url {
        let client = self.client(registration);
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let asked = client.authorize_url(flow, move || CsrfToken::new(state), move || nonce);
        let scopes = ["email", "profile"].into_iter().chain(registration.scopes.iter().map(String::as_str));
        let asked = asked.add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())));
        asked.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier)).url().0
    }

    pub(super) async fn exchange(
        &self,
        outbound: &Outbound,
        registration: &Registration<'_>,
        attempt: &Attempt,
        code: &str,
    ) -> Result<Token, Fault> {
        let client = self.client(registration);
        let asked = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| Fault::Exchange(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        asked.request_async(outbound).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => Fault::Exchange(said.error().to_string()),
            RequestTokenError::Request(error) => Fault::Exchange(error.to_string()),
            RequestTokenError::Parse(error, _) => Fault::Exchange(error.to_string()),
            RequestTokenError::Other(why) => Fault::Exchange(why),
        })
    }

    /// Whether the ID token is signed by a key that is not among those that are known.
    pub(super) fn lacks_key_of(&self, token: &Token) -> bool {
        let Some(id_token) = token.id_token() else { return false };
        let verifier = self.verifier(ClientId::new(String::new())).require_audience_match(false);
        let anything = |_: Option<&Nonce>| Ok(());
        matches!(
            id_token.claims(&verifier, anything),
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
        )
    }

    pub(super) async fn verify(
        &self,
        outbound: &Outbound,
        registration: &Registration<'_>,
        attempt: &Attempt,
        token: &Token,
        now: UnixMs,
    ) -> Result<Person, Fault> {
        let id_token = token.id_token().ok_or_else(|| Fault::Token("there is none".to_owned()))?;
        let client_id = ClientId::new(registration.client_id.to_owned());
        let at = Duration::from_millis(u64::try_from(now.0).unwrap_or_default());
        let verifier = self
            .verifier(client_id.clone())
            .set_time_fn(move || (UNIX_EPOCH + at).into())
            .set_issue_time_verifier_fn(move |made| check_made(UnixMs(made.timestamp_millis()), now));
        let said =
            id_token.claims(&verifier, &attempt.nonce).map_err(|error| Fault::Token(reason(&error)))?;
        if said.authorized_party().is_some_and(|party| *party != client_id) {
            return Err(Fault::Token("it was made for another party".to_owned()));
        }
        let mut person = Person::of_token(said);
        let lacks_role =
            !registration.role_claim.is_empty() && person.values(registration.role_claim).is_empty();
        if (person.email_verified.is_none() || person.email.is_none() || lacks_role)
            && self.metadata.userinfo_endpoint().is_some()
        {
            person.learn(self.user_info(outbound, registration, token, said).await?);
        }
        Ok(person)
    }

    async fn user_info(
        &self,
        outbound: &Outbound,
        registration: &Registration<'_>,
        token: &Token,
        said: &Said,
    ) -> Result<UserInfoClaims<Further, CoreGenderClaim>, Fault> {
        let client = self.client(registration);
        let asked = client
            .user_info(token.access_token().clone(), Some(said.subject().clone()))
            .map_err(|error| Fault::UserInfo(error.to_string()))?;
        asked.request_async(outbound).await.map_err(|error| {
            Fault::UserInfo(match error {
                UserInfoError::Response(status, ..) => format!("status {status}"),
                UserInfoError::ClaimsVerification(error) => reason(&error),
                UserInfoError::Parse(error) => error.to_string(),
                UserInfoError::Request(Unreachable(why)) | UserInfoError::Other(why) => why,
                _ => "it cannot be read".to_owned(),
            })
        })
    }

    fn client(&self, registration: &Registration<'_>) -> Known {
        let (id, secret) = (registration.client_id.to_owned(), registration.client_secret.to_owned());
        let redirect = Url::parse(registration.redirect_url).expect("the server made this address");
        let way = if self.secret_in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        Known::from_provider_metadata(
            self.metadata.clone(),
            ClientId::new(id),
            Some(ClientSecret::new(secret)),
        )
        .set_redirect_uri(RedirectUrl::from_url(redirect))
        .set_auth_type(way)
    }

    fn verifier(&self, client_id: ClientId) -> CoreIdTokenVerifier<'static> {
        let (issuer, keys) = (self.metadata.issuer().clone(), self.metadata.jwks().clone());
        CoreIdTokenVerifier::new_public_client(client_id, issuer, keys).set_allowed_algs(ALGORITHMS)
    }
}

impl Person {
    fn of_token(said: &Said) -> Self {
        let name = said.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        Self {
            subject: said.subject().to_string(),
            email: said.email().map(|email| email.to_string()),
            email_verified: said.email_verified(),
            name: name.or_else(|| said.preferred_username().map(|name| name.to_string())),
            claims: said.additional_claims().all.clone(),
        }
    }

    /// Adds what the token left out.
    fn learn(&mut self, said: UserInfoClaims<Further, CoreGenderClaim>) {
        let name = said.name().and_then(|name| name.get(None)).map(|name| name.to_string());
        let email = said.email().map(|email| email.to_string());
        if self.email.is_none() {
            // What the token says of its own e-mail, which it has not, says nothing of this one.
            self.email = email;
            self.email_verified = said.email_verified();
        } else if self.email == email {
            self.email_verified = self.email_verified.or(said.email_verified());
        }
        let name = name.or_else(|| said.preferred_username().map(|name| name.to_string()));
        self.name = self.name.take().or(name);
        for (key, value) in &said.additional_claims().all {
            self.claims.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// The values of a claim: a text, or a list of texts. A name with dots leads into objects where no claim has it as a whole.
    #[must_use]
    pub fn values(&self, claim: &str) -> Vec<&str> {
        let whole = self.claims.get(claim);
        let inner = || {
            let mut parts = claim.split('.');
            let first = self.claims.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        };
        match whole.or_else(inner) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
        }
    }
}

fn check_made(made: UnixMs, now: UnixMs) -> Result<(), String> {
    let age_ms = now.0.saturating_sub(made.0);
    if (-CLOCKS_DIFFER_MS..=TOKEN_AGE_MS).contains(&age_ms) {
        Ok(())
    } else {
        Err(format!("it was made {} s before now", age_ms / 1000))
    }
}

/// With the cause of a signature that is not good.
fn reason(error: &ClaimsVerificationError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
