//! Renewing resources: an order for each of them or for all, which waits for its payment or is paid at
//! once.

use super::{
    super::{
        Cause, Refusal, World,
        discounts::Offer,
        orders::kind,
        pay::Wish,
        place::Draft,
        refuse,
        shape::Line,
        times::{DAY, Millis, a_year_after, end_of_term},
    },
    Key,
    judge::{Failed, Group, Made, Obstacle},
};

/// Resources to renew for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renewal {
    pub(crate) resource_ids: Vec<String>,
    /// Unit and number.
    pub(crate) term: (u8, u32),
    pub(crate) pay: bool,
}

impl World {
    /// Orders renewals; with `pay` they are charged at once.
    pub(crate) fn renew(&mut self, cause: &Cause, account: usize, wish: &Renewal) -> Result<Made, Refusal> {
        let mut groups = Vec::new();
        let mut failed = Vec::new();
        for id in &wish.resource_ids {
            match self.renewable(account, id, wish.term, self.judged_at(cause)) {
                Ok(group) => groups.push(group),
                Err(why) => failed.push(Failed { resource_id: id.clone(), why }),
            }
        }
        if let Some(first) = failed.first().filter(|_| groups.is_empty())
            && self.settings.all_failed_is_refused
        {
            return Err(first.why.clone());
        }
        let bundles: Vec<Vec<Group>> = if self.settings.renewals_together && !groups.is_empty() {
            vec![groups]
        } else {
            groups.into_iter().map(|group| vec![group]).collect()
        };
        let order_ids: Vec<String> =
            bundles.iter().map(|bundle| self.order_renewal(cause, account, bundle, wish.term).1).collect();
        if wish.pay {
            for id in &order_ids {
                let wish = self.best_wish(account, id);
                self.pay(cause, account, &wish).map_err(|why| {
                    refuse(
                        "CBC.30050006",
                        format!("The automatic payment of the order {id} failed: {}", why.message),
                    )
                })?;
            }
        }
        Ok(Made { order_ids, failed })
    }

    /// The main resource of an id with what is attached to it, if it can be renewed for a term.
    fn renewable(&self, account: usize, id: &str, term: (u8, u32), at: Millis) -> Result<Group, Refusal> {
        let group = self.group(account, id, at).map_err(|obstacle| match obstacle {
            Obstacle::Unknown | Obstacle::Gone => {
                refuse("CBC.99003016", "The resource has expired and been deleted, or does not exist.")
            }
            Obstacle::Attached(_) => refuse("CBC.30010036", "The resource is not a main resource."),
            Obstacle::Unpaid => refuse("CBC.99003100", "The resource is in an unpaid order."),
            Obstacle::Leaving | Obstacle::Running => {
                refuse("CBC.99003144", "The resource has an order in progress.")
            }
        })?;
        if group.main.is_package() && term.0 == 2 && ![1, 3, 6].contains(&term.1) {
            return Err(refuse("CBC.30010069", "The product is not sold for this period."));
        }
        let until = end_of_term(group.main.expires, term.0, term.1);
        let most = (0..self.settings.longest_term_years).fold(at, |moment, _| a_year_after(moment));
        if until > most {
            return Err(refuse("CBC.99003154", "The total term exceeds the maximum."));
        }
        Ok(group)
    }

    /// The lines of the order that would renew a main resource and what is attached to it.
    pub(crate) fn renewal_lines(
        &self,
        account: usize,
        id: &str,
        term: (u8, u32),
        at: Millis,
    ) -> Result<Vec<Line>, Refusal> {
        let group = self.renewable(account, id, term, at)?;
        Ok(group.all().map(|resource| Self::renewed_line(resource, term)).collect())
    }

    /// Places the order that renews these groups; answers its position and id.
    pub(super) fn order_renewal(
        &mut self,
        cause: &Cause,
        account: usize,
        groups: &[Group],
        term: (u8, u32),
    ) -> (u32, String) {
        let resources: Vec<_> = groups.iter().flat_map(Group::all).collect();
        let keys: Vec<Key> = resources.iter().map(|resource| resource.key()).collect();
        let lines: Vec<Line> = resources.iter().map(|r| Self::renewed_line(r, term)).collect();
        // Nothing can be renewed after it was released.
        let kept = self.settings.grace_ms + self.settings.retention_ms;
        let released = resources.iter().map(|resource| resource.expires + kept).min();
        let week = cause.at + 7 * DAY;
        let offers = self.offers_for(account, &lines, cause.at);
        let draft = Draft {
            kind: kind::RENEWAL,
            base: keys.first().map_or(super::super::orders::NO_BASE, |key| key.0),
            offers,
            deadline: Some(released.map_or(week, |released| released.min(week))),
            by: Some(cause.actor),
            ..Draft::purchase(cause.at, lines)
        };
        let index = self.place(account, draft);
        self.accounts[account].resources.will_renew(index, keys);
        let id = self.order_id(account, index, 0);
        self.record(cause, account, "renewal_resources", &id);
        (index, id)
    }

    /// How BSS pays an order by itself: with the discount that takes most off.
    pub(super) fn best_wish(&self, account: usize, order_id: &str) -> Wish {
        let live = self.find(order_id).and_then(|place| self.accounts[account].live.get(&place.index));
        let discount = live
            .and_then(|live| best(&live.offers, &live.lines))
            .map(|offer| (offer.id.clone(), i64::from(offer.kind)));
        Wish { order_id: order_id.to_owned(), discount, ..Wish::default() }
    }
}

/// The offer that takes most off; an adjusted price before all others, since it must be used.
pub(super) fn best<'o>(offers: &'o [Offer], lines: &[Line]) -> Option<&'o Offer> {
    offers.iter().max_by_key(|offer| {
        let off: i64 = offer.reductions(lines).iter().sum();
        (offer.kind == super::super::discounts::ADJUSTED, off)
    })
}
