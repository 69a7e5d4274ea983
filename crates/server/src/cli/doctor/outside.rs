//! Owns looking at what stands beside the database: NATS between the nodes, and the mail server.

use super::Findings;
use crate::bus::{NatsVersion, find_nats_version};
use crate::config::{Config, Database};
use crate::mail::Mailer;

pub(super) async fn look(config: &Config, findings: &mut Findings) {
    look_at_nats(config, findings).await;
    look_at_mail(config, findings).await;
}

async fn look_at_nats(config: &Config, findings: &mut Findings) {
    let Some(url) = &config.nats_url else {
        match config.database {
            Database::Sqlite(_) => {}
            Database::Postgres(_) => findings.ok("nats", "is not set: there is one node"),
        }
        return;
    };
    match find_nats_version(url).await {
        Ok(NatsVersion { text, is_known_good: true }) => findings.ok("nats", format!("{text} answers")),
        Ok(NatsVersion { text, is_known_good: false }) => {
            findings.warning("nats", format!("{text} answers"), "use 2.11.15, 2.12.6 or newer");
        }
        Err(error) => {
            let says = format!("cannot be reached: {error:#}");
            findings.fault("nats", says, "nodes run without it, and see each other some seconds late");
        }
    }
}

async fn look_at_mail(config: &Config, findings: &mut Findings) {
    let Some(mail) = &config.mail else {
        findings.ok("mail server", "is not set: no mail leaves");
        return;
    };
    let reached = match Mailer::new(mail) {
        Ok(mailer) => mailer.reach().await,
        Err(error) => {
            findings.fault("mail server", format!("{error:#}"), "correct the setting");
            return;
        }
    };
    match reached {
        Ok(()) => findings.ok("mail server", "answers, with TLS and sign-in as set"),
        Err(why) => findings.fault("mail server", why, "mails wait until it answers, for two days"),
    }
}
