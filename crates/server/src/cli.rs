//! Owns the command line: what can be asked for, and how it is explained. What a command does stands elsewhere.

use std::io::{IsTerminal, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use beckon_engine::id::UserId;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::app;
use crate::clock::Clock;
use crate::config::{self, Config, LogFormat, Mail, Settings};
use crate::demo::{self, Demo};
use crate::http::check::Checks;
use crate::http::error::Problem;
use crate::http::{password, user};
use crate::store::column::Text;
use crate::store::user::{Role, UserRow, insert_user};
use crate::store::{Store, StoreError};

mod backup;
mod configuration;
mod doctor;
mod installation;
mod moving;
mod postgres_tools;
mod restore;
mod whole_file;

const SETTINGS_HELP: &str = "\
Each option is also an environment variable, as named, and a key of the file, such as metrics_listen.
The command line wins over the environment, the environment over the file.";

/// Proactive chat for websites, on your own server.
///
/// One program holds everything: the server, the console for agents and administrators, and the widget for your pages.
/// Start it with `beckon serve`, open http://127.0.0.1:8080 and follow the setup.
#[derive(Parser)]
#[command(name = "beckon", version, propagate_version = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve console, widget and API
    Serve(Serve),
    /// Manage the people who sign in to the console
    #[command(subcommand)]
    User(User),
    /// The configuration of a running server as a file: export, plan, apply
    #[command(subcommand)]
    Config(configuration::ConfigCommand),
    /// Write a copy of everything into a file, while the server runs
    Backup(backup::Backup),
    /// Bring a backup back, into an empty place
    Restore(restore::Restore),
    /// Look whether everything is as it should be; changes nothing
    Doctor(doctor::Doctor),
    /// Move an installation to another database
    #[command(subcommand)]
    Migrate(moving::Migrate),
    /// Try it: a server with sample data, and a shop that has the widget
    Demo(TryOut),
}

#[derive(Args)]
struct TryOut {
    /// Address of console, widget and API
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Address of the shop
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    shop_listen: SocketAddr,
    /// Simulated visitors that browse the shop, 0 to 1000
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    visitors: u32,
    /// Write the page views of the simulated visitors to this file, in Apache's combined format
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// Folder to keep the sample data in; without it, nothing is kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Mail server for what the demo sends, as smtp://host:port
    #[arg(long, value_name = "URL", requires = "mail_from")]
    smtp_url: Option<String>,
    /// Sender of what the demo sends
    #[arg(long, value_name = "ADDR", requires = "smtp_url")]
    mail_from: Option<String>,
    /// When ready, print one line of JSON with addresses and sign-ins
    #[arg(long)]
    json: bool,
    /// What is logged
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: String,
}

#[derive(Args)]
#[command(after_help = SETTINGS_HELP)]
struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// File with the same settings, in TOML [env: BECKON_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum User {
    /// Make a user; prints a password unless one is given
    Create(NewUser),
}

#[derive(Args)]
struct NewUser {
    /// E-mail, with which the user signs in
    #[arg(long)]
    email: String,
    /// What the user may do
    #[arg(long, value_parser = role_parser())]
    role: Role,
    /// Name that visitors see [default: the part of the e-mail before the @]
    #[arg(long)]
    name: Option<String>,
    /// Read the password from the standard input instead of making one
    #[arg(long)]
    password_stdin: bool,
    /// Folder of the embedded database [env: BECKON_DATA] [default: ./beckon-data]
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of the embedded database [env: BECKON_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// File with the server's settings, in TOML [env: BECKON_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Does what the command line asks for.
///
/// # Errors
/// When it cannot be done; what it asks for wrongly ends the process with an explanation.
pub async fn run() -> anyhow::Result<ExitCode> {
    match CommandLine::parse().command {
        Command::Serve(Serve { settings, config }) => {
            let config = load(settings, config)?;
            log(&config.log, config.log_format)?;
            app::serve(config).await?;
        }
        Command::User(User::Create(new)) => create_user(new).await?,
        Command::Config(command) => return configuration::run(command).await,
        Command::Backup(command) => backup::run(command).await?,
        Command::Restore(command) => restore::run(command).await?,
        Command::Doctor(command) => return doctor::run(command).await,
        Command::Migrate(command) => moving::run(command).await?,
        Command::Demo(TryOut {
            listen,
            shop_listen,
            visitors,
            access_log,
            data,
            json,
            log: filter,
            smtp_url,
            mail_from,
        }) => {
            log(&filter, LogFormat::Text)?;
            let mail = smtp_url.zip(mail_from).map(|(smtp_url, from)| Mail { smtp_url, from });
            demo::run(Demo { listen, shop_listen, visitors, access_log, data, json, mail }).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn load(settings: Settings, file: Option<PathBuf>) -> anyhow::Result<Config> {
    config::load(settings, file.as_deref(), std::env::vars())
}

fn log(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).context("the log setting is not a filter")?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

async fn create_user(mut new: NewUser) -> anyhow::Result<()> {
    let settings =
        Settings { data: new.data.take(), database_url: new.database_url.take(), ..Settings::default() };
    let config = load(settings, new.config.take())?;
    let given = if new.password_stdin { Some(read_password()?) } else { None };
    let password = given.clone().unwrap_or_else(password::generate);
    let row = user_row(&new, &password)?;
    let store = app::open_store(&config.database).await?;
    let inserted = insert(&store, &row).await;
    store.close().await;
    inserted?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Made {} ({}).", row.email, role_name(row.role.0))?;
    if given.is_none() {
        writeln!(out, "Password: {password}")?;
    }
    Ok(())
}

fn user_row(new: &NewUser, password: &str) -> anyhow::Result<UserRow> {
    let email = new.email.trim().to_lowercase();
    let name = new.name.clone().unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    let mut checks = Checks::new();
    user::check_email(&mut checks, &email);
    user::check_name(&mut checks, &name);
    password::check(&mut checks, "/password", password);
    if let Err(Problem::Invalid(errors)) = checks.finish() {
        let texts: Vec<_> =
            errors.iter().map(|error| format!("{} {}", &error.pointer[1..], error.detail)).collect();
        bail!(texts.join("; "));
    }
    let clock = Clock::System;
    Ok(UserRow {
        id: Text(UserId(clock.new_id())),
        email,
        name,
        role: Text(new.role),
        slots: user::SLOTS_DEFAULT,
        password_hash: password::hash(password),
        disabled: false,
        created_at: clock.now().0,
    })
}

async fn insert(store: &Store, row: &UserRow) -> anyhow::Result<()> {
    let mut tx = store.write().await?;
    match insert_user(&mut tx, row).await {
        Err(StoreError::Taken) => bail!("there is a user with the e-mail {} already", row.email),
        outcome => outcome?,
    }
    tx.commit().await?;
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("cannot read the password from the standard input")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn role_parser() -> impl TypedValueParser<Value = Role> {
    let names = [Role::Agent, Role::Supervisor, Role::Admin].map(role_name);
    PossibleValuesParser::new(names).map(|name| match name.as_str() {
        "agent" => Role::Agent,
        "supervisor" => Role::Supervisor,
        _ => Role::Admin,
    })
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::Admin => "admin",
    }
}
