//! A coupon as pages show it: its kind, value and state in words, what it is limited to, and what holds it.

use chrono::{DateTime, Utc};

use super::{store::Row, texts::Texts};
use crate::{
    bss::{
        Listed,
        codes::{CouponStatus, CouponType},
        coupons::Coupon,
    },
    i18n::Locale,
    money::Money,
    web::{
        Error,
        chip::Chip,
        coupons::{Services, coupon, limit},
    },
};

/// A coupon as it is shown.
pub(super) struct Shown {
    pub(super) wire: Coupon,
    /// Fields that this version does not know.
    pub(super) unknown: Vec<(String, String)>,
    /// Kind, with what a discount coupon leaves to pay.
    pub(super) title: String,
    pub(super) chip: Chip,
    /// Yuan; none of a discount coupon.
    pub(super) face: Option<Money>,
    pub(super) limits: Vec<String>,
}

impl Shown {
    pub(super) fn of(
        row: &Row,
        services: &Services,
        now: DateTime<Utc>,
        locale: Locale,
    ) -> Result<Self, Error> {
        let listed: Listed<Coupon> = serde_json::from_str(&row.listed)
            .map_err(|error| Error::Internal(anyhow::Error::new(error).context("a stored coupon")))?;
        let unknown = listed.unknown_fields();
        let wire = listed.item;
        Ok(Self {
            unknown,
            title: coupon(wire.coupon_type, wire.face_value, locale),
            chip: chip(&wire, now, Texts(locale)),
            face: wire.face_value.filter(|_| wire.coupon_type != CouponType::DiscountCoupon),
            limits: wire.use_limits.iter().filter_map(|one| limit(one, services, locale)).collect(),
            wire,
        })
    }
}

/// The state of a coupon at a time.
pub(super) fn chip(coupon: &Coupon, now: DateTime<Utc>, t: Texts) -> Chip {
    let word = coupon.status.name(t.0);
    let (tone, icon) = match coupon.status {
        CouponStatus::Usable | CouponStatus::NotActivated if coupon.is_frozen == Some(true) => {
            return Chip::of("destructive", "lock", t.frozen());
        }
        CouponStatus::Usable if coupon.expire_time.is_some_and(|at| at <= now) => {
            return Chip { tone: "final", icon: "deadline", word: CouponStatus::Expired.name(t.0) };
        }
        CouponStatus::Usable if coupon.lock_order_id.as_ref().is_some_and(|id| !id.is_empty()) => {
            return Chip::of("decision", "lock", t.held());
        }
        CouponStatus::Usable if coupon.valid_time.is_some_and(|at| at > now) => {
            return Chip::of("progress", "clock", t.not_yet());
        }
        CouponStatus::Usable => ("done", "done"),
        CouponStatus::NotActivated => ("progress", "paused"),
        CouponStatus::Used => ("final", "final"),
        CouponStatus::Expired => ("final", "deadline"),
        CouponStatus::Reclaimed => ("final", "undo"),
        CouponStatus::Unknown(_) => ("unknown", "unknown"),
    };
    Chip { tone, icon, word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coupon_that_cannot_be_used_never_looks_usable() {
        let now = "2026-11-22T00:00:00Z".parse().expect("a time");
        for (rest, word, tone) in [
            ("\"status\":2", "Usable", "done"),
            ("\"status\":2,\"is_frozen\":1", "Frozen", "destructive"),
            ("\"status\":2,\"lock_order_id\":\"CS1\"", "Held by an order", "decision"),
            ("\"status\":2,\"expire_time\":\"2026-11-21T00:00:00Z\"", "Expired", "final"),
            ("\"status\":2,\"valid_time\":\"2026-11-23T00:00:00Z\"", "Not yet valid", "progress"),
            ("\"status\":77", "Unknown (77)", "unknown"),
        ] {
            let json = format!("{{\"coupon_id\":\"a\",\"coupon_type\":1,{rest}}}");
            let coupon: Coupon = serde_json::from_str(&json).expect("a coupon");
            let chip = chip(&coupon, now, Texts(Locale::En));
            assert_eq!((chip.word.as_ref(), chip.tone), (word, tone), "{rest}");
        }
    }
}
