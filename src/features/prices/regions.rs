//! Huawei Cloud's regions by name, to choose from: no operation of BSS lists them. Any other code can be typed.

use crate::i18n::Locale;

/// Codes with Chinese and English names, of the regions that customers in China use most.
const REGIONS: [(&str, &str, &str); 12] = [
    ("cn-north-4", "华北-北京四", "CN North-Beijing4"),
    ("cn-north-1", "华北-北京一", "CN North-Beijing1"),
    ("cn-north-9", "华北-乌兰察布一", "CN North-Ulanqab1"),
    ("cn-east-3", "华东-上海一", "CN East-Shanghai1"),
    ("cn-east-2", "华东-上海二", "CN East-Shanghai2"),
    ("cn-east-4", "华东二", "CN East 2"),
    ("cn-east-5", "华东-青岛", "CN East-Qingdao"),
    ("cn-south-1", "华南-广州", "CN South-Guangzhou"),
    ("cn-southwest-2", "西南-贵阳一", "CN Southwest-Guiyang1"),
    ("ap-southeast-1", "中国-香港", "CN-Hong Kong"),
    ("ap-southeast-2", "亚太-曼谷", "AP-Bangkok"),
    ("ap-southeast-3", "亚太-新加坡", "AP-Singapore"),
];

/// What a region is called, with its code.
pub fn name(code: &str, locale: Locale) -> String {
    REGIONS
        .iter()
        .find(|(known, ..)| *known == code)
        .map_or_else(|| code.to_owned(), |(_, zh, en)| format!("{} ({code})", locale.pick(*zh, *en)))
}

/// The regions to choose from: code and name.
pub fn all(locale: Locale) -> impl Iterator<Item = (&'static str, &'static str)> {
    REGIONS.into_iter().map(move |(code, zh, en)| (code, locale.pick(zh, en)))
}
