//! What a bill says of a fee beside its amounts: names, specification, use, ids. Nothing of it is stored.

use chrono::Datelike;

use super::{Atom, FEN, Fee, Parts, Source, Used, bill_type, meters::Metered, select::project_of};
use crate::simulator::world::{
    World,
    catalogue::region_names,
    days::day_begins,
    dice::mix,
    ids::Place,
    resources::{attached_to, describe},
    services::service,
    shape::{self, Line},
    times::{Millis, beijing_day},
};

/// A fee in words.
pub(crate) struct Said<'w> {
    pub(crate) customer_id: &'w str,
    pub(crate) account_name: &'w str,
    pub(crate) payer_id: &'w str,
    pub(crate) service_name: &'static str,
    pub(crate) resource_type_name: &'static str,
    pub(crate) region_name: &'static str,
    pub(crate) zone: String,
    pub(crate) project_id: &'w str,
    pub(crate) project_name: Option<&'w str>,
    pub(crate) resource_id: String,
    pub(crate) resource_name: String,
    pub(crate) parent: Option<String>,
    /// Key and value.
    pub(crate) tags: [(&'static str, &'static str); 2],
    pub(crate) cost_unit: (&'static str, &'static str),
    pub(crate) product_id: String,
    pub(crate) spec: &'static str,
    pub(crate) sku: String,
    pub(crate) size: Option<(u32, u8)>,
    pub(crate) order_id: Option<String>,
    pub(crate) sub_order_id: Option<String>,
    pub(crate) base_order_id: Option<String>,
    pub(crate) period_type: u8,
    pub(crate) periods: Option<u32>,
    pub(crate) usage: Option<Usage>,
    /// The price of a unit, where it is simple, and the unit.
    pub(crate) price: Option<(Atom, &'static str)>,
    pub(crate) spot: &'static str,
    /// Types of the discounts.
    pub(crate) promotion: Option<String>,
    pub(crate) payment_type: Option<&'static str>,
    /// The part of a whole: service and its name, type and its name, id, name.
    pub(crate) part: Option<[String; 6]>,
}

/// What was used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) kind: &'static str,
    pub(crate) measure: u8,
    pub(crate) used: Used,
    pub(crate) reserved: bool,
    pub(crate) from: Millis,
}

impl World {
    /// The order, or the transaction, of a fee.
    pub(crate) fn trade_id(&self, fee: &Fee) -> String {
        match fee.source {
            Source::Line { order, .. } => self.order_id(fee.account, order, 0),
            Source::Meter(_) => format!("HWCT{:016X}", self.number(fee)),
        }
    }

    /// The id of a fee among all.
    pub(crate) fn fee_id(&self, fee: &Fee) -> String {
        let number = self.number(fee);
        format!("{number:016x}{:016x}", mix(number ^ 0x1D))
    }

    fn number(&self, fee: &Fee) -> u64 {
        let day = u64::from(beijing_day(fee.at).num_days_from_ce().cast_unsigned());
        let what = match fee.source {
            Source::Line { order, nth, .. } => (u64::from(order) << 20) | u64::from(nth),
            Source::Meter(meter) => (1 << 62) | (u64::from(meter) << 32) | day,
        };
        mix(mix(self.seed ^ ((fee.account as u64) << 52)) ^ what)
    }

    /// What people call the resource of a fee.
    pub(crate) fn resource_name(&self, fee: &Fee) -> String {
        match fee.source {
            Source::Line { purchase, of_purchase, .. } => {
                let key = (purchase, of_purchase);
                describe::resource_name(&self.accounts[fee.account], fee.account, key, fee.service)
            }
            Source::Meter(_) => metered_name(fee, &self.resource_id_of(fee)),
        }
    }

    fn resource_id_of(&self, fee: &Fee) -> String {
        match fee.source {
            Source::Line { purchase, of_purchase, .. } => {
                shape::resource_id(self.seed, fee.account, purchase, usize::from(of_purchase))
            }
            Source::Meter(at) => {
                self.metered(fee.account).into_iter().nth(usize::from(at)).map(|m| m.id).unwrap_or_default()
            }
        }
    }

    /// A fee in words, in a language. `parts` are its amounts with every digit.
    pub(crate) fn say(&self, fee: &Fee, parts: &Parts, language: usize) -> Said<'_> {
        let mut said = match fee.source {
            Source::Line { order, nth, .. } => self.say_line(fee, parts, (order, nth), language),
            Source::Meter(at) => match self.metered(fee.account).into_iter().nth(usize::from(at)) {
                Some(metered) => self.say_metered(fee, &metered, language),
                None => self.say_plain(fee, String::new()),
            },
        };
        said.region_name = region_names(fee.region)[language];
        said
    }

    /// What can be said of every fee.
    fn say_plain(&self, fee: &Fee, resource_id: String) -> Said<'_> {
        let owner = &self.accounts[fee.account];
        let (project_id, project_name) = project_of(fee, owner);
        let spread = mix(resource_id.bytes().fold(7, |sum, byte| mix(sum ^ u64::from(byte))));
        let team = ["shop", "data", "office", "lab"][(spread % 4) as usize];
        Said {
            customer_id: &owner.domain_id,
            account_name: &owner.name,
            payer_id: &self.accounts[self.payer(fee.account)].domain_id,
            service_name: "",
            resource_type_name: "",
            region_name: "",
            zone: format!("{}{}", fee.region, ["a", "b", "c"][(spread >> 8) as usize % 3]),
            project_id,
            project_name: fee.project.map(|_| project_name),
            resource_name: self.resource_name(fee),
            resource_id,
            parent: None,
            tags: [("team", team), ("env", if spread & 0x1_0000 == 0 { "prod" } else { "test" })],
            cost_unit: ("business", if matches!(team, "shop" | "office") { "front" } else { "back" }),
            product_id: String::new(),
            spec: "",
            sku: String::new(),
            size: None,
            order_id: None,
            sub_order_id: None,
            base_order_id: None,
            period_type: 5,
            periods: None,
            usage: None,
            price: None,
            spot: "--",
            promotion: None,
            payment_type: None,
            part: None,
        }
    }

    fn say_metered(&self, fee: &Fee, metered: &Metered, language: usize) -> Said<'_> {
        let meter = metered.meter;
        let day = beijing_day(fee.at);
        let plain = self.say_plain(fee, metered.id.clone());
        let part = meter.part.map(|[service, zh, en, kind, kind_zh, kind_en]| {
            let names = if language == 0 { (zh, kind_zh) } else { (en, kind_en) };
            let id = format!("{}-vm", metered.id);
            let name = format!("{}-vm", plain.resource_name);
            [service, names.0, kind, names.1, &id, &name].map(str::to_owned)
        });
        let reserved = meter.mode == super::mode::RESERVED;
        Said {
            service_name: meter.service_names[language],
            resource_type_name: meter.resource_names[language],
            product_id: format!("OFFI{:016X}", mix(meter.price.cast_unsigned() ^ 0x0FF1)),
            spec: meter.spec[language],
            sku: meter.sku.to_owned(),
            size: meter.size,
            period_type: 25,
            usage: Some(Usage {
                kind: meter.usage_type,
                measure: meter.measure,
                used: fee.used,
                reserved,
                from: day_begins(day),
            }),
            price: Some((meter.price, meter.unit[language])),
            spot: match (reserved, meter.spot) {
                (true, _) => "--",
                (false, true) => "Y",
                (false, false) => "N",
            },
            promotion: (metered.off() > 0).then(|| "605".to_owned()),
            payment_type: reserved.then_some("NO_UPFRONT"),
            part,
            ..plain
        }
    }

    fn say_line(&self, fee: &Fee, parts: &Parts, (order, nth): (u32, u16), language: usize) -> Said<'_> {
        let owner = &self.accounts[fee.account];
        let plain = self.say_plain(fee, self.resource_id_of(fee));
        let Source::Line { purchase, of_purchase, sub, .. } = fee.source else { return plain };
        let lines = owner.lines(order);
        let Some(line) = lines.get(usize::from(nth)) else { return plain };
        let sold = service(line.service);
        let product = usize::from(line.product) % sold.products.len();
        let seen = self.seen_lines(Place { account: fee.account, index: order, sub: 0 }, Millis::MAX / 2);
        let discounts = seen.get(usize::from(nth)).map(|seen| &seen.amounts.discounts);
        let kinds: Vec<String> = (discounts.into_iter().flatten())
            .filter(|(_, off)| *off != 0)
            .map(|(kind, _)| kind.to_string())
            .collect();
        let size = describe::size(line);
        let main = attached_to(&owner.lines(purchase), usize::from(of_purchase));
        Said {
            service_name: sold.names[language],
            resource_type_name: sold.resource_names[language],
            parent: main.map(|main| shape::resource_id(self.seed, fee.account, purchase, main)),
            product_id: format!("OFFI7405863{:03}2815{product:02}", line.service),
            spec: sold.product(line.product).names[language],
            sku: describe::spec_code(line).to_owned(),
            size,
            order_id: Some(self.order_id(fee.account, order, 0)),
            sub_order_id: (sub != 0).then(|| self.order_id(fee.account, order, sub)),
            base_order_id: (purchase != order).then(|| self.order_id(fee.account, purchase, 0)),
            period_type: match (line.period_type, line.periods) {
                (_, None) => 5,
                (3, _) => 19,
                (0, _) => 24,
                (4, _) => 25,
                _ => 20,
            },
            periods: line.periods,
            price: unit_price(fee, parts, line, size, language),
            promotion: (!kinds.is_empty()).then(|| kinds.join(",")),
            ..plain
        }
    }
}

/// The name of a pay-per-use resource.
fn metered_name(fee: &Fee, resource_id: &str) -> String {
    let short = fee.service.rsplit('.').next().unwrap_or_default();
    format!("{short}-{}", resource_id.get(..4).unwrap_or("none"))
}

/// The price of a period, where purchase or renewal has one that comes out even.
fn unit_price(
    fee: &Fee,
    parts: &Parts,
    line: &Line,
    size: Option<(u32, u8)>,
    language: usize,
) -> Option<(Atom, &'static str)> {
    use bill_type::{AUTOMATIC_RENEWAL, PURCHASE, RENEWAL};
    let periods = Atom::from(line.periods.filter(|periods| *periods > 0)?);
    let simple = matches!(fee.bill_type, PURCHASE | RENEWAL | AUTOMATIC_RENEWAL) && parts.official > 0;
    let whole = periods * size.map_or(1, |(size, _)| Atom::from(size));
    if !simple || parts.official % whole != 0 {
        return None;
    }
    let yearly = line.period_type == 3;
    let unit = match (size.map(|(_, unit)| unit), yearly, language) {
        (None, false, 0) => "元/月",
        (None, false, _) => "yuan/month",
        (None, true, 0) => "元/年",
        (None, true, _) => "yuan/year",
        (Some(17), false, 0) => "元/GB/月",
        (Some(17), false, _) => "yuan/GB/month",
        (Some(17), true, 0) => "元/GB/年",
        (Some(17), true, _) => "yuan/GB/year",
        (_, false, 0) => "元/Mbps/月",
        (_, false, _) => "yuan/Mbps/month",
        (_, true, 0) => "元/Mbps/年",
        (_, true, _) => "yuan/Mbps/year",
    };
    debug_assert!(parts.official % FEN == 0);
    Some((parts.official / whole, unit))
}
