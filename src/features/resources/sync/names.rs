//! Names of services and of types of resources in both languages. BSS gives a name in the language of the
//! question, so the English ones are asked for once a code, not once a resource.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use sqlx::PgPool;

use super::store;
use crate::{
    bss::{
        Listed, Reader,
        resources::{MAX_IDS, Resource as Wire, ResourceQuery},
    },
    features::resources::resource::Name,
    i18n::Locale,
};

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Named {
    Service,
    Type,
}

/// Names by code.
pub(super) type Known = HashMap<(Named, String), Name>;

/// The names known so far.
#[derive(Default)]
pub(super) struct Names(Mutex<Known>);

impl Names {
    pub(super) async fn known(db: &PgPool) -> sqlx::Result<Self> {
        Ok(Self(Mutex::new(store::names(db).await?)))
    }

    /// The names of a resource's service and type, as they are listed where nothing else is known.
    pub(super) fn of(&self, wire: &Wire) -> (Name, Name) {
        let [service, kind] = named(wire).map(|(what, code, zh)| {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut name = known.get(&(what, code.to_owned())).cloned().unwrap_or_default();
            if !zh.is_empty() {
                zh.clone_into(&mut name.zh);
            }
            if name.en.is_empty() {
                name.en.clone_from(&name.zh);
            }
            name
        });
        (service, kind)
    }

    /// Learns names that are new or were changed.
    pub(super) async fn learn(
        &self,
        db: &PgPool,
        reader: &Reader,
        items: &[Listed<Wire>],
    ) -> sqlx::Result<()> {
        // One resource for each name tells it.
        let strangers = self.strangers(items);
        let mut tellers: Vec<String> = strangers.iter().map(|stranger| stranger.teller.clone()).collect();
        tellers.dedup();
        let mut english: HashMap<String, Wire> = HashMap::new();
        for some in tellers.chunks(MAX_IDS) {
            let query =
                ResourceQuery { resource_ids: some.to_vec(), only_main: true, ..ResourceQuery::default() };
            match reader.resources(&query, Locale::En).await {
                Ok(page) => english.extend(
                    page.items.into_iter().map(|listed| (listed.item.resource_id.clone(), listed.item)),
                ),
                Err(error) => tracing::warn!(%error, "no English names of services and resources"),
            }
        }
        let mut learnt = Vec::new();
        for Stranger { what, code, zh, teller } in strangers {
            let told = english.get(&teller).and_then(|wire| match what {
                Named::Service => wire.service_type_name.clone(),
                Named::Type => wire.resource_type_name.clone(),
            });
            // Without the English name it is asked for again in the next run.
            if let Some(en) = &told {
                learnt.push((what, code.clone(), Name { zh: zh.clone(), en: en.clone() }));
            }
            let name = Name { en: told.unwrap_or_else(|| zh.clone()), zh };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((what, code), name);
        }
        store::keep_names(db, &learnt).await
    }

    fn strangers(&self, items: &[Listed<Wire>]) -> Vec<Stranger> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut met = HashSet::new();
        let mut strangers = Vec::new();
        for listed in items {
            for (what, code, zh) in named(&listed.item) {
                let key = (what, code.to_owned());
                let is_known =
                    zh.is_empty() || code.is_empty() || known.get(&key).is_some_and(|n| n.zh == zh);
                if !is_known && met.insert(key) {
                    let teller = listed.item.resource_id.clone();
                    strangers.push(Stranger { what, code: code.to_owned(), zh: zh.to_owned(), teller });
                }
            }
        }
        strangers
    }
}

/// A name whose English form is not known, and a resource that has it.
struct Stranger {
    what: Named,
    code: String,
    zh: String,
    teller: String,
}

/// The codes of a resource that have names, with those.
fn named(wire: &Wire) -> [(Named, &str, &str); 2] {
    fn text(text: Option<&String>) -> &str {
        text.map(String::as_str).unwrap_or_default()
    }
    [
        (Named::Service, text(wire.service_type_code.as_ref()), text(wire.service_type_name.as_ref())),
        (Named::Type, text(wire.resource_type_code.as_ref()), text(wire.resource_type_name.as_ref())),
    ]
}
