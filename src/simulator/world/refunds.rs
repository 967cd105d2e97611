//! Where the money of an unsubscription or downgrade came from, by resource and original order.

use super::{
    Fen, World,
    dice::share,
    ids::Place,
    resources::reckon::Part,
    services::{REGIONS, service},
    shape,
};

/// One amount of a refund.
pub(crate) struct RefundRow {
    pub(crate) id: String,
    /// Below zero it was given back, above it was consumed or kept as a fee.
    pub(crate) amount: Fen,
    pub(crate) service: u8,
    pub(crate) region: &'static str,
    pub(crate) base_order_id: String,
}

impl World {
    /// The rows of a refund; none for orders that refund nothing.
    pub(crate) fn refund_rows(&self, place: Place) -> Vec<RefundRow> {
        let owner = &self.accounts[place.account];
        let order = &owner.orders[place.index as usize];
        if let Some(parts) = owner.resources.refund(place.index) {
            return self.rows_of(place.account, parts);
        }
        let Some(base) = owner.orders.get(order.base as usize).filter(|_| order.refunds()) else {
            return Vec::new();
        };
        let base_order_id = self.order_id(place.account, order.base, 0);
        let lines = owner.lines(place.index);
        let weights: Vec<Fen> = lines.iter().map(|line| line.after).collect();
        let returned = shape::returned(order, base);
        let region = REGIONS[base.salt as usize % REGIONS.len()];
        let consumed = share(returned.consumed, &weights);
        let fees = share(returned.fee, &weights);
        let mut rows = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let resource = shape::resource_id(self.seed, place.account, order.base, at);
            for (what, amount) in [("R", -line.after), ("C", consumed[at]), ("F", fees[at])] {
                if amount != 0 {
                    rows.push(RefundRow {
                        id: format!("{resource}-{what}"),
                        amount,
                        service: line.service,
                        region,
                        base_order_id: base_order_id.clone(),
                    });
                }
            }
        }
        rows
    }
}

impl World {
    /// The rows of a refund since the start: what each order paid for each resource.
    fn rows_of(&self, account: usize, parts: &[Part]) -> Vec<RefundRow> {
        let owner = &self.accounts[account];
        let mut rows = Vec::new();
        for part in parts {
            let (purchase, nth) = (part.key.0, usize::from(part.key.1));
            let resource = shape::resource_id(self.seed, account, purchase, nth);
            let base_order_id = self.order_id(account, part.order, 0);
            let bought = &owner.orders[purchase as usize];
            let service = owner.lines(purchase).get(nth).map_or(bought.service, |line| line.service);
            for (what, amount) in [("R", -part.refunded), ("C", part.consumed), ("F", part.fee)] {
                if amount != 0 {
                    rows.push(RefundRow {
                        id: format!("{resource}-{what}-{base_order_id}"),
                        amount,
                        service,
                        region: REGIONS[bought.salt as usize % REGIONS.len()],
                        base_order_id: base_order_id.clone(),
                    });
                }
            }
        }
        rows
    }
}

impl RefundRow {
    /// Type of what was given back.
    pub(crate) fn resource_type(&self) -> &'static str {
        service(self.service).resource_type
    }
}
