//! `user`: managing people from the command line, which is how the first admin comes to be.

use anyhow::{Context, Result};
use clap::Subcommand;
use secrecy::ExposeSecret;

use super::{database::Database, keys::Keys};
use crate::{
    clock::Clock,
    cloud_accounts,
    config::{SECRETS_HELP, Secrets, Settings},
    db,
    i18n::Locale,
    identity::{
        self, Identity,
        access::{AccountId, Role},
        people::{self, NewPerson},
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add somebody, and print a first password that they must change
    #[command(after_help = SECRETS_HELP)]
    Add {
        /// The name that they sign in with
        username: String,
        /// What they are here for: viewer, finance, approver or admin
        #[arg(long)]
        role: Role,
        /// Cloud accounts that they may see, by name, separated by commas
        #[arg(long, value_delimiter = ',', value_name = "ACCOUNT")]
        accounts: Vec<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Set the cloud accounts that somebody may see
    #[command(after_help = SECRETS_HELP)]
    Grant {
        /// The name that they sign in with
        username: String,
        /// The accounts, by name, separated by commas; none to see nothing
        #[arg(value_delimiter = ',', value_name = "ACCOUNT")]
        accounts: Vec<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Give somebody a first password again, and end their sessions
    #[command(after_help = SECRETS_HELP)]
    ResetPassword {
        /// The name that they sign in with
        username: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// End somebody's access at once
    #[command(after_help = SECRETS_HELP)]
    Disable {
        /// The name that they sign in with
        username: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List everybody
    #[command(after_help = SECRETS_HELP)]
    List {
        #[command(flatten)]
        settings: Settings,
    },
}

impl User {
    fn settings(&self) -> &Settings {
        match self {
            Self::Add { settings, .. }
            | Self::Grant { settings, .. }
            | Self::ResetPassword { settings, .. }
            | Self::Disable { settings, .. }
            | Self::List { settings } => settings,
        }
    }
}

/// Does it, on a database that is brought up to date first.
pub(super) async fn user(command: User, mut secrets: Secrets) -> Result<()> {
    let settings = command.settings();
    secrets.take_files(settings)?;
    let keys = Keys::of(settings, &secrets)?;
    let database = Database::visit(settings, secrets.database_url).await?;
    db::migrate(database.url()).await?;
    let pool = db::pool(database.url(), 2)?;
    let pepper = Some(keys.pepper);
    let identity =
        Identity::new(pool.clone(), Clock::system(), identity::Settings { pepper, ..Default::default() });
    let done = act(command, &identity, &pool).await;
    pool.close().await;
    database.close().await?;
    done
}

async fn act(command: User, identity: &Identity, pool: &sqlx::PgPool) -> Result<()> {
    match command {
        User::Add { username, role, accounts, .. } => {
            let accounts = account_ids(pool, &accounts).await?;
            let new = NewPerson { username, role, locale: Locale::default(), accounts, password: None };
            let (_, password) = people::add(identity, &new).await?;
            let password = password.context("no first password was made")?;
            println!("{}", password.expose_secret());
            eprintln!(
                "{} is {role} now. The first password, above, must be changed at the first sign-in.",
                new.username
            );
        }
        User::Grant { username, accounts, .. } => {
            people::grant(identity, &username, &account_ids(pool, &accounts).await?).await?;
        }
        User::ResetPassword { username, .. } => {
            println!("{}", people::reset_password(identity, &username).await?.expose_secret());
        }
        User::Disable { username, .. } => people::disable(identity, &username).await?,
        User::List { .. } => {
            for person in people::list(identity).await? {
                let state = match person.disabled_at {
                    Some(at) => format!("disabled {}", at.format("%Y-%m-%d")),
                    None if person.must_change_password => "first password".to_owned(),
                    None => "active".to_owned(),
                };
                println!("{}\t{}\t{state}\t{}", person.username, person.role, person.accounts.join(","));
            }
        }
    }
    Ok(())
}

async fn account_ids(pool: &sqlx::PgPool, names: &[String]) -> Result<Vec<AccountId>> {
    Ok(cloud_accounts::ids(pool, names).await?)
}
