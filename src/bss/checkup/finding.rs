//! One finding: about what, how it stands, what was found and what to do, as data in both languages.

use serde::Serialize;

use crate::{bss::permissions::PERMISSIONS, i18n::Locale};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// In one of them.
    pub fn say(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The name of the endpoint.
    Dns,
    /// Its port.
    Tcp,
    /// Its encryption.
    Tls,
    /// The machine's clock.
    Clock,
    /// The key or the log-in.
    Credentials,
    /// The site that the account belongs to.
    Site,
    /// Huawei's id of the account.
    AccountId,
    /// A permission, by its codes.
    Permission(String),
    /// How often one may ask.
    Rate,
}

impl Subject {
    /// What people call it.
    pub fn name(&self, locale: Locale) -> String {
        let name = match self {
            Self::Dns => locale.pick("域名解析", "DNS"),
            Self::Tcp => locale.pick("网络连接", "TCP"),
            Self::Tls => locale.pick("加密", "TLS"),
            Self::Clock => locale.pick("时钟", "clock"),
            Self::Credentials => locale.pick("凭证", "credentials"),
            Self::Site => locale.pick("站点", "site"),
            Self::AccountId => locale.pick("账号 ID", "account id"),
            Self::Permission(codes) => {
                let permission = PERMISSIONS.iter().find(|permission| permission.codes() == *codes);
                let (zh, en) = permission.map(|permission| permission.name).unwrap_or_default();
                return match locale {
                    Locale::Zh => format!("权限：{zh}（{codes}）"),
                    Locale::En => format!("permission to {en} ({codes})"),
                };
            }
            Self::Rate => locale.pick("请求频率", "rate"),
        };
        name.to_owned()
    }
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing to do.
    Well,
    /// It works, and will not for ever or not in full.
    Warning,
    /// It does not work.
    Failed,
    /// It was not looked at.
    NotTried,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub subject: Subject,
    /// How it stands.
    pub status: Status,
    /// What was found.
    pub found: Text,
    /// What to do, where there is something to do.
    pub next: Option<Text>,
}

impl Finding {
    pub(super) fn well(subject: Subject, found: Text) -> Self {
        Self { subject, status: Status::Well, found, next: None }
    }

    pub(super) fn warning(subject: Subject, found: Text, next: Text) -> Self {
        Self { subject, status: Status::Warning, found, next: Some(next) }
    }

    pub(super) fn failed(subject: Subject, found: Text, next: Text) -> Self {
        Self { subject, status: Status::Failed, found, next: Some(next) }
    }

    pub(super) fn not_tried(subject: Subject, why: Text) -> Self {
        Self { subject, status: Status::NotTried, found: why, next: None }
    }
}
