//! The page that compares what an unsubscription gave back with the estimate that was shown before it: by
//! original order, and by resource where Huawei's rows tell it. The refund is read live; nothing is kept.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::texts::Texts;
use crate::{
    bss::{Listed, orders::RefundInfo},
    features::resources::unsubscribe::{Estimated, Unsubscribe},
    identity::access::Actor,
    money::Money,
    operations::{Confirmed as _, Operation, OperationId},
    state::App,
    web::{Error, PAGE_LIMIT, Page, Ui, chip, links, problem::Problem},
};

/// What was estimated and what came, of one original order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Line {
    /// The resource by name and id, where the rows of this order tell which they are about.
    resource: Option<(String, String)>,
    order: String,
    /// What came back or stayed, as it was estimated; nothing without an estimate for it.
    estimated: Option<Both>,
    /// The same as it is; nothing while Huawei tells none.
    real: Option<Both>,
}

/// What comes back, and what is kept, yuan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Both {
    back: Money,
    kept: Money,
}

#[derive(Template)]
#[template(path = "resources/refunds.html")]
struct RefundsPage<'a> {
    ui: &'a Ui,
    t: Texts,
    operation: &'a Operation,
    chip: chip::Chip,
    /// The orders that it made.
    orders: Vec<String>,
    lines: Vec<Line>,
    problem: Option<Problem>,
}

/// `GET /resources/refunds/{operation}`.
pub async fn show(
    State(app): State<App>,
    ui: Ui,
    actor: Actor,
    Path(id): Path<Uuid>,
) -> Result<Response, Error> {
    let story =
        app.desk.reading().find(&actor.all_accounts, OperationId(id)).await?.ok_or(Error::NotFound)?;
    let operation = &story.operation;
    if operation.kind != Unsubscribe::KIND {
        return Err(Error::NotFound);
    }
    let confirmed: Unsubscribe = serde_json::from_str(&operation.payload)
        .map_err(|error| Error::Internal(anyhow::Error::new(error).context("an unsubscription")))?;
    let orders: Vec<String> = operation.made_orders().cloned().collect();
    let mut rows: Vec<Listed<RefundInfo>> = Vec::new();
    let mut problem = None;
    match app.readers.get(operation.account_id) {
        None => problem = Some(Problem::switched_off(ui.locale)),
        Some(reader) => {
            let reader = reader.within(PAGE_LIMIT);
            for order in &orders {
                match reader.refund_orders(order).await {
                    Ok(mut more) => rows.append(&mut more),
                    Err(error) => problem = Some(Problem::of(&error, ui.locale)),
                }
            }
        }
    }
    // A part of the rows would look like a difference.
    if problem.is_some() {
        rows.clear();
    }
    let names: Vec<(&str, &str)> =
        confirmed.resources.iter().map(|one| (one.id.as_str(), one.shown.name.as_str())).collect();
    let page = RefundsPage {
        t: Texts(ui.locale),
        chip: chip::operation(operation.state, ui.locale),
        lines: lines(confirmed.estimate.as_ref(), &rows, &names),
        orders,
        problem,
        operation,
        ui: &ui,
    };
    Ok(Page(page).into_response())
}

/// Lays the estimate beside the rows. A row whose id begins with a resource's is about that; where an
/// order has rows that tell no resource, all of the order is one line.
fn lines(estimate: Option<&Estimated>, rows: &[Listed<RefundInfo>], names: &[(&str, &str)]) -> Vec<Line> {
    let shares = estimate.map(|estimate| estimate.shares.as_slice()).unwrap_or_default();
    let known = |row: &RefundInfo| {
        let id = row.id.as_deref()?;
        let of_share = shares.iter().map(|share| share.resource.as_str());
        of_share.chain(names.iter().map(|(id, _)| *id)).find(|resource| id.starts_with(resource))
    };
    let order_of = |row: &RefundInfo| row.base_order_id.clone().unwrap_or_default();
    let untold: Vec<String> =
        rows.iter().map(|row| &row.item).filter(|row| known(row).is_none()).map(order_of).collect();
    let key = |resource: Option<&str>, order: &String| {
        let told = resource.filter(|_| !untold.contains(order));
        (order.clone(), told.unwrap_or_default().to_owned())
    };
    let mut lines: BTreeMap<(String, String), Line> = BTreeMap::new();
    for share in shares {
        let line = lines.entry(key(Some(&share.resource), &share.order)).or_default();
        let both = line.estimated.get_or_insert_default();
        both.back += share.part.back();
        both.kept += share.part.kept();
    }
    for row in rows.iter().map(|row| &row.item) {
        let line = lines.entry(key(known(row), &order_of(row))).or_default();
        let both = line.real.get_or_insert_default();
        if row.amount.is_negative() {
            both.back += row.amount.abs();
        } else {
            both.kept += row.amount;
        }
    }
    let finish = |((order, resource), line): ((String, String), Line)| {
        let name = names.iter().find(|(id, _)| *id == resource).map_or("", |(_, name)| *name).to_owned();
        Line { order, resource: (!resource.is_empty()).then_some((name, resource)), ..line }
    };
    lines.into_iter().map(finish).collect()
}

impl Line {
    /// How much more came back than was estimated.
    fn difference(&self) -> Option<Money> {
        Some(self.real?.back - self.estimated.unwrap_or_default().back)
    }
}

impl RefundsPage<'_> {
    fn back_url(&self) -> String {
        links::operation(self.operation.id.0)
    }

    /// All that lines tell; nothing where none does.
    fn sum(&self, pick: fn(&Line) -> Option<Both>) -> Option<Both> {
        self.lines
            .iter()
            .filter_map(pick)
            .reduce(|sum, both| Both { back: sum.back + both.back, kept: sum.kept + both.kept })
    }

    /// What was shown to come back, if anything was.
    fn estimated(&self) -> Option<Both> {
        self.sum(|line| line.estimated)
    }

    /// What came; nothing while Huawei tells none.
    fn real(&self) -> Option<Both> {
        self.sum(|line| line.real)
    }

    /// How much more came back than was estimated; nothing while one of the two is not known.
    fn difference(&self) -> Option<Money> {
        Some(self.real()?.back - self.estimated()?.back)
    }

    /// The same of a line. What came of an order that was not thought of is a difference in itself.
    fn difference_of(&self, line: &Line) -> Option<Money> {
        self.estimated().and_then(|_| line.difference())
    }

    /// Whether something came of an order that was not thought of.
    fn has_unforeseen(&self) -> bool {
        self.lines.iter().any(|line| line.real.is_some() && line.estimated.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::resources::refund::{
        Share,
        estimate::{Case, Paid, Span, part},
    };

    fn share(resource: &str, order: &str, cash: i64) -> Share {
        let at = chrono::DateTime::UNIX_EPOCH;
        let paid = Paid { cash: Money::from_fen(cash), ..Paid::default() };
        let part = part(Case::NotStarted, paid, Span { from: at, until: at, at }, 5);
        Share { resource: resource.to_owned(), order: order.to_owned(), from: at, until: at, part }
    }

    fn rows(rows: &[(&str, &str, &str)]) -> Vec<Listed<RefundInfo>> {
        let row = |(id, order, amount): &(&str, &str, &str)| {
            let json = format!(r#"{{"id":"{id}","base_order_id":"{order}","amount":{amount}}}"#);
            serde_json::from_str(&json).expect("a row")
        };
        rows.iter().map(row).collect()
    }

    /// Resource, order, estimate, refund, difference.
    type Told<'a> = (Option<&'a str>, &'a str, Option<Money>, Option<Money>, Option<Money>);

    fn told(lines: &[Line]) -> Vec<Told<'_>> {
        fn one(line: &Line) -> Told<'_> {
            let Line { resource, order, estimated, real } = line;
            let resource = resource.as_ref().map(|(_, id)| id.as_str());
            (resource, order.as_str(), estimated.map(|b| b.back), real.map(|b| b.back), line.difference())
        }
        lines.iter().map(one).collect()
    }

    #[test]
    fn the_refund_is_laid_beside_the_estimate_as_finely_as_its_rows_tell() {
        let estimated = Estimated {
            five_days: 0,
            shares: vec![share("r1", "CS1", 1_000), share("r2", "CS1", 2_000), share("r1", "CS2", 500)],
        };
        let fen = Money::from_fen;
        let named = rows(&[("r1-R", "CS1", "-10"), ("r2-R", "CS1", "-19.99"), ("r2-F", "CS1", "0.01")]);
        let lines_named = lines(Some(&estimated), &named, &[("r1", "web")]);
        assert_eq!(
            told(&lines_named),
            [
                (Some("r1"), "CS1", Some(fen(1_000)), Some(fen(1_000)), Some(fen(0))),
                (Some("r2"), "CS1", Some(fen(2_000)), Some(fen(1_999)), Some(fen(-1))),
                (Some("r1"), "CS2", Some(fen(500)), None, None),
            ]
        );
        let unnamed = rows(&[("77", "CS1", "-10"), ("78", "CS1", "-20"), ("79", "CS3", "-1")]);
        let lines_unnamed = lines(Some(&estimated), &unnamed, &[]);
        assert_eq!(
            told(&lines_unnamed),
            [
                (None, "CS1", Some(fen(3_000)), Some(fen(3_000)), Some(fen(0))),
                (Some("r1"), "CS2", Some(fen(500)), None, None),
                (None, "CS3", None, Some(fen(100)), Some(fen(100))),
            ]
        );
    }
}
