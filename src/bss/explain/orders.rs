//! The codes of paying and cancelling orders.

use super::{
    Code::Business,
    Row,
    steps::{BUDGET, CHOOSE_AGAIN, RELOAD, TOP_UP, WAIT},
};

/// Sources: api_order_00016, 00030, 00017, and the general list of codes.
pub(super) const ROWS: &[Row] = &[
    (
        Business("CBC.30000010"),
        ("订单不存在，或不能操作。", "There is no such order, or it cannot be operated."),
        RELOAD,
    ),
    (
        Business("CBC.30000052"),
        ("资源或账号已被冻结。", "The resource or the account is frozen."),
        super::steps::UNFREEZE,
    ),
    (
        Business("CBC.99003106"),
        (
            "订单状态已变化，不能再支付（可能已经支付）。",
            "The order's status has changed; it cannot be paid any more. It may be paid already.",
        ),
        RELOAD,
    ),
    (
        Business("CBC.99003108"),
        ("所选折扣不适用于该订单。", "The discount cannot be used for this order."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003110"),
        ("已超过支付截止时间。", "The payment deadline has passed."),
        ("请在华为云控制台重新下单。", "Place the order again in Huawei Cloud's console."),
    ),
    (
        Business("CBC.99003112"),
        ("优惠券或储值卡已被使用。", "A coupon or card has been used already."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003116"),
        ("所选优惠券不能与折扣同时使用。", "A coupon may not be combined with a discount."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003117"),
        (
            "订单各项的折扣率都低于优惠券要求的最低折扣率。",
            "The discount of every line is below the minimum ratio that the coupon demands.",
        ),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003141"),
        (
            "云资源配额或库存不足，或下单后规格已变化。",
            "The quota or capacity is short, or the specification has changed since the order was placed.",
        ),
        (
            "请在华为云控制台申请扩大配额，或取消后重新下单。",
            "Ask for a higher quota in Huawei Cloud's console, or cancel the order and place it again.",
        ),
    ),
    (
        Business("CBC.99003147"),
        ("代金券与折扣券不能同时使用。", "A voucher and a discount coupon may not be used together."),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003155"),
        ("企业项目预算不足或不可用。", "The enterprise project is out of budget or cannot be used."),
        BUDGET,
    ),
    (
        Business("CBC.99003156"),
        (
            "云商店券与专用代金券不能同时使用。",
            "A marketplace coupon may not be used with a special-purpose voucher.",
        ),
        CHOOSE_AGAIN,
    ),
    (
        Business("CBC.99003162"),
        ("支付时间晚于计划生效时间。", "The payment is later than the planned start."),
        (
            "请取消该订单，在华为云控制台以新的生效时间重新下单。",
            "Cancel the order and place it again in Huawei Cloud's console with a later start.",
        ),
    ),
    (
        Business("CBC.99003198"),
        ("企业组织预算不足。", "The budget of the enterprise organisation is short."),
        BUDGET,
    ),
    (
        Business("CBC.99005003"),
        ("账户余额不足，未扣款。", "The balance is too low; nothing was charged."),
        TOP_UP,
    ),
    (
        Business("CBC.99005010"),
        ("订单当前状态不能取消。", "The order cannot be cancelled in its present status."),
        RELOAD,
    ),
    (Business("CBC.99006093"), ("无法获得税率。", "The tax rate is not available."), WAIT),
    (Business("CBC.99008040"), ("操作过于频繁。", "The operation is repeated too often."), WAIT),
    (
        Business("CBC.99008056"),
        ("今日交易次数已达上限。", "Today's limit of transactions is reached."),
        ("请明天再试。", "Try again tomorrow."),
    ),
    (
        Business("CBC.99000088"),
        ("订单正在支付中，请勿重复支付。", "The order is being paid; do not repeat the payment."),
        RELOAD,
    ),
    (
        Business("CBC.99000089"),
        (
            "这是组合交易的子订单，不能单独支付或取消。",
            "This is part of a combined order and cannot be paid or cancelled on its own.",
        ),
        ("请对组合订单进行操作。", "Use the combined order instead."),
    ),
];
