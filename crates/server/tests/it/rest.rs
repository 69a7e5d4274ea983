//! Tests of the REST interface, through the whole router but without a network.

mod account;
mod api_tokens;
mod audit;
mod audit_routes;
mod bad_input;
mod both_engines;
mod configuration;
mod customers;
mod description;
mod files;
mod idempotency;
mod offers;
pub(crate) mod place;
mod provider;
mod queues;
mod roles;
mod rules;
mod second_step;
mod sessions;
mod setup;
mod single_sign_on;
mod single_sign_on_settings;
mod sites;
mod user_links;
mod users;
mod webhooks;
mod workspace;
