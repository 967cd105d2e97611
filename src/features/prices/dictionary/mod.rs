//! Huawei's dictionaries of products in both languages: services, their resource types, what use is counted by, and
//! specs. They are the same for every account. Specs are asked for when somebody needs them; the rest is read by
//! the job. It prices nothing.

pub mod job;
mod read;
mod store;

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::{
    bss::{self, Reader, products::SoldBy},
    clock::Clock,
    i18n::Locale,
    identity::access::AccountId,
    web::problem::Problem,
};

/// How old a list may be that is read on demand.
const YOUNG: Duration = Duration::from_hours(24);

/// What a dictionary lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Cloud services (`list_service_types`).
    Service,
    /// Resource types of a service (`list_resource_types`, `list_service_resources`).
    Resource,
    /// What use of a resource type is counted by (`list_usage_types`).
    Usage,
    /// Specs of a resource type in a region (`list_resource_specs`).
    Spec,
}

/// A code and what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Huawei's code.
    pub code: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
}

/// What is chosen from: words, how old they are, and why they could not be read just now.
#[derive(Debug, Default)]
pub struct Choices {
    /// The words, in Huawei's order.
    pub words: Vec<Word>,
    /// When they were read; none when they never were.
    pub read_at: Option<DateTime<Utc>>,
    /// What went wrong when they were asked for.
    pub problem: Option<Problem>,
}

/// Names of codes, for words about products.
#[derive(Debug, Default)]
pub struct Names(HashMap<(&'static str, String), Word>);

/// Where dictionaries are looked up: what is stored, and Huawei where that does not do.
#[derive(Clone, Copy)]
pub struct Dictionary<'a> {
    /// The portal's database.
    pub db: &'a PgPool,
    /// What time it is.
    pub clock: &'a Clock,
    /// Through whom lists are read on demand.
    pub reader: Option<&'a Reader>,
    /// The reader's language, for what went wrong.
    pub locale: Locale,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Resource => "resource",
            Self::Usage => "usage",
            Self::Spec => "spec",
        }
    }
}

impl Word {
    /// Its name in a language; the code where it has none.
    pub fn name(&self, locale: Locale) -> &str {
        let name = locale.pick(self.zh.as_str(), self.en.as_str());
        if name.is_empty() { &self.code } else { name }
    }
}

impl Names {
    /// What a code is called in Chinese and in English; the code itself where nobody told.
    pub fn of(&self, kind: Kind, code: &str) -> (String, String) {
        let word = self.0.get(&(kind.as_str(), code.to_owned()));
        let said = |locale| word.map_or(code, |word| word.name(locale)).to_owned();
        (said(Locale::Zh), said(Locale::En))
    }
}

impl Dictionary<'_> {
    /// The services, as the job read them.
    pub async fn services(&self) -> sqlx::Result<Choices> {
        self.stored(Kind::Service, "").await
    }

    /// The resource types of a service. A service that came after the job's last reading is asked about.
    pub async fn resources(&self, service: &str) -> sqlx::Result<Choices> {
        let stored = self.stored(Kind::Resource, service).await?;
        match self.reader {
            Some(reader) if stored.read_at.is_none() => {
                let read = read::resources_of(reader, service).await;
                self.keep((Kind::Resource, service), read, stored).await
            }
            _ => Ok(stored),
        }
    }

    /// What use of a resource type is counted by, as the job read it.
    pub async fn usage(&self, resource: &str) -> sqlx::Result<Choices> {
        self.stored(Kind::Usage, resource).await
    }

    /// The specs of a resource type in a region, asked for once a day at most.
    pub async fn specs(
        &self,
        (service, resource): (&str, &str),
        region: &str,
        sold: SoldBy,
    ) -> sqlx::Result<Choices> {
        let about = format!("{service} {resource} {region} {}", sold.code());
        let stored = self.stored(Kind::Spec, &about).await?;
        let is_young = |at: DateTime<Utc>| (self.clock.now() - at).to_std().unwrap_or_default() <= YOUNG;
        match self.reader {
            Some(reader) if !stored.read_at.is_some_and(is_young) => {
                let read = read::specs(reader, (service, resource), region, sold).await;
                self.keep((Kind::Spec, &about), read, stored).await
            }
            _ => Ok(stored),
        }
    }

    /// What these codes are called.
    pub async fn names(&self, codes: &[(Kind, Vec<String>)]) -> sqlx::Result<Names> {
        let mut names = HashMap::new();
        for (kind, codes) in codes {
            for word in store::names(self.db, *kind, codes).await? {
                names.insert((kind.as_str(), word.code.clone()), word);
            }
        }
        Ok(Names(names))
    }

    /// The regions and projects that this account's inquiries were answered for, the latest first.
    pub async fn projects(&self, account: AccountId) -> sqlx::Result<Vec<(String, String)>> {
        store::projects(self.db, account).await
    }

    /// Remembers a region and its project, which an inquiry of this account was answered for.
    pub async fn remember(&self, account: AccountId, place: (&str, &str)) -> sqlx::Result<()> {
        store::remember(self.db, account, place, self.clock.now()).await
    }

    async fn stored(&self, kind: Kind, about: &str) -> sqlx::Result<Choices> {
        let words = store::words(self.db, kind, about).await?;
        Ok(Choices { words, read_at: store::read_at(self.db, kind, about).await?, problem: None })
    }

    /// What was read, stored; what is known where it could not be read.
    async fn keep(
        &self,
        (kind, about): (Kind, &str),
        read: Result<Vec<Word>, bss::Error>,
        stored: Choices,
    ) -> sqlx::Result<Choices> {
        match read {
            Ok(words) => {
                let lists = [(about.to_owned(), words)];
                store::keep(self.db, (kind, Some(about)), &lists, self.clock.now()).await?;
                self.stored(kind, about).await
            }
            Err(error) => {
                tracing::warn!(%error, about, "a dictionary cannot be read for a page");
                Ok(Choices { problem: Some(Problem::of(&error, self.locale)), ..stored })
            }
        }
    }
}
