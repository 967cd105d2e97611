//! The income and expense of accounts and coupons, derived from what happened.
