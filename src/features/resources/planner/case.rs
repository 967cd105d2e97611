//! The arithmetic of a plan: renewals of one account, its coupons and discounts, as whole numbers of fen. What
//! is paid by what follows the rules of `payments::rules`. It knows no names and asks nobody.

/// Hundredths of a yuan.
pub(super) type Fen = i64;

/// A whole in the ratios of discount coupons.
pub(super) const WHOLE: Fen = 1_000_000;

/// The most coupons of one payment.
pub(super) const MOST_COUPONS: usize = 3;

/// The order in which kinds of coupons take their part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A share of the price.
    Ratio,
    /// A voucher.
    Voucher,
    /// A flexi-purchase coupon.
    Flexi,
}

/// What a coupon was issued for, as far as it excludes others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Marketplace,
    Special,
    Other,
}

/// Whether a coupon may be used beside a discount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beside {
    Always,
    Never,
    /// Only where the discount's ratio is high enough on some line of the order, or not told on any: for
    /// each item whether it is, if it is told.
    Reaching(Vec<Option<bool>>),
}

/// A coupon.
#[derive(Debug, Clone)]
pub(super) struct Coupon {
    pub(super) rank: Rank,
    pub(super) group: Group,
    /// Whether one order uses it up, whatever it takes.
    pub(super) once: bool,
    /// What it can take; 1 for one that takes a share.
    pub(super) left: Fen,
    /// The share of the price that is still paid with it.
    pub(super) paid: Fen,
    /// What an order must cost at least, after its discount.
    pub(super) floor: Fen,
    /// What an order may cost at most, before its discount.
    pub(super) ceiling: Fen,
    /// Whether it may pay for each item.
    pub(super) fits: Vec<bool>,
    /// Whether it goes with each discount.
    pub(super) beside: Vec<Beside>,
}

/// A discount.
#[derive(Debug, Clone)]
pub(super) struct Discount {
    /// Whether an order that it is offered for must use it.
    pub(super) mandatory: bool,
    /// What it takes off each item, where it is offered.
    pub(super) off: Vec<Option<Fen>>,
}

/// No order may use more than so many of these coupons.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub(super) covers: Vec<bool>,
    pub(super) most: usize,
}

/// Everything about one account.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// What each item costs before a discount.
    pub(super) prices: Vec<Fen>,
    pub(super) discounts: Vec<Discount>,
    pub(super) coupons: Vec<Coupon>,
    pub(super) limits: Vec<Limit>,
    /// The most items of one order.
    pub(super) largest: usize,
    /// For each item a number: only items with the same one can be ordered together.
    pub(super) batches: Vec<usize>,
}

/// Items that are ordered together.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) items: Vec<usize>,
    /// With each discount that it may use, and without one where it may.
    pub(super) ways: Vec<Way>,
}

/// An order with a discount, or without one.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) discount: Option<usize>,
    /// What it costs before coupons.
    pub(super) payable: Fen,
    /// The coupons that it could use, by rank.
    pub(super) coupons: Vec<usize>,
}

/// At most three coupons, in the order in which they take their part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Picks {
    chosen: [usize; MOST_COUPONS],
    len: usize,
}

impl Picks {
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.chosen[..self.len].iter().copied()
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn with(mut self, coupon: usize) -> Self {
        self.chosen[self.len] = coupon;
        self.len += 1;
        self
    }
}

/// An order with how it is paid.
#[derive(Debug, Clone)]
pub(super) struct Paid {
    pub(super) items: Vec<usize>,
    pub(super) discount: Option<usize>,
    pub(super) coupons: Vec<usize>,
    /// What is left for the balance.
    pub(super) cash: Fen,
}

impl Case {
    /// What each coupon has.
    pub(super) fn lefts(&self) -> Vec<Fen> {
        self.coupons.iter().map(|coupon| coupon.left).collect()
    }

    /// Whether these items can be one order.
    pub(super) fn is_order(&self, items: &[usize]) -> bool {
        items.len() <= self.largest && items.iter().all(|item| self.batches[*item] == self.batches[items[0]])
    }

    /// The items as one order.
    pub(super) fn order(&self, items: Vec<usize>) -> Order {
        let price: Fen = items.iter().map(|item| self.prices[*item]).sum();
        let offered = |discount: &Discount| items.iter().any(|item| discount.off[*item].is_some());
        let mandatory = self.discounts.iter().position(|one| one.mandatory && offered(one));
        let discounts: Vec<Option<usize>> = if mandatory.is_some() {
            vec![mandatory]
        } else {
            let offered = (0..self.discounts.len()).filter(|at| offered(&self.discounts[*at]));
            std::iter::once(None).chain(offered.map(Some)).collect()
        };
        let way = |discount: Option<usize>| {
            let off = discount
                .map_or(0, |at| items.iter().filter_map(|item| self.discounts[at].off[*item]).sum::<Fen>());
            let payable = price - off.clamp(0, price);
            let usable = |coupon: &Coupon| {
                coupon.floor <= payable
                    && price <= coupon.ceiling
                    && items.iter().all(|item| coupon.fits[*item])
                    && discount.is_none_or(|at| coupon.beside[at].allows(&items))
            };
            let mut coupons: Vec<usize> =
                (0..self.coupons.len()).filter(|at| usable(&self.coupons[*at])).collect();
            coupons.sort_by_key(|at| self.coupons[*at].rank);
            Way { discount, payable, coupons }
        };
        let ways = discounts.into_iter().map(way).collect();
        Order { items, ways }
    }

    /// Whether a coupon may be used beside those.
    pub(super) fn goes_with(&self, picks: &Picks, coupon: usize) -> bool {
        picks.len() < MOST_COUPONS
            && picks.iter().all(|other| !self.excludes(other, coupon))
            && self
                .limits
                .iter()
                .filter(|limit| limit.covers[coupon])
                .all(|limit| picks.iter().filter(|other| limit.covers[*other]).count() < limit.most)
    }

    fn excludes(&self, one: usize, other: usize) -> bool {
        if one == other {
            return true;
        }
        let (one, other) = (&self.coupons[one], &self.coupons[other]);
        // Discount coupons exclude vouchers by the rules; of two of them we never use both.
        matches!(
            (one.rank, other.rank),
            (Rank::Ratio, Rank::Voucher | Rank::Ratio) | (Rank::Voucher, Rank::Ratio)
        ) || matches!(
            (one.group, other.group),
            (Group::Marketplace, Group::Special) | (Group::Special, Group::Marketplace)
        )
    }

    /// Whether two vouchers can pay for one order.
    pub(super) fn takes_two_vouchers(&self) -> bool {
        let vouchers = || (0..self.coupons.len()).filter(|at| self.coupons[*at].rank == Rank::Voucher);
        vouchers().any(|one| vouchers().any(|other| self.goes_with(&Picks::default().with(one), other)))
    }

    /// What a coupon takes of what is still to be paid.
    pub(super) fn takes(&self, coupon: usize, rest: Fen, left: Fen) -> Fen {
        let one = &self.coupons[coupon];
        match one.rank {
            Rank::Ratio if left == 0 => 0,
            Rank::Ratio => share(rest, WHOLE - one.paid),
            Rank::Voucher | Rank::Flexi => left.min(rest),
        }
    }

    /// What coupons leave to pay; what they have becomes less.
    pub(super) fn pay(&self, payable: Fen, picks: &Picks, lefts: &mut [Fen]) -> Fen {
        let mut rest = payable;
        for coupon in picks.iter() {
            let taken = self.takes(coupon, rest, lefts[coupon]);
            if taken > 0 {
                lefts[coupon] = self.after(coupon, lefts[coupon], taken);
                rest -= taken;
            }
        }
        rest
    }

    /// What a coupon has after taking this.
    fn after(&self, coupon: usize, left: Fen, taken: Fen) -> Fen {
        if self.coupons[coupon].once { 0 } else { left - taken }
    }

    /// Whether an order of several items can be better than one for each because of this coupon.
    pub(super) fn is_for_groups(&self, coupon: usize, discount: Option<usize>) -> bool {
        let one = &self.coupons[coupon];
        one.once || one.floor > 0 || discount.is_some_and(|at| matches!(one.beside[at], Beside::Reaching(_)))
    }

    /// What is paid without coupons: each by itself with its best discount.
    pub(super) fn without_coupons(&self) -> Fen {
        (0..self.prices.len())
            .map(|item| {
                let order = self.order(vec![item]);
                order.ways.iter().map(|way| way.payable).min().unwrap_or_default()
            })
            .sum()
    }
}

impl Beside {
    /// Whether some order could use both.
    pub(super) fn could_allow(&self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Reaching(each) => each.iter().any(|reaches| *reaches != Some(false)),
        }
    }

    fn allows(&self, items: &[usize]) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Reaching(each) => {
                let mut told = items.iter().filter_map(|item| each[*item]).peekable();
                told.peek().is_none() || told.any(|reaches| reaches)
            }
        }
    }
}

/// A share of an amount, in whole fen.
pub(super) fn share(amount: Fen, of_whole: Fen) -> Fen {
    let product = i128::from(amount) * i128::from(of_whole) / i128::from(WHOLE);
    Fen::try_from(product).unwrap_or(amount)
}
