//! Owns the settings of an installation: what there is, and from where it is taken. The command line wins over the
//! environment, the environment over the file, the file over the defaults. Starts nothing.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

const PREFIX: &str = "BECKON_";
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const DATA_DEFAULT: &str = "./beckon-data";
const LOG_DEFAULT: &str = "info";
/// With one server there is nobody to move to; with several, the others take in each one's browsers within this time.
const DRAIN_S_DEFAULT: u16 = 10;
const DRAIN_S_MAX: u16 = 600;

/// Variables with the same prefix that belong to `beckon config` and to the project's own tools, which start servers.
const OF_THE_TOOLS: [&str; 6] =
    ["BECKON_BIN", "BECKON_CHROMIUM", "BECKON_SERVER", "BECKON_SHOTS", "BECKON_TOKEN", "BECKON_TEST_"];

/// The settings that one place names; the same on the command line, in the environment and in the file.
#[derive(Clone, Default, Deserialize, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address of console, widget and API [env: BECKON_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Folder of the embedded database, made when missing [env: BECKON_DATA] [default: ./beckon-data]
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    pub data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database, as postgres://… [env: BECKON_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Key that seals secrets in the database, 64 hexadecimal digits [env: BECKON_SECRET_KEY] [default: the file secret-key in data]
    #[arg(long, value_name = "KEY", conflicts_with = "secret_key_file")]
    pub secret_key: Option<String>,
    /// File with that key [env: BECKON_SECRET_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// NATS between several servers on one PostgreSQL, as nats://… [env: BECKON_NATS_URL]
    #[arg(long, value_name = "URL")]
    pub nats_url: Option<String>,
    /// Address of the metrics for Prometheus, not meant for the public [env: BECKON_METRICS_LISTEN] [default: off]
    #[arg(long, value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,
    /// How many proxies in front add the client's address to X-Forwarded-For [env: BECKON_TRUSTED_PROXIES] [default: 0]
    #[arg(long, value_name = "N")]
    #[serde(deserialize_with = "number_or_text")]
    pub trusted_proxies: Option<u8>,
    /// Mail server for what Beckon sends, as smtps://user:password@host [env: BECKON_SMTP_URL] [default: no mail]
    #[arg(long, value_name = "URL")]
    pub smtp_url: Option<String>,
    /// Sender of what Beckon sends, such as Shop <chat@shop.example> [env: BECKON_MAIL_FROM]
    #[arg(long, value_name = "ADDR")]
    pub mail_from: Option<String>,
    /// Private networks that webhooks may reach, as 10.0.0.0/8,fd00::/8 [env: BECKON_OUTBOUND_ALLOW] [default: none]
    #[arg(long, value_name = "NETWORKS")]
    pub outbound_allow: Option<String>,
    /// Seconds over which everyone is told to move to another node before a stop, 0 to 600 [env: BECKON_DRAIN_S] [default: 10 with PostgreSQL, else 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=i64::from(DRAIN_S_MAX)))]
    #[serde(deserialize_with = "seconds_or_text")]
    pub drain_s: Option<u16>,
    /// What is logged, such as warn or info,beckon_server=debug [env: BECKON_LOG] [default: info]
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// How a line of the log is written [env: BECKON_LOG_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How a line of the log is written (N-6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// The settings of a server, from all places together.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Address of console, widget and API.
    pub listen: SocketAddr,
    /// Which database.
    pub database: Database,
    /// The key that seals secrets in the database; none: beside the embedded one stands a file.
    pub secret_key: Option<SecretKey>,
    /// NATS between several servers; none when there is one.
    pub nats_url: Option<String>,
    /// Address of the metrics; off when absent.
    pub metrics_listen: Option<SocketAddr>,
    /// How many proxies in front add to `X-Forwarded-For`.
    pub trusted_proxies: u8,
    /// How mail leaves; off when absent.
    pub mail: Option<Mail>,
    /// Private networks that webhooks may reach.
    pub outbound_allow: Vec<IpNet>,
    /// Before a stop, everyone is told to move to another node, spread over this time.
    pub drain: Duration,
    /// What is logged, as a filter of `tracing`.
    pub log: String,
    /// How a line of the log is written.
    pub log_format: LogFormat,
}

/// How mail leaves.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The mail server: `smtps://`, or `smtp://` with `?tls=required` or `?tls=opportunistic`. It may hold a password
    /// and is never logged.
    pub smtp_url: String,
    /// The sender, as an address or as `Name <address>`.
    pub from: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Where the key that seals secrets is taken from. It is never logged.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretKey {
    /// It was named itself.
    Written(String),
    /// It stands in this file.
    InFile(PathBuf),
}

/// Which database an installation has.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// The embedded one, in this folder.
    Sqlite(PathBuf),
    /// PostgreSQL at this address, which may hold a password and is never logged.
    Postgres(String),
}

/// Brings the settings together: `args` from the command line, with the `file` it names, and the environment.
///
/// # Errors
/// When a key is unknown, a value cannot be read, or a place names two databases.
pub fn load(
    args: Settings,
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> anyhow::Result<Config> {
    let mut variables = variables(environment);
    let named = variables.remove("config").map(PathBuf::from);
    let from_file = match file.or(named.as_deref()) {
        Some(path) => parse_file(path)?,
        None => Settings::default(),
    };
    let from_environment = parse_environment(variables)?;
    let database =
        database([("command line", &args), ("environment", &from_environment), ("file", &from_file)])?;
    let secret_key =
        secret_key([("command line", &args), ("environment", &from_environment), ("file", &from_file)])?;
    let drain_s_default = match &database {
        Database::Sqlite(_) => 0,
        Database::Postgres(_) => DRAIN_S_DEFAULT,
    };
    let merged = args.or(from_environment).or(from_file);
    let mail = mail(merged.smtp_url, merged.mail_from)?;
    Ok(Config {
        listen: merged.listen.unwrap_or(LISTEN_DEFAULT),
        database,
        secret_key,
        nats_url: merged.nats_url,
        metrics_listen: merged.metrics_listen,
        trusted_proxies: merged.trusted_proxies.unwrap_or(0),
        mail,
        drain: Duration::from_secs(u64::from(merged.drain_s.unwrap_or(drain_s_default))),
        outbound_allow: networks(merged.outbound_allow.as_deref().unwrap_or_default())?,
        log: merged.log.unwrap_or_else(|| LOG_DEFAULT.to_owned()),
        log_format: merged.log_format.unwrap_or_default(),
    })
}

impl Settings {
    /// These settings, and where they name nothing, those of `lower`.
    fn or(self, lower: Self) -> Self {
        Self {
            listen: self.listen.or(lower.listen),
            data: self.data.or(lower.data),
            database_url: self.database_url.or(lower.database_url),
            secret_key: self.secret_key.or(lower.secret_key),
            secret_key_file: self.secret_key_file.or(lower.secret_key_file),
            nats_url: self.nats_url.or(lower.nats_url),
            metrics_listen: self.metrics_listen.or(lower.metrics_listen),
            trusted_proxies: self.trusted_proxies.or(lower.trusted_proxies),
            smtp_url: self.smtp_url.or(lower.smtp_url),
            mail_from: self.mail_from.or(lower.mail_from),
            outbound_allow: self.outbound_allow.or(lower.outbound_allow),
            drain_s: self.drain_s.or(lower.drain_s),
            log: self.log.or(lower.log),
            log_format: self.log_format.or(lower.log_format),
        }
    }
}

/// The highest place that names a database decides alone, so that a folder on the command line wins over an address
/// in the file.
fn database(places: [(&str, &Settings); 3]) -> anyhow::Result<Database> {
    for (place, settings) in places {
        match (&settings.data, &settings.database_url) {
            (Some(_), Some(_)) => {
                bail!("the {place} names both data and database_url; one server has one database")
            }
            (Some(dir), None) => return Ok(Database::Sqlite(dir.clone())),
            (None, Some(url)) if is_postgres(url) => return Ok(Database::Postgres(url.clone())),
            (None, Some(_)) => bail!("the database_url of the {place} does not begin with postgres://"),
            (None, None) => {}
        }
    }
    Ok(Database::Sqlite(PathBuf::from(DATA_DEFAULT)))
}

/// The highest place that names the key decides alone.
fn secret_key(places: [(&str, &Settings); 3]) -> anyhow::Result<Option<SecretKey>> {
    for (place, settings) in places {
        match (&settings.secret_key, &settings.secret_key_file) {
            (Some(_), Some(_)) => bail!("the {place} names both secret_key and secret_key_file"),
            (Some(key), None) => return Ok(Some(SecretKey::Written(key.clone()))),
            (None, Some(path)) => return Ok(Some(SecretKey::InFile(path.clone()))),
            (None, None) => {}
        }
    }
    Ok(None)
}

fn mail(smtp_url: Option<String>, from: Option<String>) -> anyhow::Result<Option<Mail>> {
    match (smtp_url, from) {
        (Some(smtp_url), Some(from)) => Ok(Some(Mail { smtp_url, from })),
        (Some(_), None) => bail!("smtp_url is set, but mail_from, the sender, is not"),
        (None, Some(_)) => bail!("mail_from is set, but smtp_url, the mail server, is not"),
        (None, None) => Ok(None),
    }
}

fn networks(list: &str) -> anyhow::Result<Vec<IpNet>> {
    let named = list.split(',').map(str::trim).filter(|network| !network.is_empty());
    let parse = |network: &str| {
        network
            .parse()
            .with_context(|| format!("outbound_allow: {network} is not a network such as 10.0.0.0/8"))
    };
    named.map(parse).collect()
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn parse_file(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("in {}", path.display()))
}

fn variables(environment: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    environment
        .filter(|(name, _)| !OF_THE_TOOLS.iter().any(|tool| name.starts_with(tool)))
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_lowercase(), value)))
        .collect()
}

fn parse_environment(variables: BTreeMap<String, String>) -> anyhow::Result<Settings> {
    let table = variables.into_iter().map(|(key, value)| (key, toml::Value::String(value))).collect();
    serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|error| {
        let variable = format!("{PREFIX}{}", error.path().to_string().to_uppercase());
        anyhow::Error::new(error.into_inner()).context(format!("in the environment variable {variable}"))
    })
}

fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    number(deserializer, u8::MAX)
}

fn seconds_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    number(deserializer, DRAIN_S_MAX)
}

/// A number up to `max`. The environment has only texts.
fn number<'de, D: Deserializer<'de>, N>(deserializer: D, max: N) -> Result<Option<N>, D::Error>
where
    N: TryFrom<u64> + PartialOrd + std::fmt::Display,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(u64),
        Text(String),
    }
    let number = match NumberOrText::deserialize(deserializer) {
        Ok(NumberOrText::Number(number)) => Some(number),
        Ok(NumberOrText::Text(text)) => text.parse().ok(),
        Err(_) => None,
    };
    let number = number.and_then(|number| N::try_from(number).ok()).filter(|number| *number <= max);
    number.map(Some).ok_or_else(|| serde::de::Error::custom(format!("is not a number from 0 to {max}")))
}

#[cfg(test)]
mod tests;
