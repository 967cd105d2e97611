//! What can be done about errors, in both languages: the steps that many codes share.

use super::Pair;

pub(super) const FIX_INPUT: Pair = (
    "这是本系统与华为云接口之间的问题，重试无济于事；请把请求编号告诉管理员。",
    "This is a problem between the portal and Huawei's interface; trying again will not help. Give the \
     request number to your administrator.",
);
pub(super) const RELOAD: Pair =
    ("请重新打开该订单，核对其当前状态。", "Open the order again and look at its present state.");
pub(super) const RELOAD_RESOURCE: Pair = (
    "请刷新资源列表，核对该资源的当前状态。",
    "Reload the list of resources and look at the resource's present state.",
);
pub(super) const PAY_OR_CANCEL: Pair = (
    "请先查看该资源的待支付订单：如果正是所需，支付它即可，不要重复下单；否则取消它，再重新操作。",
    "Look at the unpaid order of this resource first. If it is what was wanted, pay it and order nothing again; \
     otherwise cancel it, then try again.",
);
pub(super) const LET_FINISH: Pair = (
    "请等待该资源正在进行的订单完成，核对其状态和到期时间，再决定是否还要操作。",
    "Wait until the order of this resource that is in progress is completed, and look at the resource's state and \
     expiry before deciding whether anything is left to do.",
);
pub(super) const CHOOSE_AGAIN: Pair = (
    "请重新打开支付页面，另选优惠后再提交。",
    "Open the payment page again and choose other coupons or discounts.",
);
pub(super) const WAIT: Pair = ("请稍候再试。", "Try again a little later.");
/// Where it is not known whether anything was done.
pub(super) const LOOK_FIRST: Pair = (
    "查询可稍候重试；如果是提交操作，它可能已经执行：请先核对订单或资源的当前状态，不要直接重复提交。",
    "A read can be repeated a little later. An operation may have been carried out all the same: look at the state of \
     the order or resource first, and do not just submit it again.",
);
pub(super) const CHECK_KEY: Pair = (
    "请管理员核对该账号的 AK/SK；连续失败会使密钥被锁定 5 分钟。",
    "Have an administrator check the account's access key. Repeated failures lock the key for five minutes.",
);
pub(super) const NEW_TOKEN: Pair = (
    "系统会自动重新获取 Token；如持续出现，请管理员核对该账号的登录信息。",
    "The portal fetches a new token by itself. If this stays, have an administrator check the account's login.",
);
pub(super) const ASK_HUAWEI: Pair = (
    "请在华为云控制台查看，或凭请求编号提交工单。",
    "Look at it in Huawei Cloud's console, or open a ticket there with the request number.",
);
pub(super) const IN_CONSOLE: Pair = ("请在华为云控制台办理该操作。", "Do this in Huawei Cloud's console.");
pub(super) const BUDGET: Pair = (
    "请在华为云控制台调整企业项目或组织的预算后再支付。",
    "Raise the budget of the enterprise project or organisation in Huawei Cloud's console, then pay.",
);
pub(super) const TOP_UP: Pair =
    ("请先在华为云充值，再重新提交。", "Top up the account at Huawei Cloud, then submit it again.");
pub(super) const OTHER_SITE: Pair = (
    "请管理员把该账号的站点改为中国站或国际站中的另一个。",
    "Have an administrator set the account to the other site (China or International).",
);
pub(super) const UNFREEZE: Pair = (
    "请在华为云控制台查看冻结原因，解除冻结后再操作。",
    "Look in Huawei Cloud's console why it is frozen, and try again once it no longer is.",
);
pub(super) const CHANGE_QUESTION: Pair =
    ("请核对所选的条件后重新查询。", "Check what was chosen and ask again.");
pub(super) const NOTHING_TO_DO: Pair =
    ("已是期望的状态，无需再操作。", "It is as it should be already; nothing needs to be done.");
pub(super) const ALLOW_ADDRESS: Pair =
    ("请在华为云放行本服务器的出口 IP 地址。", "Allow this server's outgoing IP address at Huawei Cloud.");
pub(super) const CHECK_PLACE: Pair = (
    "请管理员核对该账号的站点和接入地址；伙伴接口只在伙伴的地址提供。",
    "Have an administrator check the account's site and endpoint. Interfaces for partners exist at theirs only.",
);
