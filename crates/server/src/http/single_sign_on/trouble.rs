//! Owns how what is wrong with a provider is told: a code for programs and texts of other languages, and what belongs to it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::openid::discovery::Trouble;

/// What is wrong with a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderProblem {
    /// What is wrong.
    pub code: ProviderProblemCode,
    /// The address that was asked; empty where it is not about one.
    pub address: String,
    /// What came instead of what was expected, or why nothing did; empty where there is nothing to say.
    pub said: String,
}

/// The kinds of what can be wrong with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderProblemCode {
    /// The issuer is no address that can be used.
    BadAddress,
    /// An address does not begin with `https://`.
    NotHttps,
    /// An address is in a private network that the operator has not allowed.
    PrivateNetwork,
    /// Nothing came back.
    Unreachable,
    /// It did not answer with status 200.
    WrongStatus,
    /// What came back does not describe a provider.
    NotADescription,
    /// The provider calls itself otherwise.
    IssuerDiffers,
    /// It names no authorization endpoint.
    NoAuthorizationEndpoint,
    /// It names no token endpoint.
    NoTokenEndpoint,
    /// It does not say where its keys are.
    NoKeysAddress,
    /// It does not support the authorization code flow.
    NoCodeFlow,
    /// It does not support PKCE with S256.
    NoPkce,
    /// Its token endpoint takes the secret in no way that is known here.
    NoClientAuthentication,
    /// It signs with algorithms of which none is supported.
    UnsupportedAlgorithms,
    /// It publishes no key that can be used.
    NoKeys,
}

impl ProviderProblem {
    fn new(code: ProviderProblemCode, address: String, said: String) -> Self {
        Self { code, address, said }
    }

    fn bare(code: ProviderProblemCode) -> Self {
        Self::new(code, String::new(), String::new())
    }

    /// What is wrong with an address that somebody typed in.
    #[must_use]
    pub fn about_address(&self) -> &'static str {
        match self.code {
            ProviderProblemCode::NotHttps => "does not begin with https://",
            ProviderProblemCode::PrivateNetwork => {
                "is in a private network, which the operator has not allowed"
            }
            ProviderProblemCode::BadAddress
            | ProviderProblemCode::Unreachable
            | ProviderProblemCode::WrongStatus
            | ProviderProblemCode::NotADescription
            | ProviderProblemCode::IssuerDiffers
            | ProviderProblemCode::NoAuthorizationEndpoint
            | ProviderProblemCode::NoTokenEndpoint
            | ProviderProblemCode::NoKeysAddress
            | ProviderProblemCode::NoCodeFlow
            | ProviderProblemCode::NoPkce
            | ProviderProblemCode::NoClientAuthentication
            | ProviderProblemCode::UnsupportedAlgorithms
            | ProviderProblemCode::NoKeys => {
                "is not an address of a provider: https, without query and password"
            }
        }
    }
}

impl From<Trouble> for ProviderProblem {
    fn from(trouble: Trouble) -> Self {
        use ProviderProblemCode as Code;
        match trouble {
            Trouble::Malformed => Self::bare(Code::BadAddress),
            Trouble::Plain(address) => Self::new(Code::NotHttps, address, String::new()),
            Trouble::Private(address) => Self::new(Code::PrivateNetwork, address, String::new()),
            Trouble::Unreachable { address, why } => Self::new(Code::Unreachable, address, why),
            Trouble::Status { address, status } => Self::new(Code::WrongStatus, address, status.to_string()),
            Trouble::NotADescription { address, why } => Self::new(Code::NotADescription, address, why),
            Trouble::OtherIssuer(said) => Self::new(Code::IssuerDiffers, String::new(), said),
            Trouble::NoEndpoint("authorization_endpoint") => Self::bare(Code::NoAuthorizationEndpoint),
            Trouble::NoEndpoint("token_endpoint") => Self::bare(Code::NoTokenEndpoint),
            Trouble::NoEndpoint(_) => Self::bare(Code::NoKeysAddress),
            Trouble::NoCodeFlow => Self::bare(Code::NoCodeFlow),
            Trouble::NoPkce => Self::bare(Code::NoPkce),
            Trouble::NoClientAuth(said) => Self::new(Code::NoClientAuthentication, String::new(), said),
            Trouble::NoAlgorithm(said) => Self::new(Code::UnsupportedAlgorithms, String::new(), said),
            Trouble::NoKey => Self::bare(Code::NoKeys),
        }
    }
}
