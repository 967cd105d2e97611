//! `doctor` as an administrator runs it: a program with a file of settings, against accounts that are well
//! and accounts that are not.

use std::{fs, os::unix::fs::PermissionsExt, process::Output};

use bss_portal::{clock::Clock, config};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, PgPool};

use super::support::{Simulator, VAULT_KEY};

/// `doctor` with these accounts, each as its lines in the file.
async fn doctor(db: &PgPool, accounts: &[String], arguments: &[&str]) -> Output {
    let files = tempfile::tempdir().expect("a directory");
    let settings = files.path().join("portal.toml");
    let database = db.connect_options().to_url_lossy();
    let accounts = accounts.join("\n[[account]]\n");
    let text = format!(
        "database_url = '{database}'\nvault_key = '{VAULT_KEY}'\npepper = 'the-pepper'\n[[account]]\n{accounts}\n"
    );
    fs::write(&settings, text).expect("a file");
    fs::set_permissions(&settings, fs::Permissions::from_mode(0o600)).expect("ours");
    let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_bss-portal"));
    program.args(["doctor", "--config"]).arg(&settings).args(arguments);
    program.env_clear().env("PATH", config::search_path().unwrap_or_default());
    program.output().await.expect("it runs")
}

/// What was found about a subject of an account.
fn finding<'v>(told: &'v Value, account: &str, subject: &str) -> &'v Value {
    let accounts = told["accounts"].as_array().expect("accounts");
    let account = accounts.iter().find(|told| told["account"] == account).expect(account);
    let findings = account["findings"].as_array().expect("findings");
    findings.iter().find(|finding| finding["subject"] == subject).expect(subject)
}

#[sqlx::test]
async fn doctor_tells_each_account_by_itself_and_shows_no_secret(db: PgPool) {
    let simulator = Simulator::start(1, 20, Clock::system()).await;
    let ready = simulator.ready();
    let (endpoint, group, studio) = (&ready.endpoint, &ready.accounts[0], &ready.accounts[1]);
    simulator.deny(&studio.name, &["billing:order:view"]).await;
    let key = |name: &str, ak: &str, sk: &str| {
        format!(
            "name = '{name}'\nendpoint = '{endpoint}'\nak = '{ak}'\nsk = '{sk}'\niam_endpoint = '{endpoint}'"
        )
    };
    let accounts = [
        key("well", &group.ak, &group.sk),
        key("wrong", &group.ak, "not-the-secret"),
        key("denied", &studio.ak, &studio.sk),
        format!(
            "name = 'reads'\nendpoint = '{endpoint}'\niam_endpoint = '{endpoint}'\niam_user = '{}'\n\
             iam_password = '{}'\niam_domain = '{}'",
            group.iam_user, group.iam_password, group.name
        ),
        "name = 'nowhere'\nendpoint = 'http://127.0.0.1:9'\nak = 'a'\nsk = 'b'".to_owned(),
    ];
    let output = doctor(&db, &accounts, &["--json", "--allow-private-upstream"]).await;
    assert!(!output.status.success(), "some are not well");
    let text = String::from_utf8(output.stdout).expect("text");
    let told: Value = serde_json::from_str(&text).expect("one line of JSON");
    let wells: Vec<_> =
        told["accounts"].as_array().expect("accounts").iter().map(|a| &a["is_well"]).collect();
    assert_eq!(wells, [&json!(true), &json!(false), &json!(false), &json!(true), &json!(false)]);
    assert_eq!(finding(&told, "well", "account_id")["found"]["en"], json!(group.domain_id));
    assert_eq!(finding(&told, "wrong", "credentials")["status"], "failed");
    assert_eq!(finding(&told, "reads", "credentials")["status"], "well");
    assert_eq!(finding(&told, "nowhere", "tcp")["status"], "failed");

    let plain = doctor(&db, &accounts, &["--allow-private-upstream"]).await;
    let lines = String::from_utf8(plain.stdout).expect("text");
    for expected in [
        "account \"well\" at http://127.0.0.1",
        "ok    permission to see orders (bss:order:view / billing:order:view): granted",
        "FAIL  permission to see orders (bss:order:view / billing:order:view): CBC.0151",
        "      Give the IAM user the permission billing:order:view in Huawei Cloud's IAM.",
        "FAIL  credentials: APIGW.0301: The signature does not verify",
        "-     not looked at: The credentials are not accepted",
        "      site, account id, rate, permissions\n",
    ] {
        assert!(lines.contains(expected), "{expected} in\n{lines}");
    }
    let errors = String::from_utf8(plain.stderr).expect("text");
    assert!(errors.contains("3 things are not well"), "{errors}");
    for secret in
        [&group.ak, &group.sk, &group.iam_password, &studio.sk, VAULT_KEY, "not-the-secret", "the-pepper"]
    {
        assert!(!text.contains(secret) && !lines.contains(secret) && !errors.contains(secret));
    }
}

#[sqlx::test]
async fn an_address_inside_is_refused_for_iam_too_and_the_other_accounts_are_examined(db: PgPool) {
    let site = "name = 'inside'\nsite = 'china'\niam_user = 'u'\niam_password = 'p'\niam_domain = 'd'\n\
                iam_endpoint = 'https://10.0.0.1'";
    let other = "name = 'outside'\nendpoint = 'https://no-such-host.invalid'\nak = 'a'\nsk = 'b'";
    let output = doctor(&db, &[site.to_owned(), other.to_owned()], &[]).await;
    assert!(!output.status.success());
    let lines = String::from_utf8(output.stdout).expect("text");
    assert!(
        lines.contains("FAIL  inside: the endpoint https://10.0.0.1 is not encrypted or not public"),
        "{lines}"
    );
    assert!(lines.contains("account \"outside\" at https://no-such-host.invalid\nFAIL  DNS: "), "{lines}");
}
