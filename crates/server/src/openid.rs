//! Owns the protocol of signing in through a provider: OpenID Connect with the authorization code flow and PKCE. It knows
//! no users; who comes from a provider is decided in `http`.

use std::sync::{Arc, Mutex};

use beckon_engine::time::UnixMs;
use url::Url;

use crate::outbound::Outbound;
use discovery::{Provider, Trouble};
use token::{Attempt, Fault, Person, Registration};

pub mod discovery;
pub mod token;

/// What a provider says of itself is asked again after this time.
const KNOWN_FOR_MS: i64 = 10 * 60_000;
/// Keys that a token names and that are not known are asked for once in this time.
const KEYS_AGAIN_AFTER_MS: i64 = 60_000;

/// The provider as it was found last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Clone, Debug)]
struct Known {
    issuer: String,
    provider: Arc<Provider>,
    at: UnixMs,
    keys_at: UnixMs,
}

impl Providers {
    /// Finds the provider, and where it takes people who sign in.
    ///
    /// # Errors
    /// When it cannot be reached or used.
    pub async fn begin(
        &self,
        outbound: &Outbound,
        registration: &Registration<'_>,
        attempt: &Attempt,
        now: UnixMs,
    ) -> Result<Url, Trouble> {
        let known = self.find(outbound, registration.issuer, now).await?;
        Ok(known.provider.authorize(registration, attempt))
    }

    /// Exchanges the code for who it is.
    ///
    /// # Errors
    /// When the provider cannot be reached or refuses the code, or what it says is not good.
    pub async fn finish(
        &self,
        outbound: &Outbound,
        registration: &Registration<'_>,
        attempt: &Attempt,
        code: &str,
        now: UnixMs,
    ) -> Result<Person, Fault> {
        let mut known = self.find(outbound, registration.issuer, now).await?;
        let token = known.provider.exchange(outbound, registration, attempt, code).await?;
        // Keys change: one that is not known may be new.
        if known.provider.lacks_key_of(&token) && now.ms_since(known.keys_at) >= KEYS_AGAIN_AFTER_MS {
            let keys = discovery::keys(outbound, &known.provider.metadata).await?;
            known.provider = Arc::new(known.provider.with_keys(keys));
            known.keys_at = now;
            self.keep(known.clone());
        }
        known.provider.verify(outbound, registration, attempt, &token, now).await
    }

    async fn find(&self, outbound: &Outbound, issuer: &str, now: UnixMs) -> Result<Known, Trouble> {
        let known = self.known.lock().expect("nobody panics while holding it").clone();
        if let Some(known) = known
            && known.issuer == issuer
            && now.ms_since(known.at) < KNOWN_FOR_MS
        {
            return Ok(known);
        }
        let provider = Arc::new(discovery::look(outbound, issuer).await?);
        let known = Known { issuer: issuer.to_owned(), provider, at: now, keys_at: now };
        self.keep(known.clone());
        Ok(known)
    }

    fn keep(&self, known: Known) {
        *self.known.lock().expect("nobody panics while holding it") = Some(known);
    }
}
