//! The way of paying an order that leaves the least to the balance, by the rules that are known. Pure: only Huawei can
//! say what it accepts.

use chrono::{DateTime, Utc};

use crate::{
    bss::pay::MAX_COUPONS,
    payments::rules::{Choice, Offer, Quote, Why, first_choice, quote},
};

/// So many coupons are tried together, those that take off the most by themselves.
const TRIED: usize = 12;

/// The best choice and what it comes to. Of two that come to the same, the one with fewer coupons.
pub(super) fn best(offer: &Offer, now: DateTime<Utc>) -> (Choice, Quote) {
    let first = first_choice(offer);
    let bare = quote(offer, &first, now);
    let usable = |why: &Option<Why>| why.as_ref().is_none_or(Why::is_by_choice);
    let mut coupons: Vec<_> = bare.coupons.iter().filter(|line| usable(&line.why)).collect();
    coupons.sort_by(|a, b| (b.takes, &a.id).cmp(&(a.takes, &b.id)));
    coupons.truncate(TRIED);
    let mut discounts = vec![first.discount.clone()];
    if first.discount.is_none() {
        discounts
            .extend(bare.discounts.iter().filter(|line| usable(&line.why)).map(|line| Some(line.id.clone())));
    }
    let mut sets: Vec<u32> =
        (0..1 << coupons.len()).filter(|set: &u32| set.count_ones() as usize <= MAX_COUPONS).collect();
    sets.sort_by_key(|set| set.count_ones());
    let mut found = (first, bare.clone());
    for set in sets {
        let chosen = coupons.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
        let ids: Vec<String> = chosen.map(|(_, line)| line.id.clone()).collect();
        for discount in &discounts {
            let choice = Choice::new(ids.clone(), discount.clone());
            let quote = quote(offer, &choice, now);
            let allowed =
                !quote.coupons.iter().chain(&quote.discounts).any(|line| line.chosen && line.why.is_some());
            if allowed && quote.from_balance < found.1.from_balance {
                found = (choice, quote);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(coupons: &str) -> Offer {
        serde_json::from_str(&format!(
            r#"{{"order_id":"CS1","after_discount":"100.00","coupons":[{coupons}],"max_use":[],"discounts":[],
                 "cash":"10.00","credit":"0.00"}}"#
        ))
        .expect("an offer")
    }

    #[test]
    fn the_least_is_left_to_the_balance_with_the_fewest_coupons() {
        let coupon = |id: &str, kind: u8, face: &str| {
            format!(
                r#"{{"coupon_id":"{id}","status":2,"coupon_type":{kind},"face_value":{face},"coupon_version":1,"use_limits":[]}}"#
            )
        };
        let now = DateTime::UNIX_EPOCH;
        let of = |coupons: &[String]| {
            let (choice, quote) = best(&offer(&coupons.join(",")), now);
            (choice.coupons, quote.from_balance.to_string())
        };
        // Vouchers and discount coupons exclude each other: the better side is taken, with what goes beside it.
        let all = [coupon("a", 1, "5"), coupon("b", 2, "0.5"), coupon("c", 4, "20"), coupon("d", 1, "30")];
        assert_eq!(of(&all), (vec!["b".to_owned(), "c".to_owned()], "30.00".to_owned()));
        // One that pays for all of it is enough.
        let enough = [coupon("a", 1, "60"), coupon("b", 1, "100"), coupon("c", 1, "60")];
        assert_eq!(of(&enough), (vec!["b".to_owned()], "0.00".to_owned()));
        assert_eq!(of(&[]), (vec![], "100.00".to_owned()));
    }
}
