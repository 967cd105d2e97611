//! The company that the simulator is about: one enterprise master with a member in its custody,
//! and one ordinary account, each with years of orders. The same number makes the same company.

use std::collections::{BTreeMap, HashMap};

use super::world::{
    Account, Kind, Mode, Project, Settings, World,
    balances::Balances,
    bills::Views,
    dice::Dice,
    enterprise::Enterprise,
    gate::Gate,
    ids::Ids,
    packages::Packages,
    records::Past,
    resources::Resources,
    times::{Millis, Versions},
};

mod cards;
mod coupons;
mod enterprise;
mod history;
mod open;
mod packages;
pub(crate) mod places;

/// How a world begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed {
    pub(crate) number: u64,
    /// Orders of the master; the other accounts have fewer.
    pub(crate) orders: u32,
    /// Names that try to break out of pages and spreadsheets.
    pub(crate) hostile: bool,
    pub(crate) start: Millis,
    pub(crate) settings: Settings,
}

/// Ids kept for orders that are placed after the start.
const ROOM: u64 = 500_000;

/// Makes the world of a seed.
pub(crate) fn world(seed: Seed) -> World {
    let mut world = World {
        seed: seed.number,
        ids: Ids::new(seed.number),
        settings: seed.settings,
        mode: Mode::Strict,
        accounts: Vec::new(),
        ledger: Vec::new(),
        enterprise: Enterprise::default(),
        bills: Views::default(),
        gate: Gate::default(),
    };
    let most = u32::try_from(Ids::capacity() - ROOM).unwrap_or(u32::MAX);
    let many = seed.orders.clamp(20, most);
    for (kind, name, orders) in [
        (Kind::Master, "huaxin-group", many),
        (Kind::Ordinary, "yunfan-studio", (many / 3).clamp(12, 150)),
        (Kind::Member, "huaxin-shanghai", (many / 5).clamp(8, 80)),
    ] {
        let at = world.accounts.len();
        world.accounts.push(account(seed, at, kind, name));
        let open = open::drafts(kind, seed.start);
        let past = orders.saturating_sub(u32::try_from(open.len()).unwrap_or(0)).max(6);
        world.accounts[at].orders = history::orders(seed, at, past);
        world.accounts[at].index_past(seed.start);
        open::place(&mut world, at, open, seed.start);
        world.plan_renewals_of_old(at, seed.start);
        world.accounts[at].index_ended();
        coupons::give(&mut world, at, seed);
        cards::give(&mut world, at, seed);
        packages::give(&mut world, at, seed);
    }
    enterprise::found(&mut world, seed);
    world
}

fn account(seed: Seed, at: usize, kind: Kind, name: &str) -> Account {
    let mut dice = Dice::new(seed.number ^ ((at as u64 + 1) << 48));
    let custodian = (kind == Kind::Member).then_some(0);
    let balances = match kind {
        Kind::Master => Balances {
            cash: 12_653_218 + dice.roll(900_000).cast_signed(),
            designated: 500_000,
            credit_limit: 30_000_000,
            credit_used: 4_218_455,
            debt: 0,
        },
        Kind::Ordinary => Balances {
            cash: 523_040 + dice.roll(90_000).cast_signed(),
            designated: 0,
            credit_limit: 0,
            credit_used: 0,
            debt: 0,
        },
        Kind::Member => Balances { cash: 0, designated: 0, credit_limit: 0, credit_used: 0, debt: 0 },
    };
    Account {
        name: name.to_owned(),
        domain_id: dice.hex(32),
        ak: dice.code(20),
        sk: dice.code(40),
        kind,
        custodian,
        users: users(kind, seed.hostile),
        projects: projects(&mut dice, kind, seed.hostile),
        orders: Vec::new(),
        live: BTreeMap::new(),
        ended: BTreeMap::new(),
        coupons_paid: HashMap::new(),
        coupons: Vec::new(),
        balances: Versions::new(0, balances),
        resources: Resources::default(),
        packages: Packages::default(),
        cards: Vec::new(),
        past: Past::until(seed.start),
    }
}

fn users(kind: Kind, hostile: bool) -> Vec<String> {
    let mut users: Vec<String> = match kind {
        Kind::Master => vec!["huaxin-group", "ops-zhang", "ops-li", "platform-ci"],
        Kind::Ordinary => vec!["yunfan-studio", "lin-fan"],
        Kind::Member => vec!["huaxin-shanghai", "sh-wang"],
    }
    .into_iter()
    .map(str::to_owned)
    .collect();
    if hostile {
        users.push("<img src=x onerror=alert(1)>".to_owned());
        users.push("=HYPERLINK(\"http://evil.example\",\"click\")".to_owned());
    }
    users
}

fn projects(dice: &mut Dice, kind: Kind, hostile: bool) -> Vec<Project> {
    let mut names = vec!["default"];
    if kind != Kind::Ordinary {
        names.extend(["电商平台", "数据中台", "research", "移动办公"]);
    }
    if hostile {
        names.extend([
            "<script>alert('ep')</script>",
            "=1+cmd|' /C calc'!A0",
            "@SUM(1+1)",
            "\u{202e}gnp.exe",
            "\"><svg onload=alert(1)>",
        ]);
    }
    names
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let id = match at {
                0 => "0".to_owned(),
                _ => uuid(dice),
            };
            Project { id, name: name.to_owned() }
        })
        .collect()
}

fn uuid(dice: &mut Dice) -> String {
    format!("{}-{}-4{}-a{}-{}", dice.hex(8), dice.hex(4), dice.hex(3), dice.hex(3), dice.hex(12))
}
