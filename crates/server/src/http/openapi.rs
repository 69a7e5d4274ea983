//! Owns the description of the REST interface, OpenAPI 3.1: gathered from the routes, so that it cannot drift from them.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response, ResponseBuilder,
    Schema,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::error::{FieldError, ProblemDocument};
use super::{
    Api, account, agent, api_token, audit, auth, by_hand, canned_reply, chat, configuration, customer,
    decision, draft, enquiry, file, history, identity, offer, offer_preview, offer_stop, presentation, queue,
    queue_switch, rule, rule_order, rule_test, scope, second_step, seen, session, setup, setup_step, site,
    user, user_access, user_link, version, visit, waiting, wallboard, webhook, workspace, wrap_up,
};

/// Where the document stands.
pub const PATH: &str = "/api/openapi.json";

const ABOUT: &str = "Everything that the console does. Refused requests are answered with RFC 9457 problem documents, \
    `application/problem+json`; their `code` is a closed list. Lists come in pages: give the `next` of one page as the \
    `after` of the following. A change (`PATCH`) replaces each named field as a whole and leaves the others. Unknown \
    fields are refused. Sign in at `/api/v1/session`; the session is a cookie. A program sends `Authorization: Bearer` with an API token \
    instead. A POST that is sent again with its `Idempotency-Key` is answered as the first time, for a day. Changes are accepted from the server's \
    own origin and from programs that send no `Origin`.";

/// How a request that only reads can be refused.
#[derive(Clone, Copy, Debug)]
pub struct Refusals;

/// How a request that changes something can be refused.
#[derive(Clone, Copy, Debug)]
pub struct ChangeRefusals;

/// Every status of a refusal, with the codes that come with it.
const REFUSALS: [(&str, &str); 10] = [
    ("400", "The body is not JSON: `bad_json`"),
    (
        "401",
        "Nobody is signed in, or not with this password or code: `signed_out`, `wrong_credentials`, `code_needed`, `wrong_code`, `sign_in_over`",
    ),
    (
        "403",
        "Role, origin or token do not allow this: `forbidden`, `out_of_scope`, `foreign_origin`, `wrong_setup_token`, `must_set_up`, `password_off`",
    ),
    ("404", "There is nothing here: `not_found`, `dead_link`"),
    (
        "409",
        "It does not fit what is there: `taken`, `stale`, `in_use`, `key_under_way`, `last_admin`, `default_queue`, `set_up_already`, \
         `limit_reached`, `chat_closed`, `chat_full`, `site_full`, `disabled`, `single_sign_on_off`",
    ),
    ("413", "The body is too large: `too_large`, `file_too_large`"),
    (
        "415",
        "The body is not declared as JSON, or not a file that is taken: `not_json`, `file_kind`, `file_broken`",
    ),
    ("422", "Some fields or parameters are not valid: `invalid`, with a pointer to each"),
    ("429", "Too many attempts: `too_many`, with the header Retry-After"),
    ("500", "The server failed: `internal`"),
];

/// Of these, the ones that a request without a body can meet.
const WHEN_READING: [&str; 5] = ["401", "403", "404", "422", "500"];

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(|status| WHEN_READING.contains(&status))
    }
}

impl IntoResponses for ChangeRefusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(|_| true)
    }
}

fn refusals(meets: impl Fn(&str) -> bool) -> BTreeMap<String, RefOr<Response>> {
    let statuses = REFUSALS.iter().map(|(status, _)| *status).filter(|status| meets(status));
    let reference = |status: &str| RefOr::Ref(Ref::from_response_name(response_name(status)));
    statuses.map(|status| (status.to_owned(), reference(status))).collect()
}

fn response_name(status: &str) -> String {
    format!("Refused{status}")
}

fn refusal(about: &str) -> Response {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(about).content("application/problem+json", content).build()
}

/// All resources, and their description.
pub fn parts() -> (Router<Api>, OpenApi) {
    let (router, mut document) = resources().split_for_parts();
    refer_to_items(&mut document);
    name_scopes(&mut document);
    (router, document)
}

fn resources() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(frame())
        .merge(setup::router())
        .merge(session::router())
        .merge(account::router())
        .merge(second_step::router())
        .merge(user::router())
        .merge(user_access::router())
        .merge(user_link::router())
        .merge(site::router())
        .merge(identity::router())
        .merge(queue::router())
        .merge(queue_switch::router())
        .merge(enquiry::router())
        .merge(offer::router())
        .merge(offer_preview::router())
        .merge(rule::router())
        .merge(rule_order::router())
        .merge(rule_test::router())
        .merge(chat::router())
        .merge(history::router())
        .merge(file::router())
        .merge(wrap_up::router())
        .merge(waiting::router())
        .merge(visit::router())
        .merge(decision::router())
        .merge(presentation::router())
        .merge(by_hand::router())
        .merge(seen::router())
        .merge(agent::router())
        .merge(offer_stop::router())
        .merge(wallboard::router())
        .merge(canned_reply::router())
        .merge(draft::router())
        .merge(workspace::router())
        .merge(customer::router())
        .merge(webhook::router())
        .merge(audit::router())
        .merge(version::router())
        .merge(api_token::router())
        .merge(setup_step::router())
        .merge(configuration::router())
        .merge(single_sign_on())
}

#[cfg(feature = "openid-connect")]
fn single_sign_on() -> OpenApiRouter<Api> {
    super::single_sign_on::router()
}

#[cfg(not(feature = "openid-connect"))]
fn single_sign_on() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
}

/// The route that serves the description.
pub fn serve(document: &OpenApi) -> Router<Api> {
    let text = document.to_json().expect("the document is made of plain values");
    Router::new().route(PATH, get(async move || ([(CONTENT_TYPE, "application/json")], text)))
}

/// Pages are derived with the whole item inside; here they refer to it instead, so that it has one name.
fn refer_to_items(document: &mut OpenApi) {
    let schemas = document.components.iter_mut().flat_map(|components| &mut components.schemas);
    for (name, schema) in schemas {
        let (Some(item), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema) else {
            continue;
        };
        if let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}

/// Where a token can be used instead of a session, the description says with which scope.
fn name_scopes(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::PUT, &mut item.put),
            (Method::PATCH, &mut item.patch),
            (Method::DELETE, &mut item.delete),
        ] {
            let Some(security) = operation.as_mut().and_then(|operation| operation.security.as_mut()) else {
                continue;
            };
            if let Some(scope) = scope::scope_of(&method, path) {
                security.push(SecurityRequirement::new("token", [scope::name_of(scope)]));
            }
        }
    }
}

fn frame() -> OpenApi {
    let mut components = Components::new();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(auth::COOKIE));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.schemas.insert(ProblemDocument::name().into_owned(), ProblemDocument::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    for (status, about) in REFUSALS {
        components.responses.insert(response_name(status), refusal(about).into());
    }
    let info = InfoBuilder::new()
        .title("Beckon")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
