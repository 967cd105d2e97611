//! Dictionaries as BSS has them, read in Chinese and in English and put side by side. Nothing is stored here.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Word;
use crate::{
    bss::{
        Error, Reader,
        pages::Listing,
        products::{
            ResourceTypeQuery, ServiceResourceQuery, ServiceTypeQuery, SoldBy, SpecQuery, UsageTypeQuery,
        },
    },
    i18n::Locale,
};

/// A word of one language: the list that it is in, code and name.
type Told = (String, String, String);

/// Every service.
pub(super) async fn services(reader: &Reader) -> Result<Vec<(String, Vec<Word>)>, Error> {
    let listing = |locale| (ServiceTypeQuery::default(), locale);
    both(reader, listing, |listed| {
        let service = listed.item;
        let name = service.service_type_name.or(service.abbreviation).unwrap_or_default();
        Some((String::new(), service.service_type_code, name))
    })
    .await
}

/// The resource types of every service.
pub(super) async fn resources(reader: &Reader) -> Result<Vec<(String, Vec<Word>)>, Error> {
    let listing = |locale| (ResourceTypeQuery::default(), locale);
    both(reader, listing, |listed| {
        let resource = listed.item;
        let name = resource.resource_type_name.unwrap_or_default();
        Some((resource.service_type_code?, resource.resource_type_code, name))
    })
    .await
}

/// The resource types of one service.
pub(super) async fn resources_of(reader: &Reader, service: &str) -> Result<Vec<Word>, Error> {
    let query = ServiceResourceQuery { service_type_code: service.to_owned(), offset: 0, limit: 0 };
    let listing = |locale| (query.clone(), locale);
    let lists = both(reader, listing, |listed| {
        let basics = listed.item.basic_info?;
        Some((String::new(), basics.resource_type_code, basics.name.unwrap_or_default()))
    })
    .await?;
    Ok(lists.into_iter().flat_map(|(_, words)| words).collect())
}

/// What use of every resource type is counted by.
pub(super) async fn usage(reader: &Reader) -> Result<Vec<(String, Vec<Word>)>, Error> {
    let listing = |locale| (UsageTypeQuery::default(), locale);
    both(reader, listing, |listed| {
        let usage = listed.item;
        Some((usage.resource_type_code?, usage.code, usage.name.unwrap_or_default()))
    })
    .await
}

/// The specs of a resource type in a region.
pub(super) async fn specs(
    reader: &Reader,
    (service, resource): (&str, &str),
    region: &str,
    sold: SoldBy,
) -> Result<Vec<Word>, Error> {
    let query = SpecQuery {
        service_type: service.to_owned(),
        resource_type: resource.to_owned(),
        region: region.to_owned(),
        sold,
        spec: None,
        limit: 0,
    };
    let told = |spec: crate::bss::Listed<crate::bss::products::ResourceSpec>| {
        let spec = spec.item;
        (String::new(), spec.resource_spec, spec.resource_spec_name.unwrap_or_default())
    };
    let zh = reader.all_resource_specs(&query, Locale::Zh).await?.into_iter().map(told).collect();
    let en = reader.all_resource_specs(&query, Locale::En).await?.into_iter().map(told).collect();
    Ok(side_by_side(zh, en).into_iter().flat_map(|(_, words)| words).collect())
}

async fn both<L: Listing>(
    reader: &Reader,
    listing: impl Fn(Locale) -> L,
    told: impl Fn(L::Item) -> Option<Told>,
) -> Result<Vec<(String, Vec<Word>)>, Error> {
    let mut languages = [Vec::new(), Vec::new()];
    for (words, locale) in languages.iter_mut().zip(Locale::ALL) {
        let mut pages = reader.pages(listing(locale));
        while let Some(page) = pages.next().await {
            words.extend(page?.into_iter().filter_map(&told));
        }
    }
    let [zh, en] = languages;
    Ok(side_by_side(zh, en))
}

/// Each list with its words in the order of the Chinese one, each code once. A word that one language lacks has
/// the name of the other.
fn side_by_side(zh: Vec<Told>, en: Vec<Told>) -> Vec<(String, Vec<Word>)> {
    let mut english: HashMap<(String, String), String> =
        en.into_iter().map(|(list, code, name)| ((list, code), name)).collect();
    let mut known = HashSet::new();
    let mut lists: BTreeMap<String, Vec<Word>> = BTreeMap::new();
    for (list, code, zh) in zh {
        if known.insert((list.clone(), code.clone())) {
            let en = english.remove(&(list.clone(), code.clone())).filter(|name| !name.is_empty());
            let en = en.unwrap_or_else(|| zh.clone());
            let zh = if zh.is_empty() { en.clone() } else { zh };
            lists.entry(list).or_default().push(Word { code, zh, en });
        }
    }
    lists.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_languages_come_together_and_doubles_are_left_out() {
        let told = |list: &str, code: &str, name: &str| (list.to_owned(), code.to_owned(), name.to_owned());
        let lists = side_by_side(
            vec![told("b", "2", "二"), told("a", "1", "一"), told("b", "2", "二"), told("b", "3", "")],
            vec![told("b", "3", "three"), told("b", "2", "two")],
        );
        let word = |code: &str, zh: &str, en: &str| Word {
            code: code.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
        };
        assert_eq!(
            lists,
            [
                ("a".to_owned(), vec![word("1", "一", "一")]),
                ("b".to_owned(), vec![word("2", "二", "two"), word("3", "three", "three")]),
            ]
        );
    }
}
