//! Paying orders: what may pay for one, what is read of it, and the operation that pays it. Every feature
//! that makes orders uses it; none of it shows anything.

pub mod live;
pub mod pay_order;
pub mod rules;

pub use live::{Live, coupons_of};
pub use pay_order::{KeptOrders, PayOrder, PayOrders};
