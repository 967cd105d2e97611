//! `list_renew_rate_on_period`.

use serde::Serialize;

use super::{
    super::{Answer, Call, YuanText, wrong},
    body::Body,
};
use crate::simulator::world::{
    Fen, Refusal, World,
    prices::{Offered, renewal::Rating},
    refuse,
};

/// Main resources of one inquiry.
const MOST: usize = 10;

#[derive(Serialize)]
struct Ratings<'r> {
    currency: &'static str,
    renew_inquiry_results: Vec<Row<'r>>,
    official_website_rating_result: Option<Official>,
    optional_discount_rating_results: Vec<Discounted<'r>>,
    fail_resource_infos: Vec<Failed<'r>>,
}

#[derive(Serialize)]
struct Row<'r> {
    resource_id: &'r str,
    amount: YuanText,
}

#[derive(Serialize)]
struct Official {
    official_website_amount: YuanText,
    installment_official_website_amount: Option<YuanText>,
    installment_period_type: Option<u8>,
}

#[derive(Serialize)]
struct Discounted<'r> {
    discount_id: &'r str,
    amount: YuanText,
    official_website_amount: YuanText,
    discount_amount: YuanText,
    discount_type: u16,
    discount_name: &'static str,
    best_offer: u8,
    installment_official_website_amount: Option<YuanText>,
    installment_official_discount_amount: Option<YuanText>,
    installment_amount: Option<YuanText>,
    installment_period_type: Option<u8>,
}

#[derive(Serialize)]
struct Failed<'r> {
    error_code: &'static str,
    error_msg: &'static str,
    resource_id: &'r str,
}

/// `POST /v2/bills/ratings/period-resources/renew-rate`
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = Body::parse(call.body)?;
    let ids = body.texts("resource_ids")?.ok_or_else(|| refuse("CBC.0101", "resource_ids is mandatory."))?;
    if !(1..=MOST).contains(&ids.len()) || ids.iter().any(String::is_empty) {
        return Err(wrong("resource_ids"));
    }
    let period_type = match body.required_whole("period_type", 0)? {
        2 => 2,
        3 => 3,
        _ => return Err(wrong("period_type")),
    };
    let periods = u32::try_from(body.required_whole("period_num", 1)?).map_err(|_| wrong("period_num"))?;
    let relatives = body.flag("include_relative_resources")?.unwrap_or(false);
    for (at, id) in ids.iter().enumerate() {
        if ids[..at].contains(id) {
            return Err(refuse("CBC.30050012", format!("The resource {id} is named twice.")));
        }
    }
    let rating = world.rate_renewal(call.account, &ids, (period_type, periods), relatives, call.as_of);
    let list_price = |at: usize| rating.lines[at].official;
    let official = rating.official();
    let part = rating.instalments(list_price);
    let best = rating.offers.iter().find(|offered| offered.best);
    let best = best.filter(|_| !world.settings.renew_rows_at_list_price);
    let row_price = |at: usize| list_price(at) - best.map_or(0, |offered| offered.off[at]);
    Answer::json(&Ratings {
        currency: "CNY",
        renew_inquiry_results: rating
            .rows
            .iter()
            .map(|(id, lines)| Row {
                resource_id: id,
                amount: YuanText(lines.iter().map(|at| row_price(*at)).sum()),
            })
            .collect(),
        official_website_rating_result: (!rating.rows.is_empty()).then_some(Official {
            official_website_amount: YuanText(official),
            installment_official_website_amount: part.map(YuanText),
            installment_period_type: part.map(|_| 2),
        }),
        optional_discount_rating_results: rating
            .offers
            .iter()
            .map(|offered| discounted(&rating, offered, call.language))
            .collect(),
        fail_resource_infos: rating
            .failed
            .iter()
            .map(|failed| Failed {
                error_code: failed.code,
                error_msg: failed.message,
                resource_id: &failed.id,
            })
            .collect(),
    })
}

fn discounted<'r>(rating: &Rating, offered: &'r Offered, language: usize) -> Discounted<'r> {
    let official = rating.official();
    let off: Fen = offered.off.iter().sum();
    let at_list_price = rating.instalments(|at| rating.lines[at].official);
    let discounted = rating.instalments(|at| rating.lines[at].official - offered.off[at]);
    let parts = at_list_price.zip(discounted);
    Discounted {
        discount_id: &offered.offer.id,
        amount: YuanText(official - off),
        official_website_amount: YuanText(official),
        discount_amount: YuanText(off),
        discount_type: offered.kind,
        discount_name: offered.names[language],
        best_offer: u8::from(offered.best),
        installment_official_website_amount: parts.map(|(list, _)| YuanText(list)),
        installment_official_discount_amount: parts.map(|(list, amount)| YuanText(list - amount)),
        installment_amount: parts.map(|(_, amount)| YuanText(amount)),
        installment_period_type: parts.map(|_| 2),
    }
}
