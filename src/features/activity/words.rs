//! What kinds, reasons and facts are called, in both languages. It decides nothing; what is said
//! of a whole state is in `stand.rs`.

use crate::operations::Note;

impl Texts {
    /// What a kind of operation is called.
    pub(super) fn kind(self, kind: &str) -> &str {
        match kind {
            "pay_order" => self.pay_order(),
            "cancel_order" => self.cancel_order(),
            "renew" => self.renew(),
            "unsubscribe" => self.unsubscribe(),
            "auto_renew_on" => self.auto_renew_on(),
            "auto_renew_off" => self.auto_renew_off(),
            "at_expiry_on" => self.at_expiry_on(),
            "at_expiry_off" => self.at_expiry_off(),
            "convert" => self.convert(),
            "renewal_day" => self.renewal_day(),
            other => other,
        }
    }

    /// A fact that was compared, in words.
    pub(super) fn fact(self, fact: &str) -> &str {
        match fact {
            "status" => self.fact_status(),
            "official" => self.fact_official(),
            "after_discount" => self.fact_after_discount(),
            "deadline" => self.fact_deadline(),
            "coupon" => self.fact_coupon(),
            "discount" => self.fact_discount(),
            "price_adjustment" => self.fact_price_adjustment(),
            "balance" => self.fact_balance(),
            "resource_status" => self.fact_resource_status(),
            "expire_time" => self.fact_expire_time(),
            "unpaid_order" => self.fact_unpaid_order(),
            "paid_renewal" => self.fact_paid_renewal(),
            "attached" => self.fact_attached(),
            "attached_ids" => self.fact_attached_ids(),
            "expire_policy" => self.fact_expire_policy(),
            "renewal_day" => self.fact_renewal_day(),
            other => other,
        }
    }

    /// Why it is where it is, as one line of its history.
    pub(super) const fn reason(self, note: Note) -> &'static str {
        match note {
            Note::Requested => self.requested(),
            Note::ApprovalWanted => self.approval_wanted(),
            Note::AgreedByOne => self.agreed_by_one(),
            Note::Approved => self.approved(),
            Note::RejectedByPerson => self.rejected_by_person(),
            Note::ApprovalExpired => self.approval_expired(),
            Note::Withdrawn => self.withdrawn(),
            Note::DeadlinePassed => self.deadline_passed(),
            Note::HeldUnreadable => self.held_unreadable(),
            Note::HeldNotNow => self.held_not_now(),
            Note::HeldThrottled => self.held_throttled(),
            Note::HeldNotSent => self.held_not_sent(),
            Note::HeldGateway => self.held_gateway(),
            Note::HeldStopped => self.held_stopped(),
            Note::HeldClock => self.held_clock(),
            Note::HeldRecovery => self.held_recovery(),
            Note::HeldNoAccess => self.held_no_access(),
            Note::DroppedLate => self.dropped_late(),
            Note::FactsChanged => self.facts_changed(),
            Note::FactsChangedAfterSending => self.facts_changed_after_sending(),
            Note::PaidBefore => self.paid_before(),
            Note::EffectFoundFirst => self.effect_found_first(),
            Note::Unsendable => self.unsendable(),
            Note::Armed => self.armed(),
            Note::Accepted => self.accepted(),
            Note::AnswerUnclear => self.answer_unclear(),
            Note::RefusedUnproved => self.refused_unproved(),
            Note::RefusedInPart => self.refused_in_part(),
            Note::OrdersUnclear => self.orders_unclear(),
            Note::NeverCan => self.never_can(),
            Note::SenderLost => self.sender_lost(),
            Note::AbsentOnce => self.absent_once(),
            Note::AbsentTryAgain => self.absent_try_again(),
            Note::Absent => self.absent(),
            Note::Refused => self.refused(),
            Note::Impossible => self.impossible(),
            Note::EffectRead => self.effect_read(),
            Note::SeveralOrders => self.several_orders(),
            Note::DoneElsewhere => self.done_elsewhere(),
            Note::Contradiction => self.contradiction(),
            Note::UnreadableTooLong => self.unreadable_too_long(),
            Note::NotShown => self.not_shown(),
            Note::UnderWay => self.under_way(),
            Note::UnderWayTooLong => self.under_way_too_long(),
            Note::LookAgain => self.look_again(),
            Note::JudgedByOne => self.judged_by_one(),
            Note::JudgedDone => self.judged_done(),
            Note::JudgedNotDone => self.judged_not_done(),
        }
    }
}

crate::texts! {
    /// Kinds, reasons and facts.
    pub struct Texts {
        pay_order: "支付订单", "Pay order";
        cancel_order: "取消订单", "Cancel order";
        renew: "续费", "Renew";
        unsubscribe: "退订", "Unsubscribe";
        auto_renew_on: "开通自动续费", "Turn automatic renewal on";
        auto_renew_off: "关闭自动续费", "Turn automatic renewal off";
        at_expiry_on: "到期转按需", "Change to pay-per-use at expiry";
        at_expiry_off: "取消到期转按需", "Do not change to pay-per-use at expiry";
        convert: "转按需", "Change to pay-per-use now";
        renewal_day: "设置续费日", "Set the day of renewal";

        requested: "已提交", "Asked";
        approval_wanted: "已提交，等待审批", "Asked; approval is awaited";
        agreed_by_one: "一人已同意", "One person agreed";
        approved: "审批通过", "Approved";
        rejected_by_person: "已被驳回", "Rejected";
        approval_expired: "没有人在期限内审批", "Nobody decided in time";
        withdrawn: "提交人已撤回", "Withdrawn by who asked";
        deadline_passed: "期限内没能发送", "It could not be sent before its deadline";
        held_unreadable: "华为云没有答复当前情况，答复后才发送", "Huawei Cloud does not tell how things stand; it is sent once it does";
        held_not_now: "现在还不能执行", "It cannot be done at the moment";
        held_throttled: "调用过于频繁，稍后再发", "Too many calls; it is sent a little later";
        held_not_sent: "没有连上华为云，请求没有发出", "Huawei Cloud could not be reached; the request did not leave";
        held_gateway: "华为云网关没有受理请求", "Huawei Cloud's gateway did not take the request";
        held_stopped: "华为云拒绝了凭证，已停止发送", "Huawei Cloud refused the credentials; sending is stopped";
        held_clock: "本机时钟不准，不能签名", "This machine's clock is off, so it cannot sign";
        held_recovery: "数据库刚恢复过，暂不发送", "The database was recovered; nothing is sent for now";
        held_no_access: "这个账号没有可用的凭证", "The account has no usable credentials";
        dropped_late: "登记后没有及时发出，请求已作废", "It was not sent in time after it was recorded, and was dropped";
        facts_changed: "发送前重新读取，与确认时不同", "Read again before sending: different from what was confirmed";
        facts_changed_after_sending: "发送后情况有变，正在核对", "Things changed after it was sent; it is being checked";
        paid_before: "这个订单已由先前的操作支付", "An earlier operation paid this order";
        effect_found_first: "重新发送前发现结果可能已经存在", "Before sending again, its effect seems to exist already";
        unsendable: "内容无法识别，不能发送", "Its content cannot be understood, so it cannot be sent";
        armed: "请求已登记，开始发送", "The request was recorded; sending began";
        accepted: "华为云已接受", "Accepted by Huawei Cloud";
        answer_unclear: "请求已发出，但没有收到可靠的答复", "The request left, but no reliable answer came back";
        refused_unproved: "华为云答复拒绝；是否真的没有执行还要核对", "Huawei Cloud answered with a refusal; whether nothing was done is being checked";
        refused_in_part: "华为云只接受了一部分，正在核对", "Huawei Cloud refused part of it; it is being checked";
        orders_unclear: "华为云已接受，但答复的订单不能唯一对应，正在核对", "Huawei Cloud accepted it, but not with one order of its own; it is being checked";
        never_can: "华为云拒绝了请求", "Huawei Cloud refused the request";
        sender_lost: "发送它的程序中断了，结果正在核对", "The program that sent it was interrupted; its result is being checked";
        absent_once: "核对一次：没有生效，还要再核对一次", "Checked once: no effect; a second look must agree";
        absent_try_again: "核对两次：没有生效，可以再发送", "Checked twice: no effect; it may be sent again";
        absent: "核对两次：没有生效，不再发送", "Checked twice: no effect; it is not sent again";
        refused: "华为云拒绝了，核对两次：没有生效", "Huawei Cloud refused it; checked twice: no effect";
        impossible: "情况已变，核对两次：没有生效", "Things had changed; checked twice: no effect";
        effect_read: "华为云显示已生效", "Huawei Cloud shows it";
        several_orders: "华为云为它生成了多个订单，都已显示", "Huawei Cloud made several orders of it; all of them show";
        done_elsewhere: "华为云显示已生效，但不是由这次请求引起的", "Huawei Cloud shows it, but something else brought it about";
        contradiction: "读到的内容互相矛盾", "What was read contradicts itself";
        unreadable_too_long: "72 小时内没能确定结果", "No verdict within 72 hours";
        not_shown: "华为云接受了，但一直没有显示", "Huawei Cloud accepted it, but does not show it";
        under_way: "华为云正在审核", "Huawei Cloud is reviewing it";
        under_way_too_long: "华为云审核 72 小时仍没有结果", "Huawei Cloud's review has no result after 72 hours";
        look_again: "要求再核对一次", "Another look was asked for";
        judged_by_one: "一人已给出结论", "One person concluded";
        judged_done: "两人核对：已执行", "Two people found that it was executed";
        judged_not_done: "两人核对：没有执行", "Two people found that it was not executed";

        fact_status: "订单状态", "Order status";
        fact_official: "官网价", "List price";
        fact_after_discount: "优惠后金额", "Amount after discount";
        fact_deadline: "支付期限", "Payment deadline";
        fact_coupon: "优惠券", "Coupon";
        fact_discount: "折扣", "Discount";
        fact_price_adjustment: "订单调价（必须使用）", "Price adjustment (must be used)";
        fact_balance: "可用余额", "Spendable balance";
        fact_resource_status: "资源状态", "Resource status";
        fact_expire_time: "到期时间", "Expires at";
        fact_attached_ids: "从资源", "Attached resources";
        fact_expire_policy: "到期策略", "What happens at expiry";
        fact_renewal_day: "续费日", "Day of renewal";
        fact_unpaid_order: "未支付的订单", "Unpaid order";
        fact_paid_renewal: "刚支付的续费订单", "Renewal paid a moment ago";
        fact_attached: "从资源，随主资源操作", "Attached resource, follows its main resource";
        resource_gone: "已不存在", "gone";
        not_usable: "不可用", "not usable";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn every_reason_has_words_in_both_languages() {
        let (zh, en) = (Texts(Locale::Zh), Texts(Locale::En));
        for note in Note::ALL {
            assert_ne!(zh.reason(*note), en.reason(*note), "{}", note.as_str());
        }
    }
}
