//! How flags, environment and file come together. No test changes the real environment.

use std::os::unix::fs::PermissionsExt;

use clap::{CommandFactory, FromArgMatches, Parser};
use secrecy::ExposeSecret;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    Serve(Settings),
}

fn settings(file: &str, arguments: &[&str]) -> Result<Settings> {
    let (file, _) = file::File::parse(file)?;
    let command = file.complete(Line::command())?;
    let matches = command.try_get_matches_from(["bss-portal", "serve"].iter().chain(arguments))?;
    let Sub::Serve(settings) = Line::from_arg_matches(&matches)?.command;
    Ok(settings)
}

#[test]
fn a_flag_is_stronger_than_the_file_and_the_file_than_the_default() {
    let file = "listen = '127.0.0.1:1'\nsync_period = '7m'\nreplicas = 2\nallow_private_upstream = true\n\
                trusted_proxies = ['10.0.0.1', '10.0.0.2']\nmetrics_listen = 'off'";
    let settings = settings(file, &["--listen", "127.0.0.1:2"]).expect("settings");
    assert_eq!(settings.listen.port(), 2);
    assert_eq!(settings.sync_period(), Duration::from_mins(7));
    assert_eq!(settings.max_data_age(), Duration::from_hours(1));
    assert_eq!(settings.replicas, 2);
    assert!(settings.allow_private_upstream);
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(settings.metrics_listen(settings.listen), None);
}

#[test]
fn a_setting_that_does_not_exist_or_does_not_fit_is_refused_by_name() {
    for (file, says) in [
        ("lisen = 'x'", "\"lisen\""),
        ("listen = 'nowhere'", "--listen"),
        ("listen = 1.5", "\"listen\""),
        ("sync_period = '5'", "--sync-period"),
        ("zone = 'Mars'", "--zone"),
        ("config = 'other.toml'", "\"config\""),
        ("pepper = 1", "expected a string"),
    ] {
        let error = settings(file, &[]).expect_err(file);
        assert!(format!("{error:#}").contains(says), "{file}: {error:#}");
    }
}

#[test]
fn the_public_address_is_the_one_listened_on_unless_it_is_given() {
    let listening: SocketAddr = "127.0.0.1:4711".parse().expect("an address");
    let ours = settings("", &[]).expect("settings").public_url(listening).expect("a URL");
    assert_eq!(ours.as_str(), "http://127.0.0.1:4711/");
    let given = settings("", &["--public-url", "https://bss.example.com"]).expect("settings");
    assert_eq!(given.public_url(listening).expect("a URL").as_str(), "https://bss.example.com/");
    let other = settings("", &["--public-url", "ftp://bss.example.com"]).expect("settings");
    assert!(other.public_url(listening).is_err(), "forms could come from anywhere");
}

const WITH_SECRETS: &str = "vault_key = 'hush'\ndatabase_url = 'postgres://u:hush@h/d'\n\
    [[account]]\nname = 'main'\nsite = 'china'\nak = 'AK'\nsk = 'hush'\ndomain_id = 'c'\nmaster = true\n\
    [[account]]\nname = 'own'\nendpoint = 'https://bss.example.com'\nak = 'AK'\nsk = 'hush'\ndomain_id = 'd'\n\
    user_name = 'billing'\n";

#[test]
fn secrets_of_the_environment_are_stronger_than_those_of_the_file() {
    let (mut file, has_secrets) = file::File::parse(WITH_SECRETS).expect("a file");
    assert!(has_secrets);
    file.secrets.take_environment(|name| (name == "BSS_PORTAL_VAULT_KEY").then(|| "loud".to_owned()));
    assert_eq!(file.secrets.vault_key.expect("given").expose_secret(), "loud");
    assert_eq!(file.secrets.database_url.expect("given").expose_secret(), "postgres://u:hush@h/d");
}

#[test]
fn accounts_come_from_the_file_and_say_where_their_bss_is() {
    let (file, _) = file::File::parse(WITH_SECRETS).expect("a file");
    let accounts = file.secrets.accounts().expect("accounts");
    assert_eq!(accounts[0].upstream, Upstream::Site(Site::China));
    assert!(accounts[0].is_master && !accounts[1].is_master);
    assert_eq!(accounts[1].upstream, Upstream::Endpoint("https://bss.example.com".parse().expect("a URL")));
    assert_eq!((&accounts[0].user_name, accounts[1].user_name.as_deref()), (&None, Some("billing")));
    for wrong in
        ["site = 'china'\nendpoint = 'https://x'", "endpoint = 'x'", "site = 'china'\nuser_name = ' '"]
    {
        let text = format!("[[account]]\nname = 'a'\nak = 'a'\nsk = 's'\ndomain_id = 'd'\n{wrong}");
        let (file, _) = file::File::parse(&text).expect("a file");
        assert!(file.secrets.accounts().is_err(), "{wrong}");
    }
}

fn account(lines: &str) -> anyhow::Result<Account> {
    let (file, _) =
        file::File::parse(&format!("[[account]]\nname = 'a'\n{lines}")).map_err(|e| e.context("a file"))?;
    Ok(file.secrets.accounts()?.remove(0))
}

#[test]
fn an_account_signs_in_with_a_key_a_temporary_key_or_a_password() {
    let key = account("ak = 'AK'\nsk = 'SK'").expect("a key");
    assert!(matches!(key.credential, Credential::Key { session: None, .. }));
    assert_eq!(key.upstream, Upstream::ToBeFound);
    let ends = "ak = 'AK'\nsk = 'SK'\nsecurity_token = 'hush'\nkey_expires_at = '2026-01-15T08:00:00Z'";
    let temporary = account(ends).expect("a temporary key");
    let Credential::Key { session: Some((_, Some(end))), .. } = &temporary.credential else {
        panic!("{temporary:?}");
    };
    assert_eq!(end.to_rfc3339(), "2026-01-15T08:00:00+00:00");
    let person = "site = 'europe'\niam_user = 'u'\niam_password = 'hush'\niam_domain = 'group'";
    let person = account(person).expect("a person");
    assert!(matches!(&person.credential, Credential::Login { domain, .. } if domain == "group"));
    assert_eq!(person.upstream, Upstream::Site(Site::Europe));
    for shown in [format!("{temporary:?}"), format!("{person:?}")] {
        assert!(!shown.contains("hush"), "{shown}");
    }
    for wrong in [
        "",
        "ak = 'AK'",
        "iam_user = 'u'\niam_password = 'p'",
        "ak = 'AK'\nsk = 'SK'\niam_user = 'u'",
        "ak = 'AK'\nsk = 'SK'\nkey_expires_at = '2026-01-15T08:00:00Z'",
        "ak = 'AK'\nsk = 'SK'\nsecurity_token = 't'\nkey_expires_at = 'soon'",
        "security_token = 't'\niam_user = 'u'\niam_password = 'p'\niam_domain = 'd'",
        "ak = 'AK'\nsk = 'SK'\nsts_endpoint = 'https://sts.example.com'",
        "endpoint = 'https://x.example.com'\niam_user = 'u'\niam_password = 'p'\niam_domain = 'd'",
    ] {
        assert!(account(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn secrets_are_never_shown() {
    let (file, _) = file::File::parse(WITH_SECRETS).expect("a file");
    let shown = format!("{:?} {:?}", file.secrets, file.secrets.accounts());
    assert!(!shown.contains("hush"), "{shown}");
    let error = file::File::parse("vault_key = 'hush").err().expect("no TOML");
    assert!(!format!("{error:#?}").contains("hush"), "{error:#?}");
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[test]
fn a_file_with_secrets_that_others_can_read_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("portal.toml");
    for (text, mode, fine) in [
        (WITH_SECRETS, 0o644, false),
        (WITH_SECRETS, 0o640, false),
        (WITH_SECRETS, 0o600, true),
        ("replicas = 2", 0o644, true),
    ] {
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("ours");
        let read = file::File::read(&path);
        assert_eq!(read.is_ok(), fine, "{mode:o}");
        if let Err(error) = read {
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }
}

#[test]
fn the_help_lists_every_setting_with_its_variable() {
    let mut command = Line::command();
    let serve = command.find_subcommand_mut("serve").expect("a subcommand");
    let help = serve.render_long_help().to_string();
    for argument in Line::command().find_subcommand("serve").expect("a subcommand").get_arguments() {
        let name = argument.get_id().as_str();
        if name != "help" {
            assert!(help.contains(&format!("BSS_PORTAL_{}", name.to_uppercase())), "{name}");
        }
    }
}
