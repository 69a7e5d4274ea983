//! Owns the token of a signed identity: a short-lived JSON Web Token, HS256, made by the site's server (C-2). Keeps nothing.

use std::collections::BTreeMap;

use beckon_engine::event::Event;
use beckon_engine::time::UnixMs;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::{Identity, IdentityRefusal, row};
use crate::driver::attributes::{AttributeValue, Origin, typed};
use crate::store::identity::Proof;

/// Largest token, bytes.
pub const TOKEN_LEN_MAX: usize = 4_096;
/// Longest time from now to a token's end, minutes.
pub const VALID_MIN_MAX: i64 = 60;
/// By so much the clocks of two servers may differ, seconds.
const LEEWAY_S: f64 = 60.0;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    iat: f64,
    #[serde(default)]
    aud: Option<Audience>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, AttributeValue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Checks a token against the secrets that are good now. One whose time is over is told apart from one that is wrong.
pub(super) fn verify<'a>(
    token: &str,
    secrets: impl Iterator<Item = &'a str>,
    site_key: &str,
    now: UnixMs,
) -> Result<Identity, IdentityRefusal> {
    let mut refusal = IdentityRefusal::NoSecret;
    for secret in secrets {
        match signed_by(token, secret) {
            Ok(claims) => return read(claims, site_key, now),
            Err(problem) => refusal = problem,
        }
    }
    Err(refusal)
}

/// The claims of a token that this secret signed. The algorithm is ours to say, not the token's.
fn signed_by(token: &str, secret: &str) -> Result<Claims, IdentityRefusal> {
    let header = decode_header(token).map_err(|error| {
        // JSON that is not a header names an algorithm that the library does not know, such as `none`.
        let is_unknown = matches!(error.kind(), ErrorKind::Json(_));
        if is_unknown { IdentityRefusal::WrongAlgorithm } else { IdentityRefusal::Malformed }
    })?;
    if header.alg != Algorithm::HS256 {
        return Err(IdentityRefusal::WrongAlgorithm);
    }
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are compared by our own clock, and the audience is one we know; both in `read`.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Claims>(token, &key, &validation).map(|data| data.claims).map_err(|error| {
        let is_forged = matches!(error.kind(), ErrorKind::InvalidSignature);
        if is_forged { IdentityRefusal::WrongSignature } else { IdentityRefusal::Malformed }
    })
}

fn read(claims: Claims, site_key: &str, now: UnixMs) -> Result<Identity, IdentityRefusal> {
    let is_ours = match &claims.aud {
        None => true,
        Some(Audience::One(aud)) => aud == site_key,
        Some(Audience::Several(auds)) => auds.iter().any(|aud| aud == site_key),
    };
    if !is_ours {
        return Err(IdentityRefusal::WrongSite);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit into a float for 280 000 years"
    )]
    let now_s = now.0 as f64 / 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "an hour of seconds")]
    let longest_s = (VALID_MIN_MAX * 60) as f64 + LEEWAY_S;
    if !claims.exp.is_finite() || !claims.iat.is_finite() || claims.iat > claims.exp {
        return Err(IdentityRefusal::Malformed);
    }
    if claims.iat > now_s + LEEWAY_S || claims.exp > now_s + longest_s || claims.exp - claims.iat > longest_s
    {
        return Err(IdentityRefusal::TooLong);
    }
    let attributes = typed(claims.attributes, Origin::Token).map_err(|_| IdentityRefusal::Malformed)?;
    let row = row(&claims.sub, claims.name.as_deref(), claims.email.as_deref(), Proof::Signed)
        .ok_or(IdentityRefusal::Malformed)?;
    let mut events = vec![Event::VisitorIdentified { signed: true }];
    if !attributes.is_empty() {
        events.push(Event::AttributesSet { attributes });
    }
    Ok(Identity { row, events, expired: now_s >= claims.exp + LEEWAY_S })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;

    const NOW: UnixMs = UnixMs(1_772_442_000_000);
    const SECRET: &str = "the secret of this site";
    const KEY: &str = "site-key";

    fn claims(more: Value) -> Value {
        let now_s = NOW.0 / 1000;
        let mut claims = json!({ "sub": "4711", "iat": now_s, "exp": now_s + 300 });
        claims.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        claims
    }

    fn signed(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes()))
            .expect("a token")
    }

    fn verified(more: Value) -> Result<Identity, IdentityRefusal> {
        let token = signed(&claims(more), Algorithm::HS256, SECRET);
        verify(&token, [SECRET].into_iter(), KEY, NOW)
    }

    // spec: C-2
    // spec: T-5
    #[test]
    fn a_good_token_says_who_the_visitor_is_and_signs_attributes() {
        let said = json!({ "name": "Ann Moe", "email": "ann@shop.example", "aud": KEY,
                           "attributes": { "plan": "gold", "orders": 3, "vip": true, "since": { "time": 5 } } });
        let identity = verified(said).expect("a good token");
        assert_eq!(identity.row.customer_ref, "4711");
        assert_eq!(*identity.row.identity, Proof::Signed);
        assert_eq!(identity.row.identity_name.as_deref(), Some("Ann Moe"));
        assert!(!identity.expired);
        let [Event::VisitorIdentified { signed: true }, Event::AttributesSet { attributes }] =
            &identity.events[..]
        else {
            panic!("{:?}", identity.events)
        };
        assert_eq!(attributes.len(), 4);
        assert!(attributes.iter().all(|attribute| attribute.signed));
        assert!(verified(json!({ "aud": ["other", KEY] })).is_ok());
    }

    // spec: X-6
    #[test]
    fn what_is_wrong_with_a_token_is_told_apart() {
        let now_s = NOW.0 / 1000;
        for (more, refusal) in [
            (json!({ "aud": "other" }), IdentityRefusal::WrongSite),
            (json!({ "exp": now_s + 3_700 }), IdentityRefusal::TooLong),
            (json!({ "iat": now_s - 3_700, "exp": now_s + 10 }), IdentityRefusal::TooLong),
            (json!({ "iat": now_s + 200, "exp": now_s + 300 }), IdentityRefusal::TooLong),
            (json!({ "exp": null }), IdentityRefusal::Malformed),
            (json!({ "iat": "now" }), IdentityRefusal::Malformed),
            (json!({ "sub": "" }), IdentityRefusal::Malformed),
            (json!({ "sub": 4711 }), IdentityRefusal::Malformed),
            (json!({ "attributes": { "": 1 } }), IdentityRefusal::Malformed),
            (json!({ "attributes": { "a": "x".repeat(257) } }), IdentityRefusal::Malformed),
        ] {
            assert_eq!(verified(more.clone()), Err(refusal), "{more}");
        }
        let expired = verified(json!({ "iat": now_s - 300, "exp": now_s - 61 })).expect("a good signature");
        assert!(expired.expired);
        assert!(
            !verified(json!({ "iat": now_s - 300, "exp": now_s - 30 })).expect("within the leeway").expired
        );
    }

    // spec: X-6
    #[test]
    fn only_hs256_with_the_sites_own_secret_is_good() {
        let check = |token: &str, secrets: &[&str]| verify(token, secrets.iter().copied(), KEY, NOW);
        let good = signed(&claims(json!({})), Algorithm::HS256, SECRET);
        assert!(check(&good, &["new", SECRET]).is_ok(), "the secret before is good too");
        assert_eq!(check(&good, &["new"]), Err(IdentityRefusal::WrongSignature));
        assert_eq!(check(&good, &[]), Err(IdentityRefusal::NoSecret));
        let other = signed(&claims(json!({})), Algorithm::HS512, SECRET);
        assert_eq!(check(&other, &[SECRET]), Err(IdentityRefusal::WrongAlgorithm));
        // {"alg":"none","typ":"JWT"}
        let payload = good.split('.').nth(1).expect("a payload");
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.");
        assert_eq!(check(&none, &[SECRET]), Err(IdentityRefusal::WrongAlgorithm));
        let forged = format!("{}x", &good[..good.len() - 1]);
        assert!(check(&forged, &[SECRET]).is_err());
        for junk in ["", ".", "..", "a.b.c", &"é".repeat(100)] {
            assert!(check(junk, &[SECRET]).is_err(), "{junk}");
        }
    }
}
