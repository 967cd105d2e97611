//! Coupons of each kind and in each state, and the orders that used ones have paid for.

use super::{
    super::world::{
        Fen, Kind, World,
        coupons::{Coupon, DISCOUNT, FLEXI, Holding, Limit, VOUCHER, state},
        dice::Dice,
        orders::{Truth, kind, status},
        services::{DCS, ECS, EVS, service},
        times::{DAY, HOUR, Millis, Versions, wire},
    },
    Seed,
};

/// Gives an account its coupons.
pub(super) fn give(world: &mut World, account: usize, seed: Seed) {
    let mut maker = Maker {
        dice: Dice::new(seed.number ^ 0xC0_0905 ^ ((account as u64) << 32)),
        start: seed.start,
        hostile: seed.hostile,
    };
    let kind = world.accounts[account].kind;
    let mut coupons = match kind {
        Kind::Master => maker.of_the_master(),
        Kind::Ordinary => vec![
            maker.coupon(VOUCHER, 2, 20_000, "新客代金券"),
            maker.coupon(FLEXI, 2, 8_000, "活动现金券"),
            maker.coupon(DISCOUNT, 1, 95, "会员折扣券"),
        ],
        Kind::Member => vec![maker.coupon(VOUCHER, 2, 10_000, "企业划拨代金券")],
    };
    if kind != Kind::Member {
        let locked = maker.locked_to(world, account);
        coupons.extend(locked);
        let used = maker.used_by(world, account);
        coupons.extend(used);
    }
    world.accounts[account].coupons = coupons;
}

struct Maker {
    dice: Dice,
    start: Millis,
    hostile: bool,
}

impl Maker {
    fn of_the_master(&mut self) -> Vec<Coupon> {
        let ecs = service(ECS).code;
        let mut coupons = vec![
            self.coupon(VOUCHER, 2, 50_000, "企业激励代金券"),
            self.coupon(VOUCHER, 2, 100_000, "商务代金券").left(32_000),
            self.coupon(VOUCHER, 1, 20_000, "测试代金券"),
            self.coupon(VOUCHER, 2, 30_000, "ECS专享代金券").limit("serviceType", ecs),
            self.coupon(VOUCHER, 2, 12_000, "DCS专享代金券").limit("serviceType", service(DCS).code),
            self.coupon(VOUCHER, 2, 40_000, "不与商务折扣同享代金券")
                .limit("simultaneousUseWithContractDiscount", "0"),
            self.coupon(VOUCHER, 2, 25_000, "不与促销同享代金券")
                .limit("simultaneousUseWithPromotionDiscount", "0"),
            self.coupon(VOUCHER, 2, 15_000, "不与伙伴折扣同享代金券")
                .limit("simultaneousUseWithEmpowerDiscount", "0"),
            self.coupon(VOUCHER, 2, 60_000, "最低折扣限制代金券").limit("minConsumeDiscount", "0.8"),
            self.coupon(VOUCHER, 2, 10_000, "专用代金券").group(2),
            self.coupon(VOUCHER, 2, 10_000, "云商店代金券").group(1),
            self.coupon(DISCOUNT, 1, 90, "九折折扣券"),
            self.coupon(DISCOUNT, 1, 80, "ECS八折折扣券").limit("serviceType", ecs),
            self.coupon(FLEXI, 2, 200_000, "预付现金券"),
            self.coupon(FLEXI, 2, 15_050, "返还现金券"),
            self.coupon(VOUCHER, 2, 5_000, "即将到期代金券").expires(self.start + DAY),
            self.coupon(VOUCHER, 2, 88_000, "待激活代金券").in_state(state::INACTIVE),
            self.coupon(VOUCHER, 2, 30_000, "已冻结代金券").frozen(),
            self.coupon(VOUCHER, 2, 10_000, "已过期代金券").expires(self.start - 20 * DAY),
            self.coupon(DISCOUNT, 1, 70, "已过期折扣券").expires(self.start - 3 * DAY),
            self.coupon(VOUCHER, 2, 66_000, "已回收代金券").in_state(state::RECLAIMED),
            self.coupon(VOUCHER, 2, 20_000, "华北专享代金券").region("cn-north-4", "华北-北京四"),
        ];
        if self.hostile {
            coupons.push(self.coupon(VOUCHER, 2, 1_000, "<script>alert('coupon')</script>"));
            coupons.push(self.coupon(VOUCHER, 2, 1_000, "=HYPERLINK(\"http://evil.example\")"));
        }
        coupons
    }

    /// A coupon that an unpaid order holds.
    fn locked_to(&mut self, world: &World, account: usize) -> Option<Coupon> {
        let owner = &world.accounts[account];
        let (index, _) = owner.live.iter().rfind(|(index, live)| {
            live.truth == Truth::Open && owner.orders[**index as usize].service == EVS
        })?;
        let mut coupon = self.coupon(VOUCHER, 2, 18_000, "下单锁定代金券");
        let holding = Holding { lock: Some(world.order_id(account, *index, 0)), ..coupon.now.last().clone() };
        coupon.now = Versions::new(0, holding);
        Some(coupon)
    }

    /// Coupons used up by orders of the last months.
    fn used_by(&mut self, world: &mut World, account: usize) -> Vec<Coupon> {
        let owner = &world.accounts[account];
        let ended: Vec<u32> =
            owner.orders.iter().rev().take(4_000).filter(|o| o.refunds()).map(|o| o.base).collect();
        let paid: Vec<(u32, Fen, Millis)> = (0..owner.made())
            .zip(&owner.orders)
            .rev()
            .take(4_000)
            .filter(|(at, order)| {
                order.status == status::COMPLETED
                    && !owner.live.contains_key(at)
                    && matches!(order.kind, kind::NEW | kind::RENEWAL)
                    && !ended.contains(at)
                    && order.after > 30_000
                    && order.created_at() > self.start - 360 * DAY
            })
            .filter_map(|(at, order)| Some((at, Fen::from(order.after), order.paid_at()?)))
            .step_by(5)
            .take(8)
            .collect();
        let mut coupons = Vec::new();
        for (nth, (index, after, at)) in paid.into_iter().enumerate() {
            let (kind, face) = if nth % 3 == 2 { (FLEXI, 25_000) } else { (VOUCHER, 20_000.min(after)) };
            let parts = if kind == FLEXI { (0, face) } else { (face, 0) };
            let mut coupon = self.coupon(kind, if nth % 2 == 0 { 1 } else { 2 }, face, "季度激励券");
            coupon.created = at - 30 * DAY;
            coupon.valid_from = at - 30 * DAY;
            let order = world.order_id(account, index, 0);
            let holding = Holding {
                state: state::USED,
                balance: 0,
                lock: None,
                last_order: Some(order),
                last_used: Some(at),
            };
            coupon.now = Versions::new(0, holding);
            world.accounts[account].coupons_paid.insert(index, parts);
            coupons.push(coupon);
        }
        coupons
    }

    /// A usable coupon; `face` is in fen, or the hundredths that a discount coupon leaves to pay.
    fn coupon(&mut self, kind: u8, version: u8, face: Fen, plan: &str) -> Coupon {
        let age = DAY * (10 + self.dice.roll(120).cast_signed()) + HOUR * self.dice.roll(24).cast_signed();
        let created = (self.start - age) / 1_000 * 1_000;
        let day: String = wire(created).chars().filter(char::is_ascii_digit).take(12).collect();
        let holding = Holding {
            state: state::USABLE,
            balance: if version == 2 { face } else { 0 },
            lock: None,
            last_order: None,
            last_used: None,
        };
        Coupon {
            id: format!("CP{}{}", &day[2..], self.dice.code(6)),
            code: self.dice.code(16),
            kind,
            group: 0,
            version,
            face,
            created,
            valid_from: created,
            expires: created + (180 + self.dice.roll(185).cast_signed()) * DAY,
            plan_id: format!("PL{}", self.dice.hex(12)),
            plan_name: plan.to_owned(),
            plan_desc: format!("{plan}，仅限包年/包月产品"),
            media_type: 1,
            fetch_method: 3,
            source_id: if self.dice.percent(50) { "1".to_owned() } else { "2".to_owned() },
            frozen: false,
            limits: Vec::new(),
            now: Versions::new(0, holding),
        }
    }
}

impl Coupon {
    fn limit(mut self, key: &'static str, value: &str) -> Self {
        self.limits.push(Limit { key, value1: value.to_owned(), value2: None });
        self
    }

    fn region(mut self, code: &str, name: &str) -> Self {
        self.limits.push(Limit { key: "regionCode", value1: code.to_owned(), value2: Some(name.to_owned()) });
        self
    }

    fn group(mut self, group: u8) -> Self {
        self.group = group;
        self
    }

    fn frozen(mut self) -> Self {
        self.frozen = true;
        self
    }

    fn expires(mut self, at: Millis) -> Self {
        self.expires = at / 1_000 * 1_000;
        self
    }

    fn left(mut self, balance: Fen) -> Self {
        self.now = Versions::new(0, Holding { balance, ..self.now.last().clone() });
        self
    }

    fn in_state(mut self, state: u8) -> Self {
        self.now = Versions::new(0, Holding { state, ..self.now.last().clone() });
        self
    }
}
