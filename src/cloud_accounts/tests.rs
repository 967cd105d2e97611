//! Accounts from configuration to handles, against a database.

use chrono::DateTime;
use secrecy::SecretString;

use super::*;
use crate::bss::transport::{Broken, Request, Response, Stage};

struct NoWire;

#[async_trait::async_trait]
impl Wire for NoWire {
    async fn exchange(&self, _: Request, _: std::time::Duration) -> Result<Response, Broken> {
        Err(Broken::unsent(Stage::Connect, "a test without a network"))
    }
}

fn vault(byte: &str) -> Vault {
    Vault::new(&SecretString::from(byte.repeat(32))).expect("a key")
}

pub(super) fn account(name: &str, secret_key: &str) -> Configured {
    Configured {
        name: name.to_owned(),
        kind: Kind::Ordinary,
        upstream: Upstream::Custom("http://127.0.0.1:1".parse().expect("an address")),
        domain_id: Some("domain".to_owned()),
        user_name: None,
        identity: None,
        credential: Credential::of_key(format!("AK-{name}").into(), secret_key.to_owned().into()),
    }
}

pub(super) fn shared() -> Shared {
    let clock = Clock::manual(DateTime::UNIX_EPOCH).0;
    Shared { limits: Limits::new(clock.clone(), 1), wire: Arc::new(NoWire), chance: Arc::new(|| 0.5), clock }
}

#[sqlx::test]
async fn configured_accounts_open_and_keep_their_ids(db: PgPool) {
    let vault = vault("ab");
    let now = DateTime::UNIX_EPOCH;
    configure(&db, &vault, now, &[account("north", "one"), account("south", "two")]).await.expect("written");
    let (readers, writers) = open(&db, &vault, &shared()).await.expect("open");
    let names: Vec<_> = readers.all().iter().map(|account| account.name.clone()).collect();
    assert_eq!(names, ["north", "south"]);
    let north = readers.all()[0].id;
    assert!(readers.get(north).is_some() && writers.get(north).is_some());

    configure(&db, &vault, now, &[account("north", "rotated")]).await.expect("written");
    let (readers, writers) = open(&db, &vault, &shared()).await.expect("open");
    assert_eq!(readers.all()[0].id, north);
    let south = &readers.all()[1];
    assert!(!south.enabled && readers.get(south.id).is_none() && writers.get(south.id).is_none());
}

#[sqlx::test]
async fn starting_again_writes_nothing_and_a_new_key_seals_again(db: PgPool) {
    let now = DateTime::UNIX_EPOCH;
    let (old, later) = (vault("ab"), now + chrono::TimeDelta::hours(1));
    configure(&db, &old, now, &[account("north", "one")]).await.expect("written");
    configure(&db, &old, later, &[account("north", "one")]).await.expect("written");
    let before = store::all(&db).await.expect("rows").remove(0);
    assert_eq!(before.sealed_version, 1);

    let both = Vault::new(&SecretString::from(format!("{}\n{}", "cd".repeat(32), "ab".repeat(32))))
        .expect("two keys");
    configure(&db, &both, later, &[account("north", "one")]).await.expect("written");
    assert!(open(&db, &vault("cd"), &shared()).await.is_ok());
    assert!(matches!(open(&db, &old, &shared()).await, Err(Problem::Sealed(..))));
}

#[sqlx::test]
async fn a_credential_copied_to_another_row_stops_the_start(db: PgPool) {
    let vault = vault("ab");
    let accounts = [account("north", "one"), account("south", "two")];
    configure(&db, &vault, DateTime::UNIX_EPOCH, &accounts).await.expect("written");
    store::swap_for_a_test(&db, "north", "south").await.expect("swapped");
    assert!(
        matches!(open(&db, &vault, &shared()).await, Err(Problem::Sealed(name, Closed::Damaged)) if name == "south")
    );
}

#[sqlx::test]
async fn nothing_secret_is_stored_in_the_clear(db: PgPool) {
    configure(&db, &vault("ab"), DateTime::UNIX_EPOCH, &[account("north", "very-secret")])
        .await
        .expect("written");
    let row = store::all(&db).await.expect("rows").remove(0);
    for sealed in [row.ak_sealed, row.sk_sealed] {
        let text = String::from_utf8_lossy(&sealed).into_owned();
        assert!(!text.contains("very-secret") && !text.contains("AK-north"));
    }
}

/// The same account with another credential.
fn with(credential: Credential, identity: Option<Identity>) -> Configured {
    Configured { identity, credential, ..account("north", "one") }
}

fn temporary(token: &str) -> Credential {
    let session = bss::Session { token: token.to_owned().into(), expires_at: Some(DateTime::UNIX_EPOCH) };
    Credential::Key {
        access_key: "AK".to_owned().into(),
        secret_key: "SK".to_owned().into(),
        session: Some(session),
    }
}

fn person(password: &str) -> Credential {
    Credential::Login {
        user: "reader".to_owned(),
        password: password.to_owned().into(),
        domain: "group".to_owned(),
    }
}

fn iam() -> Identity {
    Identity { iam: "http://127.0.0.1:2".parse().expect("an address"), sts: None }
}

#[sqlx::test]
async fn a_temporary_key_is_sealed_with_its_token_and_replaced_by_the_next(db: PgPool) {
    let vault = vault("ab");
    for (token, version) in [("first-token", 1), ("first-token", 1), ("second-token", 2)] {
        let configured = [with(temporary(token), None)];
        configure(&db, &vault, DateTime::UNIX_EPOCH, &configured).await.expect("written");
        let row = store::all(&db).await.expect("rows").remove(0);
        assert_eq!(row.sealed_version, version);
        let sealed = row.token_sealed.expect("a token");
        assert!(!String::from_utf8_lossy(&sealed).contains(token));
    }
    let (readers, writers) = open(&db, &vault, &shared()).await.expect("open");
    let north = readers.all()[0].id;
    assert_eq!(readers.get(north).expect("a reader").key_expires_at(), Some(DateTime::UNIX_EPOCH));
    assert!(writers.get(north).is_some());

    configure(&db, &vault, DateTime::UNIX_EPOCH, &[account("north", "permanent")]).await.expect("written");
    assert!(store::all(&db).await.expect("rows").remove(0).token_sealed.is_none());
}

#[sqlx::test]
async fn an_account_that_logs_in_is_read_and_never_written(db: PgPool) {
    let vault = vault("ab");
    let configured = [with(person("the-password"), Some(iam()))];
    configure(&db, &vault, DateTime::UNIX_EPOCH, &configured).await.expect("written");
    let row = store::all(&db).await.expect("rows").remove(0);
    for sealed in [row.ak_sealed, row.sk_sealed] {
        let text = String::from_utf8_lossy(&sealed).into_owned();
        assert!(!text.contains("the-password") && !text.contains("reader"));
    }
    let (readers, writers) = open(&db, &vault, &shared()).await.expect("open");
    let north = readers.all()[0].id;
    assert!(readers.get(north).is_some() && writers.get(north).is_none());
    assert!(!format!("{configured:?}").contains("the-password"));

    configure(&db, &vault, DateTime::UNIX_EPOCH, &[with(person("the-password"), None)])
        .await
        .expect("written");
    // It stands nowhere where to log in.
    assert!(matches!(open(&db, &vault, &shared()).await, Err(Problem::LogIn(name, _)) if name == "north"));
}

#[sqlx::test]
async fn a_password_is_only_given_out_for_the_place_that_it_was_sealed_with(db: PgPool) {
    let vault = vault("ab");
    let configured = [with(person("the-password"), Some(iam()))];
    configure(&db, &vault, DateTime::UNIX_EPOCH, &configured).await.expect("written");
    store::lead_astray_for_a_test(&db, "north", "http://127.0.0.1:666").await.expect("changed");
    assert!(
        matches!(open(&db, &vault, &shared()).await, Err(Problem::Sealed(name, Closed::Damaged)) if name == "north")
    );
    // Configured again, it is sealed for where it belongs.
    configure(&db, &vault, DateTime::UNIX_EPOCH, &configured).await.expect("written");
    assert!(open(&db, &vault, &shared()).await.is_ok());
}

#[sqlx::test]
async fn a_site_that_was_found_is_known_the_next_time(db: PgPool) {
    let vault = vault("ab");
    assert_eq!(site_of(&db, "north").await.expect("rows"), None);
    for site in [Site::China, Site::International, Site::Europe] {
        let placed = Configured { upstream: Upstream::Site(site), ..account("north", "one") };
        configure(&db, &vault, DateTime::UNIX_EPOCH, &[placed]).await.expect("written");
        assert_eq!(site_of(&db, "north").await.expect("rows"), Some(site));
    }
    configure(&db, &vault, DateTime::UNIX_EPOCH, &[account("north", "one")]).await.expect("written");
    assert_eq!(site_of(&db, "north").await.expect("rows"), None);
}
