//! Owns who a page says its visitor is: what is good enough to be believed (T-5, C-2), and whether it is still the same
//! person.

use beckon_engine::event::Event;
use beckon_engine::id::{SiteId, VisitId, VisitorId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Driver;
use super::address::clean;
use super::sites::Site;
use crate::bus::Hint;
use crate::store::chat::find_open_chat;
use crate::store::column::Text;
use crate::store::identity::{
    IdentityRow, Proof, find_identity, find_secrets, find_visit_proof, update_identity, update_visit_proof,
};
use crate::store::{StoreResult, Tx};
use crate::vault::SecretOf;

mod token;

pub use token::{TOKEN_LEN_MAX, VALID_MIN_MAX};

/// Longest reference of a customer, characters.
pub const CUSTOMER_REF_LEN_MAX: usize = 128;
/// Longest name and e-mail address that are kept of an identity, bytes.
const NAME_LEN_MAX: usize = 200;
const EMAIL_LEN_MAX: usize = 254;

/// Who a page says its visitor is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Introduction {
    /// With a token that the site's server signed.
    Signed {
        /// A JSON Web Token, HS256, at most 4 096 bytes.
        token: String,
    },
    /// Without proof.
    Claimed {
        /// The site's own reference of the customer, 1 to 128 characters.
        customer_ref: String,
        /// Name.
        #[serde(default)]
        name: Option<String>,
        /// E-mail address.
        #[serde(default)]
        email: Option<String>,
    },
}

/// Why an identity is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityRefusal {
    /// The site has no identity secret.
    NoSecret,
    /// Not a JSON Web Token with the claims it needs, or one of them is out of bounds.
    Malformed,
    /// More than 4 096 bytes.
    TooLarge,
    /// Signed by another algorithm than HS256.
    WrongAlgorithm,
    /// Not signed with this site's secret.
    WrongSignature,
    /// Made for another site.
    WrongSite,
    /// Its time is over.
    Expired,
    /// It is good for longer than an hour, or was made in the future.
    TooLong,
    /// A signed identity stands, which an unsigned one does not replace.
    SignedStands,
}

/// An identity that may be believed, as far as its proof goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Reference, proof, name and e-mail address.
    pub row: IdentityRow,
    /// What the visit hears of it.
    pub events: Vec<Event>,
    /// The token was good and its time is over: it makes nobody known, but what it said before stands.
    pub expired: bool,
}

/// What an identity came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introduced {
    /// It is written down.
    Known,
    /// It is not believed.
    Refused(IdentityRefusal),
    /// This is another person than before: the browser must become another visitor.
    Another,
}

/// How an identity fits what is known of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Same,
    SignedStands,
    Another,
}

impl IdentityRefusal {
    /// For the developer of the page; repeats nothing of what was sent.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::NoSecret => "The site has no identity secret. Make one in the console, at the site.",
            Self::Malformed => {
                "Not a token as documented: sub, iat and exp are needed, and every claim within its bounds."
            }
            Self::TooLarge => "The token has more than 4096 bytes.",
            Self::WrongAlgorithm => "The token must be signed with HS256.",
            Self::WrongSignature => "The token is not signed with this site's identity secret.",
            Self::WrongSite => "The token names another site in aud.",
            Self::Expired => "The token has expired. Make a new one for each page.",
            Self::TooLong => "The token may be good for at most 60 minutes, and may not be from the future.",
            Self::SignedStands => "The visitor is known by a signed identity. Call reset before another one.",
        }
    }
}

impl Driver {
    /// Reads what a page says of its visitor, and checks its proof.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn read_introduction(
        &self,
        site: &Site,
        introduction: &Introduction,
    ) -> StoreResult<Result<Identity, IdentityRefusal>> {
        match introduction {
            Introduction::Claimed { customer_ref, name, email } => {
                Ok(claimed(customer_ref, name.as_deref(), email.as_deref()))
            }
            Introduction::Signed { token } => self.read_token(*site.row.id, &site.row.key, token).await,
        }
    }

    async fn read_token(
        &self,
        site: SiteId,
        key: &str,
        token: &str,
    ) -> StoreResult<Result<Identity, IdentityRefusal>> {
        if token.len() > TOKEN_LEN_MAX {
            return Ok(Err(IdentityRefusal::TooLarge));
        }
        let mut tx = self.store().read().await?;
        let secrets = find_secrets(&mut tx, site).await?;
        drop(tx);
        let now = self.clock().now();
        let usable = secrets.iter().flat_map(|row| {
            let before =
                row.before.as_deref().filter(|_| row.before_until.is_some_and(|until| now.0 < until));
            row.secret.as_deref().into_iter().chain(before)
        });
        let opened = usable.filter_map(|sealed| {
            let opened = self.store().vault().open(SecretOf::Site, sealed);
            opened
                .inspect_err(|error| tracing::error!(%error, %site, "a secret of the site is of no use"))
                .ok()
        });
        let opened: Vec<String> = opened.collect();
        Ok(token::verify(token, opened.iter().map(String::as_str), key, now))
    }

    /// Writes down who the visitor of a running visit is.
    ///
    /// # Errors
    /// When the database failed.
    pub async fn introduce(
        &self,
        visitor: VisitorId,
        visit: VisitId,
        identity: &Identity,
    ) -> StoreResult<Introduced> {
        let proof = *identity.row.identity;
        let mut tx = self.store().read().await?;
        let known = find_identity(&mut tx, visitor).await?;
        let said = find_visit_proof(&mut tx, visit).await?;
        drop(tx);
        let fit = fit(known.as_ref(), &identity.row);
        if identity.expired {
            let stands = fit == Fit::Same && said == Some(Proof::Signed);
            return Ok(if stands {
                Introduced::Known
            } else {
                Introduced::Refused(IdentityRefusal::Expired)
            });
        }
        match fit {
            Fit::Same => {}
            Fit::SignedStands => return Ok(Introduced::Refused(IdentityRefusal::SignedStands)),
            Fit::Another => return Ok(Introduced::Another),
        }
        let is_weaker =
            known.as_ref().is_some_and(|known| *known.identity == Proof::Signed) && proof == Proof::Claimed;
        let is_new = !is_weaker && known.as_ref() != Some(&identity.row);
        if !is_new && (said == Some(proof) || said == Some(Proof::Signed)) {
            return Ok(Introduced::Known);
        }
        let mut tx = self.store().write().await?;
        if is_new && !update_identity(&mut tx, visitor, &identity.row).await? {
            return Ok(Introduced::Another);
        }
        update_visit_proof(&mut tx, visit, proof).await?;
        let chat = find_open_chat(&mut tx, visitor).await?;
        // Form and agent show who the visitor is.
        let hint = chat.map(|chat| Hint::ChatChanged { chat: *chat.id, visitor });
        self.commit_and_tell(tx, hint).await?;
        Ok(Introduced::Known)
    }
}

/// Whether a browser that holds this visitor's token, and says this, must become another visitor.
///
/// # Errors
/// When the database failed.
pub(super) async fn is_another(tx: &mut Tx, visitor: VisitorId, identity: &Identity) -> StoreResult<bool> {
    let known = find_identity(tx, visitor).await?;
    Ok(!identity.expired && fit(known.as_ref(), &identity.row) == Fit::Another)
}

/// One visitor is one customer for good: under another reference it is another person, who sees nothing of the first.
fn fit(known: Option<&IdentityRow>, said: &IdentityRow) -> Fit {
    match known {
        None => Fit::Same,
        Some(known) if known.customer_ref == said.customer_ref => Fit::Same,
        Some(known) if *known.identity == Proof::Signed && *said.identity == Proof::Claimed => {
            Fit::SignedStands
        }
        Some(_) => Fit::Another,
    }
}

fn claimed(customer_ref: &str, name: Option<&str>, email: Option<&str>) -> Result<Identity, IdentityRefusal> {
    let row = row(customer_ref, name, email, Proof::Claimed).ok_or(IdentityRefusal::Malformed)?;
    Ok(Identity { row, events: vec![Event::VisitorIdentified { signed: false }], expired: false })
}

fn row(customer_ref: &str, name: Option<&str>, email: Option<&str>, proof: Proof) -> Option<IdentityRow> {
    let is_ref = !customer_ref.trim().is_empty()
        && customer_ref.chars().count() <= CUSTOMER_REF_LEN_MAX
        && !customer_ref.chars().any(char::is_control);
    is_ref.then(|| IdentityRow {
        customer_ref: customer_ref.to_owned(),
        identity: Text(proof),
        identity_name: name.map(|name| clean(name, NAME_LEN_MAX)).filter(|name| !name.is_empty()),
        identity_email: email.map(|email| clean(email, EMAIL_LEN_MAX)).filter(|email| !email.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(customer_ref: &str, proof: Proof) -> IdentityRow {
        row(customer_ref, None, None, proof).expect("a reference")
    }

    // spec: X-6
    #[test]
    fn a_signed_identity_replaces_an_unsigned_one_and_never_the_reverse() {
        let fits = |known: &IdentityRow, new: &IdentityRow| fit(Some(known), new);
        let (claimed, signed) = (said("4711", Proof::Claimed), said("4711", Proof::Signed));
        assert_eq!(fit(None, &claimed), Fit::Same);
        assert_eq!(fits(&claimed, &signed), Fit::Same);
        assert_eq!(fits(&signed, &claimed), Fit::Same, "the same reference says nothing new");
        assert_eq!(fits(&signed, &said("4712", Proof::Claimed)), Fit::SignedStands);
        assert_eq!(fits(&signed, &said("4712", Proof::Signed)), Fit::Another);
        assert_eq!(fits(&claimed, &said("4712", Proof::Signed)), Fit::Another);
        assert_eq!(fits(&claimed, &said("4712", Proof::Claimed)), Fit::Another);
    }

    #[test]
    fn a_reference_has_bounds() {
        for wrong in ["", "  ", "a\0b", "line\nbreak", &"x".repeat(CUSTOMER_REF_LEN_MAX + 1)] {
            assert_eq!(claimed(wrong, None, None), Err(IdentityRefusal::Malformed), "{wrong:?}");
        }
        assert!(claimed(&"é".repeat(CUSTOMER_REF_LEN_MAX), None, None).is_ok());
    }
}
