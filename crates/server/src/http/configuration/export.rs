//! Owns how the configuration of an installation becomes a file.

use std::collections::BTreeMap;

use beckon_engine::id::{QueueId, SiteId, UserId};
use beckon_engine::time::UnixMs;
use serde::Serialize;
use uuid::Uuid;

use super::document::{Configuration, FORMAT, Item, SiteSection};
use super::names::{Named, Names};
use super::{picture, schema};
use crate::http::audit::record::{Audited, kept};
use crate::http::canned_reply::{CannedReply, SHARED_MAX};
use crate::http::error::{Answer, FieldError, Problem};
use crate::http::offer::Offer;
use crate::http::queue::Queue;
use crate::http::rule::Rule;
use crate::http::site::{SITES_MAX, Site};
use crate::http::webhook::Webhook;
use crate::store::Tx;
use crate::store::canned_reply::list_shared_canned_replies;
use crate::store::customer::find_custom_fields;
use crate::store::offer::list_all_offers;
use crate::store::queue::{list_all_queues, list_site_queue_agents};
use crate::store::rule::list_all_rules;
use crate::store::site::list_sites;
use crate::store::user::USERS_MAX;
use crate::store::user::list_users;
use crate::store::webhook::list_webhooks;
use crate::store::workspace::find_workspace;

/// Most things of an installation whose configuration is one file.
const THINGS_MAX: usize = 20_000;

/// All that a file can hold, as the interface shows it.
#[derive(Debug)]
pub struct Everything {
    /// The sites with what belongs to them.
    pub sites: Vec<SiteThings>,
    /// Canned replies that agents share.
    pub canned_replies: Vec<CannedReply>,
    /// Webhooks.
    pub webhooks: Vec<Webhook>,
    /// How everything is called.
    pub names: Names,
}

/// A site with what belongs to it.
#[derive(Debug)]
pub struct SiteThings {
    /// The site.
    pub site: Site,
    /// Its offers.
    pub offers: Vec<Offer>,
    /// Its queues.
    pub queues: Vec<Queue>,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// Reads everything.
///
/// # Errors
/// When two things have one name, there is too much, or the database failed.
pub async fn read(tx: &mut Tx, now: UnixMs) -> Answer<Everything> {
    let mut names = Names::default();
    for user in list_users(tx, "", USERS_MAX).await? {
        names.give(Named::User, None, &user.email, user.id.0.0);
    }
    let mut sites = Vec::new();
    let mut count = 0;
    for row in list_sites(tx, ("", ""), SITES_MAX).await? {
        let things = read_site(tx, row.into(), now).await?;
        count += things.offers.len() + things.queues.len() + things.rules.len();
        if count > THINGS_MAX {
            return Err(Problem::LimitReached(i64::try_from(THINGS_MAX).unwrap_or(i64::MAX)));
        }
        name_site(&mut names, &things)?;
        sites.push(things);
    }
    let rows = list_shared_canned_replies(tx, SHARED_MAX).await?;
    let canned_replies: Vec<_> = rows.into_iter().map(CannedReply::from).collect();
    for reply in &canned_replies {
        names.give(Named::CannedReply, reply.site_id, &reply.shortcut, reply.id.0);
    }
    let webhooks: Vec<_> = list_webhooks(tx).await?.into_iter().map(|row| Webhook::new(row, now.0)).collect();
    for webhook in &webhooks {
        give(&mut names, Named::Webhook, None, "webhooks", &webhook.name, webhook.id.0)?;
    }
    Ok(Everything { sites, canned_replies, webhooks, names })
}

async fn read_site(tx: &mut Tx, site: Site, now: UnixMs) -> Answer<SiteThings> {
    let mut agents: BTreeMap<QueueId, Vec<UserId>> = BTreeMap::new();
    for (queue, agent) in list_site_queue_agents(tx, site.id).await? {
        agents.entry(queue).or_default().push(agent);
    }
    let queue = |row: crate::store::queue::QueueRow| {
        let agents = agents.remove(&row.id.0).unwrap_or_default();
        Queue::new(row, agents, now)
    };
    Ok(SiteThings {
        offers: list_all_offers(tx, site.id).await?.into_iter().map(Offer::from).collect(),
        queues: list_all_queues(tx, site.id).await?.into_iter().map(queue).collect(),
        rules: list_all_rules(tx, site.id).await?.into_iter().map(Rule::from).collect(),
        site,
    })
}

fn name_site(names: &mut Names, things: &SiteThings) -> Answer<()> {
    let SiteThings { site, offers, queues, rules } = things;
    give(names, Named::Site, None, "sites", &site.name, site.id.0)?;
    for offer in offers {
        give(names, Named::Offer, Some(site.id), "offers of a site", &offer.name, offer.id.0)?;
    }
    for queue in queues {
        give(names, Named::Queue, Some(site.id), "queues of a site", &queue.name, queue.id.0)?;
    }
    for rule in rules {
        give(names, Named::Rule, Some(site.id), "rules of a site", &rule.name, rule.id.0)?;
    }
    Ok(())
}

fn give(
    names: &mut Names,
    kind: Named,
    site: Option<SiteId>,
    what: &str,
    name: &str,
    id: Uuid,
) -> Answer<()> {
    if names.give(kind, site, name, id) {
        return Ok(());
    }
    let why = format!(
        "There are two {what} of the name \"{name}\", which a file cannot tell apart: give one another name"
    );
    Err(Problem::Taken(FieldError::new("", why)))
}

/// The configuration as a file.
///
/// # Errors
/// When two things have one name, there is too much, or the database failed.
pub async fn export(tx: &mut Tx, now: UnixMs) -> Answer<Configuration> {
    let everything = read(tx, now).await?;
    file(tx, &everything).await
}

/// Everything as a file.
///
/// # Errors
/// When the database failed.
pub async fn file(tx: &mut Tx, everything: &Everything) -> Answer<Configuration> {
    let names = &everything.names;
    let mut sites = Vec::new();
    for things in &everything.sites {
        sites.push(section(tx, names, things).await?);
    }
    Ok(Configuration {
        schema: Some(schema::PATH.to_owned()),
        format: FORMAT,
        workspace: Some(
            names.to_file(crate::store::workspace::Workspace::KIND, kept(&find_workspace(tx).await?)),
        ),
        sites,
        canned_replies: Some(items(names, &everything.canned_replies)),
        webhooks: Some(items(names, &everything.webhooks)),
    })
}

async fn section(tx: &mut Tx, names: &Names, things: &SiteThings) -> Answer<SiteSection> {
    let SiteThings { site, offers, queues, rules } = things;
    let (offers, queues) = (items(names, offers), items(names, queues));
    Ok(SiteSection {
        name: site.name.clone(),
        was: None,
        origins: Some(site.origins.clone()),
        settings: Some(site.settings.clone()),
        deny_paths: Some(site.deny_paths.clone()),
        allow_params: Some(site.allow_params.clone()),
        customer_fields: Some(find_custom_fields(tx, site.id).await?),
        pictures: picture::shown(tx, offers.iter().chain(&queues)).await?,
        offers: Some(offers),
        queues: Some(queues),
        rules: Some(items(names, rules)),
    })
}

fn items<T: Audited + Serialize>(names: &Names, things: &[T]) -> Vec<Item> {
    let mut items: Vec<_> = things.iter().map(|thing| names.to_file(T::KIND, kept(thing))).collect();
    let key = |item: &Item| {
        let priority = item.0.get("priority").and_then(serde_json::Value::as_i64);
        (priority, item.text("name").or(item.text("shortcut")).unwrap_or_default().to_owned())
    };
    items.sort_by_key(key);
    items
}
