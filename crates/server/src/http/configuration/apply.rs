//! Owns how an installation becomes what a configuration file says, in one unit of work. What refers to others comes after them
//! and goes before them.

use std::collections::{BTreeMap, BTreeSet};

use beckon_engine::id::{CannedReplyId, OfferId, QueueId, RuleId, SiteId, WebhookId};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::document::{Configuration, FORMAT, Item, SiteSection};
use super::export::{self, Everything};
use super::names::{Named, Names};
use super::picture::{self, NewPictures};
use super::{ConfigurationChange, ConfigurationPlan};
use crate::http::audit::difference::differences;
use crate::http::auth::SignedIn;
use crate::http::bringing::{Bringing, Brought};
use crate::http::canned_reply::SHARED_MAX;
use crate::http::error::{Answer, FieldError, Problem};
use crate::http::extract::from_value;
use crate::http::offer::OFFERS_MAX;
use crate::http::queue::{NewQueue, QUEUES_MAX};
use crate::http::rule::RULES_MAX;
use crate::http::site::{NewSite, SITES_MAX, SitePatch};
use crate::http::{Api, canned_reply, customer, offer, queue, rule, site, webhook, workspace};
use crate::store::Tx;
use crate::store::audit::{AuditAction, AuditKind};
use crate::store::webhook::WEBHOOKS_MAX;

/// What was done, not committed yet.
#[derive(Debug)]
pub struct Applied {
    /// The unit of work in which it was done.
    pub tx: Tx,
    /// What was done.
    pub plan: ConfigurationPlan,
    /// The sites whose configuration is another now.
    pub sites: BTreeSet<SiteId>,
}

/// A thing that the file names, with the one it stands for.
struct Wanted {
    at: String,
    id: Uuid,
    item: Item,
}

struct Applying<'a> {
    bringing: Bringing<'a>,
    names: Names,
    /// When what was there before was made.
    made_at: BTreeMap<Uuid, i64>,
    now: i64,
}

/// Does what a file says.
///
/// # Errors
/// When the file is wrong, with a pointer to each place, when something does not fit, or the database failed.
pub async fn apply(
    api: &Api,
    by: &SignedIn,
    mut tx: Tx,
    file: Configuration,
    mut pictures: NewPictures,
) -> Answer<Applied> {
    if file.format != FORMAT {
        return Err(Problem::field("/format", format!("is not {FORMAT}, the form that this release reads")));
    }
    let now = api.clock.now();
    let everything = export::read(&mut tx, now).await?;
    let based_on = fingerprint(&export::file(&mut tx, &everything).await?)?;
    let no_site = SiteId(Uuid::nil());
    let mut applying = Applying {
        made_at: made_at(&everything),
        names: everything.names,
        now: now.0,
        bringing: Bringing { api, by, tx, site: no_site, version: None, brought: Vec::new() },
    };
    if let Some(workspace) = file.workspace {
        let at = "/workspace";
        let patch = from_value(serde_json::Value::Object(workspace.0)).map_err(|problem| problem.at(at))?;
        workspace::bring(&mut applying.bringing, patch).await.map_err(|problem| problem.at(at))?;
    }
    let known = applying.known_sites(&file.sites)?;
    for (i, (section, known)) in file.sites.into_iter().zip(known).enumerate() {
        let new = pictures.remove(&i).unwrap_or_default();
        applying.site(&format!("/sites/{i}"), section, known, new).await?;
    }
    if let Some(items) = file.canned_replies {
        applying.canned_replies(items).await?;
    }
    if let Some(items) = file.webhooks {
        applying.webhooks(items).await?;
    }
    let Applying { bringing, names, .. } = applying;
    let sites = bringing.brought.iter().filter_map(|brought| brought.site).collect();
    let changes = bringing.brought.into_iter().filter_map(|brought| change(&names, brought)).collect();
    Ok(Applied { tx: bringing.tx, plan: ConfigurationPlan { based_on, changes }, sites })
}

impl Applying<'_> {
    /// The site that each section stands for, by the names until now; none for a new one.
    fn known_sites(&self, sections: &[SiteSection]) -> Answer<Vec<Option<Uuid>>> {
        let (mut names, mut sites) = (BTreeSet::new(), BTreeSet::new());
        let mut known = Vec::new();
        for (i, section) in sections.iter().enumerate() {
            let site = self.known(Named::Site, None, &section.name, section.was.as_deref());
            if !names.insert(&section.name) || site.is_some_and(|site| !sites.insert(site)) {
                let why = "stands for the same as another one of the file";
                return Err(Problem::field(format!("/sites/{i}/name"), why));
            }
            known.push(site);
        }
        Ok(known)
    }

    async fn site(
        &mut self,
        at: &str,
        section: SiteSection,
        known: Option<Uuid>,
        pictures: Vec<picture::NewPicture>,
    ) -> Answer<()> {
        let SiteSection { name, origins, settings, deny_paths, allow_params, .. } = section;
        let site = SiteId(known.unwrap_or_else(|| self.bringing.api.clock.new_id()));
        self.bringing.site = site;
        if known.is_some() {
            let patch = SitePatch { name: Some(name.clone()), origins, settings, deny_paths, allow_params };
            site::bring(&mut self.bringing, patch).await.map_err(|problem| problem.at(at))?;
        } else {
            if self.names.list(Named::Site, None).count() >= usize::try_from(SITES_MAX).unwrap_or_default() {
                return Err(Problem::LimitReached(SITES_MAX));
            }
            let new = NewSite {
                name: name.clone(),
                origins: origins.unwrap_or_default(),
                settings: settings.unwrap_or_default(),
                deny_paths: deny_paths.unwrap_or_default(),
                allow_params: allow_params.unwrap_or_default(),
            };
            let first_queue = section.queues.is_none();
            site::bring_new(&mut self.bringing, new, first_queue).await.map_err(|problem| problem.at(at))?;
        }
        self.names.give(Named::Site, None, &name, site.0);
        picture::add(&mut self.bringing, pictures).await?;
        picture::check_own(&mut self.bringing, at, section.pictures.keys()).await?;
        if let Some(fields) = &section.customer_fields {
            let at = format!("{at}/customer_fields");
            let brought = customer::bring_fields(&mut self.bringing, fields).await;
            brought.map_err(|problem| problem.below("/fields", &at))?;
        }
        let of = Some(site);
        let offers = self.wanted(Named::Offer, of, &format!("{at}/offers"), section.offers, OFFERS_MAX)?;
        let queues = self.wanted(Named::Queue, of, &format!("{at}/queues"), section.queues, QUEUES_MAX)?;
        let rules = self.wanted(Named::Rule, of, &format!("{at}/rules"), section.rules, RULES_MAX)?;
        for Wanted { at, id, item } in offers.iter().flat_map(|(wanted, _)| wanted) {
            let wanted = (self.read(AuditKind::Offer, of, at, item)?, self.made(*id));
            let brought = offer::bring(&mut self.bringing, OfferId(*id), Some(wanted)).await;
            brought.map_err(|problem| problem.at(at))?;
        }
        if let Some((wanted, _)) = &queues {
            self.queues(&format!("{at}/queues"), of, wanted).await?;
        }
        for Wanted { at, id, item } in rules.iter().flat_map(|(wanted, _)| wanted) {
            let wanted = (self.read(AuditKind::Rule, of, at, item)?, self.made(*id));
            let brought = rule::bring(&mut self.bringing, RuleId(*id), Some(wanted)).await;
            brought.map_err(|problem| problem.at(at))?;
        }
        for id in rules.into_iter().flat_map(|(_, gone)| gone) {
            rule::bring(&mut self.bringing, RuleId(id), None).await?;
        }
        for id in queues.into_iter().flat_map(|(_, gone)| gone) {
            let gone = queue::take_away(&mut self.bringing, QueueId(id)).await;
            gone.map_err(|problem| self.about(id, problem))?;
        }
        for id in offers.into_iter().flat_map(|(_, gone)| gone) {
            let gone = offer::bring(&mut self.bringing, OfferId(id), None).await;
            gone.map_err(|problem| self.about(id, problem))?;
        }
        let fits = rule::check_together(&mut self.bringing.tx, site).await;
        fits.map_err(|problem| problem.below("/plan/match_value", &format!("{at}/rules")))
    }

    /// The queue of the launcher comes last: it then takes that over from the one that had it.
    async fn queues(&mut self, at: &str, site: Option<SiteId>, wanted: &[Wanted]) -> Answer<()> {
        let mut read = Vec::new();
        for Wanted { at, id, item } in wanted {
            let new: NewQueue = self.read(AuditKind::Queue, site, at, item)?;
            read.push((at, *id, new));
        }
        if read.iter().filter(|(_, _, new)| new.is_default).count() != 1 {
            return Err(Problem::field(at, "has not exactly one queue of the launcher, with is_default"));
        }
        read.sort_by_key(|(_, _, new)| new.is_default);
        for (at, id, new) in read {
            let wanted = (new, self.made(id));
            let brought = queue::bring(&mut self.bringing, QueueId(id), wanted).await;
            brought.map_err(|problem| problem.at(at))?;
        }
        for Wanted { at, id, .. } in wanted {
            let fits = queue::check_brought(&mut self.bringing.tx, QueueId(*id)).await;
            fits.map_err(|problem| problem.at(at))?;
        }
        Ok(())
    }

    async fn canned_replies(&mut self, items: Vec<Item>) -> Answer<()> {
        if items.len() > usize::try_from(SHARED_MAX).unwrap_or_default() {
            return Err(Problem::LimitReached(SHARED_MAX));
        }
        let mut gone: BTreeSet<Uuid> = self.names.all(Named::CannedReply).collect();
        let mut wanted = Vec::new();
        for (i, item) in items.into_iter().enumerate() {
            let at = format!("/canned_replies/{i}");
            let new: canned_reply::NewCannedReply = self.read(AuditKind::CannedReply, None, &at, &item)?;
            let known = self.names.find(Named::CannedReply, new.site_id, &new.shortcut);
            let id = known.unwrap_or_else(|| self.bringing.api.clock.new_id());
            if !gone.remove(&id) && known.is_some() {
                return Err(Problem::field(format!("{at}/shortcut"), "is that of another one of the file"));
            }
            self.names.give(Named::CannedReply, new.site_id, &new.shortcut, id);
            wanted.push((at, id, new));
        }
        for id in gone {
            canned_reply::bring(&mut self.bringing, CannedReplyId(id), None).await?;
        }
        for (at, id, new) in wanted {
            let wanted = Some((new, self.made(id)));
            let brought = canned_reply::bring(&mut self.bringing, CannedReplyId(id), wanted).await;
            brought.map_err(|problem| problem.at(&at))?;
        }
        Ok(())
    }

    async fn webhooks(&mut self, items: Vec<Item>) -> Answer<()> {
        let listed = self.wanted(Named::Webhook, None, "/webhooks", Some(items), WEBHOOKS_MAX)?;
        let (wanted, gone) = listed.unwrap_or_default();
        for id in gone {
            webhook::bring(&mut self.bringing, WebhookId(id), None).await?;
        }
        for Wanted { at, id, item } in &wanted {
            let wanted = (self.read(AuditKind::Webhook, None, at, item)?, self.made(*id));
            let brought = webhook::bring(&mut self.bringing, WebhookId(*id), Some(wanted)).await;
            brought.map_err(|problem| problem.at(at))?;
        }
        Ok(())
    }

    /// What a list wants, with the things they stand for, and what is not in the list; none where the file has no such list.
    fn wanted(
        &mut self,
        kind: Named,
        site: Option<SiteId>,
        at: &str,
        items: Option<Vec<Item>>,
        most: i64,
    ) -> Answer<Option<(Vec<Wanted>, Vec<Uuid>)>> {
        let Some(items) = items else { return Ok(None) };
        if items.len() > usize::try_from(most).unwrap_or_default() {
            return Err(Problem::LimitReached(most));
        }
        let mut wrong = Vec::new();
        let mut gone: BTreeMap<Uuid, String> =
            self.names.list(kind, site).map(|(name, id)| (id, name.to_owned())).collect();
        let mut seen = BTreeSet::new();
        let mut wanted = Vec::new();
        for (i, mut item) in items.into_iter().enumerate() {
            let at = format!("{at}/{i}");
            let was = item.0.remove("was").and_then(|was| was.as_str().map(str::to_owned));
            let Some(name) = item.text("name").map(str::to_owned) else {
                wrong.push(FieldError::new(format!("{at}/name"), "is missing"));
                continue;
            };
            let known = self.known(kind, site, &name, was.as_deref());
            let id = known.unwrap_or_else(|| self.bringing.api.clock.new_id());
            if !seen.insert(name.clone()) || (known.is_some() && gone.remove(&id).is_none()) {
                wrong.push(FieldError::new(
                    format!("{at}/name"),
                    "stands for the same as another one of the file",
                ));
                continue;
            }
            wanted.push((name, Wanted { at, id, item }));
        }
        if !wrong.is_empty() {
            return Err(Problem::Invalid(wrong));
        }
        for (name, Wanted { id, .. }) in &wanted {
            self.names.give(kind, site, name, *id);
        }
        Ok(Some((wanted.into_iter().map(|(_, wanted)| wanted).collect(), gone.into_keys().collect())))
    }

    /// What has this name, or the name that it had until now.
    fn known(&self, kind: Named, site: Option<SiteId>, name: &str, was: Option<&str>) -> Option<Uuid> {
        let found = |name| self.names.find(kind, site, name);
        found(name).or_else(|| was.and_then(found))
    }

    fn made(&self, id: Uuid) -> i64 {
        self.made_at.get(&id).copied().unwrap_or(self.now)
    }

    fn read<T: DeserializeOwned>(
        &self,
        kind: AuditKind,
        site: Option<SiteId>,
        at: &str,
        item: &Item,
    ) -> Answer<T> {
        let (value, unknown) = self.names.to_interface(kind, site, item.clone());
        if !unknown.is_empty() {
            return Err(Problem::Invalid(unknown).at(at));
        }
        from_value(value).map_err(|problem| problem.at(at))
    }

    fn about(&self, id: Uuid, problem: Problem) -> Problem {
        let Problem::InUse(why) = problem else { return problem };
        let name = self.names.name_of(id).unwrap_or_default();
        Problem::InUse(format!("\"{name}\" is not in the file and cannot go: {why}"))
    }
}

/// Names a configuration, so that another one is told from it.
fn fingerprint(file: &Configuration) -> Answer<String> {
    let text = serde_json::to_vec(file).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(hex::encode(&Sha256::digest(text)[..16]))
}

fn made_at(everything: &Everything) -> BTreeMap<Uuid, i64> {
    let mut made_at = BTreeMap::new();
    for things in &everything.sites {
        made_at.extend(things.offers.iter().map(|offer| (offer.id.0, offer.created_at)));
        made_at.extend(things.queues.iter().map(|queue| (queue.id.0, queue.created_at)));
        made_at.extend(things.rules.iter().map(|rule| (rule.id.0, rule.created_at)));
    }
    made_at.extend(everything.canned_replies.iter().map(|reply| (reply.id.0, reply.created_at)));
    made_at.extend(everything.webhooks.iter().map(|webhook| (webhook.id.0, webhook.created_at)));
    made_at
}

/// What became of a thing, in the words of the file; none when all that changed is no part of the file.
fn change(names: &Names, brought: Brought) -> Option<ConfigurationChange> {
    let Brought { action, kind, site, name, before, after } = brought;
    let in_file = |value| serde_json::Value::Object(names.to_file(kind, value).0);
    let differences = match (before, after) {
        (Some(before), Some(after)) => differences(&in_file(before), &in_file(after)),
        _ => Vec::new(),
    };
    if action == AuditAction::Changed && differences.is_empty() {
        return None;
    }
    let site = site.and_then(|site| names.name_of(site.0)).map(str::to_owned);
    Some(ConfigurationChange { action, kind, site, name, differences })
}
