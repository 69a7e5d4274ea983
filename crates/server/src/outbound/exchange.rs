//! Owns requests whose answers are read as a whole, as the protocol of single sign-on makes them.

use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use super::{Outbound, describe};

/// Most bytes of an answer; keys and claims of a provider are far smaller.
const WHOLE_BYTES_MAX: usize = 1024 * 1024;

/// Nothing came back; why, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

impl Outbound {
    /// Sends a request, and yields the whole answer, whichever status it has. A redirect is an answer too: nothing is followed.
    ///
    /// # Errors
    /// When the address may not be reached, nothing came back, or more than is read.
    pub async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        let address = request.uri().to_string();
        self.check(&address).map_err(|error| Unreachable(format!("the address {error}")))?;
        let request = request.try_into().map_err(|error| Unreachable(describe(&error)))?;
        let mut answer = self.client.execute(request).await.map_err(|error| Unreachable(describe(&error)))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| Unreachable(describe(&error)))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > WHOLE_BYTES_MAX {
                return Err(Unreachable("the answer is larger than 1 MB".to_owned()));
            }
        }
        let mut response = HttpResponse::new(bytes);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Outbound {
    type Error = Unreachable;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unreachable>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}
