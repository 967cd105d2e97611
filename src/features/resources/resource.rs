//! A resource as the portal keeps it, made from what BSS lists. It reads no database and asks nobody.

use chrono::{DateTime, TimeZone as _, Utc};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    bss::{Listed, resources::Resource as Wire},
    search,
};

/// A name of a service or of a type in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A resource as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its own id, as its service gives it.
    pub resource_id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The service.
    pub service_type_code: String,
    /// The service's name.
    pub service: Name,
    /// The type.
    pub resource_type_code: String,
    /// The type's name.
    pub type_name: Name,
    /// The region.
    pub region_code: String,
    /// The enterprise project.
    pub project_id: String,
    /// What people call that.
    pub project_name: String,
    /// Its specification as price inquiries take it.
    pub spec_code: String,
    /// What it is, for people; in Chinese.
    pub spec: String,
    /// The size of a linear product …
    pub spec_size: Option<Decimal>,
    /// … in this unit of BSS.
    pub spec_measure: Option<i16>,
    /// BSS's code of where it is in its life.
    pub status: i16,
    /// BSS's code of what happens at its expiry.
    pub expire_policy: i16,
    /// Whether it is renewed and unsubscribed by itself.
    pub is_main: bool,
    /// What it is attached to.
    pub parent_id: Option<String>,
    /// Since when it can be used.
    pub effective_at: Option<DateTime<Utc>>,
    /// Until when it is paid for, where BSS says it.
    pub expires_at: Option<DateTime<Utc>>,
    /// When BSS says that it changed last.
    pub changed_at: Option<DateTime<Utc>>,
    /// What BSS said, whole.
    pub raw: String,
    /// A digest of all of the above.
    pub digest: Uuid,
}

impl Resource {
    /// What BSS listed in Chinese, with the names of its service and its type.
    pub fn new(listed: &Listed<Wire>, service: Name, type_name: Name) -> Self {
        let wire = &listed.item;
        // PostgreSQL keeps no NUL.
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().replace('\0', "");
        let project = wire.enterprise_project.as_ref();
        let mut resource = Self {
            resource_id: wire.resource_id.clone(),
            name: text(&wire.resource_name),
            service_type_code: text(&wire.service_type_code),
            service,
            resource_type_code: text(&wire.resource_type_code),
            type_name,
            region_code: text(&wire.region_code),
            project_id: project.map(|project| text(&project.id)).unwrap_or_default(),
            project_name: project.map(|project| text(&project.name)).unwrap_or_default(),
            spec_code: text(&wire.resource_spec_code),
            spec: text(if wire.product_spec_desc.is_some() {
                &wire.product_spec_desc
            } else {
                &wire.resource_spec_code
            }),
            spec_size: wire.spec_size,
            spec_measure: wire.spec_size_measure_id.map(narrow),
            status: narrow(wire.status.code()),
            expire_policy: narrow(wire.expire_policy.map_or(0, crate::bss::codes::ExpirePolicy::code)),
            is_main: wire.is_main.unwrap_or(wire.parent_resource_id.is_none()),
            parent_id: wire.parent_resource_id.clone(),
            effective_at: wire.effective_time,
            expires_at: wire.expire_time,
            changed_at: wire.update_time,
            raw: listed.raw.get().replace('\0', ""),
            digest: Uuid::nil(),
        };
        resource.digest = resource.digest();
        resource
    }

    /// The digest that tells whether anything changed.
    pub fn digest(&self) -> Uuid {
        let mut sha = Sha256::new();
        let names = [&self.service, &self.type_name];
        for part in std::iter::once(&self.raw).chain(names.into_iter().flat_map(|name| [&name.zh, &name.en]))
        {
            sha.update(part.len().to_le_bytes());
            sha.update(part);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&sha.finalize()[..16]);
        Uuid::from_bytes(half)
    }

    /// What text search looks into: what tells one from another. Services, regions and projects are filters of
    /// their own, and each piece more makes a row slower to store.
    pub fn search_text(&self) -> String {
        search::text([self.resource_id.as_str(), &self.name, &self.spec, &self.spec_code])
    }

    /// What is indexed for that text.
    pub fn grams(&self, text: &str) -> Vec<i64> {
        search::grams(text, self.expires_at.unwrap_or_else(never))
    }
}

/// The time under which text search has what BSS tells no end of.
pub fn never() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(9999, 12, 31, 0, 0, 0).single().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Codes are small; one that is not small would be nothing documented, and shows as the largest.
fn narrow(code: i32) -> i16 {
    code.try_into().unwrap_or(i16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(json: &str, english: &str) -> Resource {
        let raw: Box<serde_json::value::RawValue> = serde_json::from_str(json).expect("JSON");
        let item = serde_json::from_str(json).expect("a resource");
        let name = |zh: &str| Name { zh: zh.to_owned(), en: english.to_owned() };
        Resource::new(&Listed { item, raw }, name("弹性云服务器"), name("云主机"))
    }

    #[test]
    fn what_bss_leaves_out_is_empty_and_what_has_no_parent_is_a_main_resource() {
        let bare = made(r#"{"resource_id":"r1","status":2}"#, "ECS");
        assert!(bare.is_main && bare.expires_at.is_none() && bare.name.is_empty());
        assert_eq!((bare.status, bare.expire_policy), (2, 0));
        let attached = made(r#"{"resource_id":"r2","status":77777,"parent_resource_id":"r1"}"#, "ECS");
        assert!(!attached.is_main);
        assert_eq!(attached.status, i16::MAX);
    }

    #[test]
    fn another_name_is_another_digest_and_is_searched_for() {
        let json = r#"{"resource_id":"r1","status":2,"resource_name":"Web-01","resource_spec_code":"s6.large.2.linux"}"#;
        let (one, other) = (made(json, "ECS"), made(json, "Elastic Cloud Server"));
        assert_ne!(one.digest, other.digest);
        assert_eq!(one.digest, made(json, "ECS").digest);
        assert_eq!(other.search_text(), "r1\nweb-01\ns6.large.2.linux");
        let grams = other.grams(&other.search_text());
        let key = search::keys("web").pop().expect("a key");
        assert!(grams.contains(&(search::period(never()) << search::HASH_BITS | key)));
    }
}
