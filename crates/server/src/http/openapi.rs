//! Owns the description of the REST interface, OpenAPI 3.1: gathered from the routes, so that it cannot drift from them.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response, ResponseBuilder,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::error::{FieldError, ProblemDocument};
use super::{Api, agent, auth, chat, offer, queue, rule, session, setup, site, user, visit};

/// Where the document stands.
pub const PATH: &str = "/api/openapi.json";

const ABOUT: &str = "Everything that the console does. Refused requests are answered with RFC 9457 problem documents, \
    `application/problem+json`; their `code` is a closed list. Lists come in pages: give the `next` of one page as the \
    `after` of the following. A change (`PATCH`) replaces each named field as a whole and leaves the others. Unknown \
    fields are refused. Sign in at `/api/v1/session`; the session is a cookie. Changes are accepted from the server's \
    own origin and from programs that send no `Origin`.";

/// How a request that only reads can be refused.
#[derive(Clone, Copy, Debug)]
pub struct Refusals;

/// How a request that changes something can be refused.
#[derive(Clone, Copy, Debug)]
pub struct ChangeRefusals;

const REFUSALS: [(&str, &str); 5] = [
    ("401", "Nobody is signed in: `signed_out`"),
    ("403", "The role does not allow this: `forbidden`"),
    ("404", "There is nothing here: `not_found`"),
    ("422", "Some parameters are not valid: `invalid`"),
    ("500", "The server failed: `internal`"),
];

const CHANGE_REFUSALS: [(&str, &str); 9] = [
    ("400", "The body is not JSON: `bad_json`"),
    ("401", "Nobody is signed in, or not with this password: `signed_out`, `wrong_credentials`"),
    (
        "403",
        "The role, the origin or the token does not allow this: `forbidden`, `foreign_origin`, `wrong_setup_token`",
    ),
    ("404", "There is nothing here: `not_found`"),
    (
        "409",
        "It does not fit what is there: `taken`, `in_use`, `last_admin`, `default_queue`, `set_up_already`, `limit_reached`",
    ),
    ("413", "The body is too large: `too_large`"),
    ("415", "The body is not declared as JSON: `not_json`"),
    ("422", "Some fields are not valid: `invalid`, with a pointer to each"),
    ("429", "Too many attempts: `too_many`, with the header Retry-After"),
];

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&REFUSALS)
    }
}

impl IntoResponses for ChangeRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&CHANGE_REFUSALS)
    }
}

fn problems(refusals: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let with_problem = |about: &str| {
        let schema = Ref::from_schema_name(ProblemDocument::name());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        ResponseBuilder::new().description(about).content("application/problem+json", content).build().into()
    };
    refusals.iter().map(|(status, about)| ((*status).to_owned(), with_problem(about))).collect()
}

/// All resources with their description.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(frame())
        .merge(setup::router())
        .merge(session::router())
        .merge(user::router())
        .merge(site::router())
        .merge(queue::router())
        .merge(offer::router())
        .merge(rule::router())
        .merge(chat::router())
        .merge(visit::router())
        .merge(agent::router())
}

/// The description of all resources.
#[must_use]
pub fn document() -> OpenApi {
    router().into_openapi()
}

/// The route that serves the description.
pub fn serve(document: &OpenApi) -> Router<Api> {
    let text = document.to_json().expect("the document is made of plain values");
    Router::new().route(PATH, get(async move || ([(CONTENT_TYPE, "application/json")], text)))
}

fn frame() -> OpenApi {
    let mut components = Components::new();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(auth::COOKIE));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    components.schemas.insert(ProblemDocument::name().into_owned(), ProblemDocument::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    let info = InfoBuilder::new()
        .title("Beckon")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
