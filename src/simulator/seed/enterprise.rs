//! The organisation of the master: units in regions and cities, and members in every state, with money
//! and coupons of their own.

use super::{
    super::world::{
        Fen, Kind, World,
        balances::Balances,
        dice::Dice,
        enterprise::{
            Enterprise, Member, Node,
            coupons::{Part, can_be_handed_out, part_of},
            credit::Dated,
            identity::{RealName, verified},
            members::{OF_CUSTODY, nothing},
            status,
        },
        times::{DAY, MINUTE, Versions},
    },
    Seed,
};

/// Name and position of the unit above; the root is first.
const UNITS: [(&str, Option<usize>); 10] = [
    ("华信集团", None),
    ("华东大区", Some(0)),
    ("华北大区", Some(0)),
    ("华南大区", Some(0)),
    ("上海分公司", Some(1)),
    ("杭州研发中心", Some(1)),
    ("北京分公司", Some(2)),
    ("深圳分公司", Some(3)),
    ("厦门合资公司", Some(3)),
    ("数据中心运维部", Some(6)),
];

/// A member that is no account.
struct Plan {
    name: &'static str,
    display_name: &'static str,
    node: usize,
    status: u8,
    custody: bool,
    /// Cash, how much of it the master has handed out, credit line, and what of that is used.
    money: (Fen, Fen, Fen, Fen),
}

const PLANS: [Plan; 10] = [
    Plan {
        name: "huaxin-beijing",
        display_name: "华信科技（北京）有限公司",
        node: 6,
        status: status::NORMAL,
        custody: false,
        money: (8_888_888, 6_000_000, 2_000_000, 500_000),
    },
    Plan {
        name: "huaxin-hangzhou",
        display_name: "华信云计算（杭州）有限公司",
        node: 5,
        status: status::NORMAL,
        custody: false,
        money: (120_000, 100_000, 0, 0),
    },
    Plan {
        name: "huaxin-shenzhen",
        display_name: "华信科技（深圳）有限公司",
        node: 7,
        status: status::NORMAL,
        custody: true,
        money: (0, 0, 0, 0),
    },
    Plan {
        name: "huaxin-xiamen",
        display_name: "华信海丝（厦门）合资有限公司",
        node: 8,
        status: status::NORMAL,
        custody: false,
        money: (50_000, 0, 0, 0),
    },
    Plan {
        name: "huaxin-dc-ops",
        display_name: "数据中心运维",
        node: 9,
        status: status::NORMAL,
        custody: true,
        money: (30_000, 30_000, 0, 0),
    },
    Plan {
        name: "huaxin-chengdu",
        display_name: "华信科技（成都）有限公司",
        node: 0,
        status: status::BEING_CREATED,
        custody: false,
        money: (0, 0, 0, 0),
    },
    Plan {
        name: "huaxin-wuhan",
        display_name: "华信科技（武汉）有限公司",
        node: 0,
        status: status::REGISTERING,
        custody: false,
        money: (0, 0, 0, 0),
    },
    Plan {
        name: "huaxin-xian",
        display_name: "华信科技（西安）有限公司",
        node: 2,
        status: status::AWAITING_ACTIVATION,
        custody: false,
        money: (0, 0, 0, 0),
    },
    Plan {
        name: "huaxin-dalian",
        display_name: "华信软件（大连）有限公司",
        node: 2,
        status: status::BEING_CLOSED,
        custody: false,
        money: (1_500, 0, 0, 0),
    },
    Plan {
        name: "huaxin-tianjin",
        display_name: "华信科技（天津）有限公司",
        node: 2,
        status: status::CLOSED,
        custody: false,
        money: (0, 0, 0, 0),
    },
];

/// Until when parts of the credit lines are granted, days from the start.
const CREDIT_ENDS: i64 = 120;

/// Founds the organisation of the accounts that there are.
pub(super) fn found(world: &mut World, seed: Seed) {
    let mut dice = Dice::new(seed.number ^ 0xE47E_2B21);
    let ends = (seed.start / DAY + CREDIT_ENDS) * DAY;
    let mut found = Enterprise {
        nodes: units(&mut dice),
        dated: Versions::new(0, vec![Dated { expires: ends, line: 5_000_000 }]),
        reported: vec!["13900000051".to_owned()],
        real_names: world.accounts.iter().map(|account| Versions::new(0, real_name(account.kind))).collect(),
        ..Enterprise::default()
    };
    for (at, account) in world.accounts.iter().enumerate() {
        match account.kind {
            Kind::Master => found.master = at,
            Kind::Member => {
                let shown = "华信科技（上海）有限公司";
                found.members.push(Member {
                    id: account.domain_id.clone(),
                    account: Some(at),
                    custody: account.custodian.is_some(),
                    ..member(seed, (&account.name, shown, 4), String::new())
                });
            }
            Kind::Ordinary => {}
        }
        if account.kind != Kind::Ordinary {
            found.with_projects.insert(at);
        }
    }
    for plan in &PLANS {
        found.members.push(planned(plan, seed, dice.hex(32), ends));
    }
    if seed.hostile {
        for shown in ["<script>alert('member')</script>", "=cmd|' /C calc'!A0"] {
            let name = format!("hostile-{}", found.members.len());
            found.members.push(member(seed, (&name, shown, 3), dice.hex(32)));
        }
    }
    world.enterprise = found;
    hand_out_earlier(world, seed, &mut dice);
}

fn units(dice: &mut Dice) -> Vec<Node> {
    let units = (10_001..).zip(UNITS).map(|(id, (name, above))| Node {
        id: id.to_string(),
        relation_id: dice.roll(1_000_000_000).to_string(),
        name: name.to_owned(),
        above,
    });
    units.collect()
}

fn real_name(kind: Kind) -> RealName {
    let as_what = if kind == Kind::Ordinary { verified::PERSON } else { verified::ENTERPRISE };
    RealName { status: verified::VERIFIED, kind: Some(as_what) }
}

/// A normal member that has nothing; its place is login name, name for people, and unit.
fn member(seed: Seed, (name, shown, node): (&str, &str, usize), id: String) -> Member {
    Member {
        id,
        name: name.to_owned(),
        display_name: shown.to_owned(),
        node,
        created: seed.start - 400 * DAY,
        status: Versions::new(0, status::NORMAL),
        account: None,
        custody: false,
        same_entity: true,
        shares_credit: true,
        permissions: OF_CUSTODY.map(str::to_owned).to_vec(),
        phone: None,
        balances: Versions::new(0, nothing()),
        coupons: Vec::new(),
        handed: Versions::new(0, 0),
        dated: Versions::new(0, Vec::new()),
    }
}

fn planned(plan: &Plan, seed: Seed, id: String, ends: i64) -> Member {
    let (cash, handed, credit_limit, credit_used) = plan.money;
    let mut member = Member {
        custody: plan.custody,
        balances: Versions::new(0, Balances { cash, credit_limit, credit_used, ..nothing() }),
        handed: Versions::new(0, handed),
        status: Versions::new(0, plan.status),
        ..member(seed, (plan.name, plan.display_name, plan.node), id)
    };
    match plan.name {
        "huaxin-beijing" => {
            member.dated = Versions::new(0, vec![Dated { expires: ends, line: 800_000 }]);
            member.phone = Some("13800000010".to_owned());
        }
        "huaxin-hangzhou" => member.shares_credit = false,
        "huaxin-xiamen" => member.same_entity = false,
        "huaxin-chengdu" => {
            member.created = seed.start - 5 * MINUTE;
            member.status.plan(seed.start + 30 * MINUTE, status::NORMAL);
        }
        "huaxin-tianjin" => {
            member.created = seed.start - 90 * DAY;
            member.phone = Some("13800000022".to_owned());
        }
        _ => {}
    }
    member
}

/// A part of a coupon that was handed out before the start: what the master's lacks of its face.
fn hand_out_earlier(world: &mut World, seed: Seed, dice: &mut Dice) {
    let master = world.enterprise.master;
    let spent = world.accounts[master]
        .coupons
        .iter()
        .find(|coupon| can_be_handed_out(coupon, seed.start) && coupon.now.last().balance < coupon.face);
    let member = world.enterprise.members.iter().position(|member| member.name == "huaxin-beijing");
    let (Some(coupon), Some(member)) = (spent, member) else { return };
    let amount = (coupon.face - coupon.now.last().balance).min(20_000);
    let id = format!("CP{}", dice.code(16));
    let part = super::super::world::coupons::Coupon {
        id: id.clone(),
        code: dice.code(16),
        ..part_of(coupon, coupon.created + DAY, amount)
    };
    let of = coupon.id.clone();
    world.enterprise.members[member].coupons.push(part);
    world.enterprise.parts.push(Part { of, member, id });
}
