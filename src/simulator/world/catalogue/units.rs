//! Units of measure and how they convert. Ids and types that Huawei's documents state are theirs; the others
//! are made up to fill the types. A unit is so many of the smallest one of its type, so that all conversions
//! agree with each other.

use rust_decimal::Decimal;

/// A unit of measure.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) id: i64,
    pub(crate) names: [&'static str; 2],
    pub(crate) abbreviation: &'static str,
    pub(crate) kind: u8,
    /// How many of the smallest unit of its kind it is; nothing where a kind has no conversions.
    pub(crate) size: Option<i64>,
}

/// `1 from = ratio to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conversion {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) ratio: i64,
    pub(crate) kind: u8,
}

/// Types that conversions can be asked for.
pub(crate) const CONVERTIBLE: [i64; 22] =
    [1, 2, 3, 4, 7, 9, 10, 11, 12, 16, 19, 20, 27, 28, 29, 30, 31, 40, 41, 98, 104, 108];

pub(crate) const HOUR: i64 = 4;
pub(crate) const TRAFFIC_GB: i64 = 10;
pub(crate) const PIECES: i64 = 14;
pub(crate) const MBPS: i64 = 15;
pub(crate) const CAPACITY_GB: i64 = 17;
pub(crate) const GB_HOURS: i64 = 70;
pub(crate) const GB_SECONDS: i64 = 71;

/// The unit with this id.
pub(crate) fn unit(id: i64) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.id == id)
}

/// How many of one unit another is, as a fraction; nothing where they do not measure the same.
pub(crate) fn ratio(from: i64, to: i64) -> Option<(Decimal, Decimal)> {
    if from == to {
        return Some((Decimal::ONE, Decimal::ONE));
    }
    let (from, to) = (unit(from)?, unit(to)?);
    if from.kind != to.kind {
        return None;
    }
    Some((Decimal::from(from.size?), Decimal::from(to.size?)))
}

/// Every conversion of a larger unit into a smaller one of its type, of which it is a whole number.
pub(crate) fn conversions() -> impl Iterator<Item = Conversion> {
    UNITS.iter().flat_map(|from| {
        UNITS.iter().filter_map(move |to| {
            let (large, small) = (from.size?, to.size?);
            let listed = from.kind == to.kind && from.id != to.id && large > small && large % small == 0;
            listed.then_some(Conversion { from: from.id, to: to.id, ratio: large / small, kind: from.kind })
        })
    })
}

const fn unit_of(
    id: i64,
    kind: u8,
    zh: &'static str,
    en: &'static str,
    abbreviation: &'static str,
    size: i64,
) -> Unit {
    Unit { id, names: [zh, en], abbreviation, kind, size: Some(size) }
}

const fn alone(id: i64, kind: u8, zh: &'static str, en: &'static str, abbreviation: &'static str) -> Unit {
    Unit { id, names: [zh, en], abbreviation, kind, size: None }
}

const K: i64 = 1_024;

static UNITS: [Unit; 78] = [
    alone(0, 10, "天", "Day", "d"),
    unit_of(1, 1, "元", "CNY", "Y", 100),
    unit_of(2, 10, "月", "Month", "mon", 1),
    unit_of(3, 10, "年", "Year", "y", 12),
    unit_of(HOUR, 2, "小时", "Hour", "h", 3_600),
    unit_of(5, 2, "分钟", "Minute", "min", 60),
    unit_of(6, 2, "秒", "Second", "s", 1),
    unit_of(7, 1, "角", "Jiao", "J", 10),
    unit_of(8, 1, "分", "Fen", "F", 1),
    unit_of(9, 3, "TB", "TB", "T", K * K * K * K),
    unit_of(TRAFFIC_GB, 3, "GB", "GB", "G", K * K * K),
    unit_of(11, 3, "MB", "MB", "M", K * K),
    unit_of(12, 3, "KB", "KB", "K", K),
    unit_of(13, 3, "Byte", "Byte", "B", 1),
    unit_of(PIECES, 4, "个（次）", "Count", "pcs", 1),
    unit_of(MBPS, 16, "Mbps", "Mbit/s", "Mbps", K * K),
    unit_of(16, 7, "Byte", "Byte", "B", 1),
    unit_of(CAPACITY_GB, 7, "GB", "GB", "G", K * K * K),
    unit_of(18, 4, "千次", "Thousand", "k", 1_000),
    unit_of(19, 4, "万次", "Ten thousand", "10k", 10_000),
    unit_of(20, 4, "百万次", "Million", "M", 1_000_000),
    unit_of(21, 16, "Kbps", "Kbit/s", "Kbps", K),
    unit_of(22, 16, "Gbps", "Gbit/s", "Gbps", K * K * K),
    unit_of(23, 16, "bps", "bit/s", "bps", 1),
    unit_of(24, 7, "MB", "MB", "M", K * K),
    unit_of(25, 7, "KB", "KB", "K", K),
    unit_of(26, 7, "PB", "PB", "P", K * K * K * K * K),
    alone(27, 6, "米", "Metre", "m"),
    alone(28, 6, "千米", "Kilometre", "km"),
    unit_of(29, 9, "行", "Row", "row", 1),
    unit_of(30, 7, "TB", "TB", "T", K * K * K * K),
    unit_of(31, 9, "千行", "Thousand rows", "krow", 1_000),
    unit_of(32, 9, "百万行", "Million rows", "Mrow", 1_000_000),
    unit_of(33, 11, "次/小时", "Times per hour", "/h", 1),
    unit_of(34, 11, "次/分钟", "Times per minute", "/min", 60),
    unit_of(35, 11, "次/秒", "Times per second", "/s", 3_600),
    alone(36, 15, "GB*月", "GB x month", "GB*mon"),
    alone(37, 17, "GB时长", "GB duration", "GBd"),
    alone(38, 18, "QPS", "Queries per second", "QPS"),
    unit_of(39, 19, "Kbps（千进制）", "Kbit/s (1000)", "kbps", 1),
    unit_of(40, 19, "Mbps（千进制）", "Mbit/s (1000)", "Mbps", 1_000),
    unit_of(41, 19, "Gbps（千进制）", "Gbit/s (1000)", "Gbps", 1_000_000),
    unit_of(42, 20, "VUM", "VUM", "VUM", 1),
    unit_of(43, 20, "千VUM", "Thousand VUM", "kVUM", 1_000),
    alone(44, 21, "平方米", "Square metre", "m2"),
    alone(45, 22, "路", "Video channel", "ch"),
    alone(46, 23, "MB/s", "MB/s", "MB/s"),
    unit_of(47, 12, "个", "Piece", "pc", 1),
    unit_of(48, 12, "千个", "Thousand pieces", "kpc", 1_000),
    unit_of(49, 12, "万个", "Ten thousand pieces", "10kpc", 10_000),
    alone(50, 24, "1080P", "1080p", "1080p"),
    alone(51, 26, "抵扣单位", "Package unit", "unit"),
    unit_of(52, 27, "核*秒", "vCPU x second", "vCPU*s", 1),
    unit_of(53, 27, "核*分钟", "vCPU x minute", "vCPU*min", 60),
    unit_of(54, 27, "核*小时", "vCPU x hour", "vCPU*h", 3_600),
    unit_of(55, 29, "IOPS*秒", "IOPS x second", "IOPS*s", 1),
    unit_of(56, 29, "IOPS*小时", "IOPS x hour", "IOPS*h", 3_600),
    unit_of(57, 30, "MB/s*秒", "MB/s x second", "MBps*s", 1),
    unit_of(58, 30, "MB/s*小时", "MB/s x hour", "MBps*h", 3_600),
    unit_of(59, 31, "个/小时", "Pieces per hour", "pc/h", 1),
    unit_of(60, 31, "个/分钟", "Pieces per minute", "pc/min", 60),
    unit_of(61, 31, "个/秒", "Pieces per second", "pc/s", 3_600),
    unit_of(62, 40, "MB（千进制）", "MB (1000)", "MB", 1),
    unit_of(63, 40, "GB（千进制）", "GB (1000)", "GB", 1_000),
    unit_of(64, 40, "TB（千进制）", "TB (1000)", "TB", 1_000_000),
    unit_of(65, 41, "千Tokens", "Thousand tokens", "kTokens", 1),
    unit_of(66, 41, "百万Tokens", "Million tokens", "MTokens", 1_000),
    alone(67, 82, "帧", "Frame", "frame"),
    unit_of(68, 98, "MB/s缓存*秒", "MB/s of cache x second", "MBpsC*s", 1),
    unit_of(69, 98, "MB/s缓存*小时", "MB/s of cache x hour", "MBpsC*h", 3_600),
    unit_of(GB_HOURS, 28, "GB*小时", "GB x hour", "GB*h", 3_600),
    unit_of(GB_SECONDS, 28, "GB*秒", "GB x second", "GB*s", 1),
    unit_of(72, 104, "Tokens", "Tokens", "tokens", 1),
    unit_of(73, 104, "万Tokens", "Ten thousand tokens", "10ktokens", 10_000),
    unit_of(74, 108, "个*秒", "Pieces x second", "pc*s", 1),
    unit_of(75, 108, "个*小时", "Pieces x hour", "pc*h", 3_600),
    unit_of(76, 108, "个*天", "Pieces x day", "pc*d", 86_400),
    unit_of(77, 20, "万VUM", "Ten thousand VUM", "10kVUM", 10_000),
];

/// All of them.
pub(crate) fn units() -> &'static [Unit] {
    &UNITS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_those_that_the_documents_state_mean_what_they_say() {
        let ids: BTreeSet<i64> = UNITS.iter().map(|unit| unit.id).collect();
        assert_eq!(ids.len(), UNITS.len());
        for (id, kind, zh) in
            [(1, 1, "元"), (4, 2, "小时"), (10, 3, "GB"), (11, 3, "MB"), (15, 16, "Mbps"), (17, 7, "GB")]
        {
            let unit = unit(id).unwrap();
            assert_eq!((unit.kind, unit.names[0]), (kind, zh));
        }
        assert_eq!(unit(14).unwrap().kind, 4);
    }

    #[test]
    fn every_type_that_can_be_asked_for_has_conversions_and_all_agree() {
        let all: Vec<Conversion> = conversions().collect();
        for kind in CONVERTIBLE {
            assert!(all.iter().any(|conversion| i64::from(conversion.kind) == kind), "{kind}");
        }
        assert!(all.iter().all(|conversion| CONVERTIBLE.contains(&i64::from(conversion.kind))));
        let find = |from, to| all.iter().find(|c| (c.from, c.to) == (from, to)).map(|c| c.ratio);
        for first in &all {
            assert_eq!(find(first.to, first.from), None, "one direction alone is a whole number");
            for second in all.iter().filter(|second| second.from == first.to) {
                assert_eq!(find(first.from, second.to), Some(first.ratio * second.ratio));
            }
        }
        assert_eq!(
            (find(10, 11), find(4, 5), find(1, 8), find(3, 2)),
            (Some(1024), Some(60), Some(100), Some(12))
        );
        assert_eq!(find(10, 17), None, "traffic is no capacity");
    }
}
