//! What the pages of plans say, in both languages.

pub use crate::web::term::term;

impl Texts {
    /// Why a step ended as it did, or what it waits for; nothing for what needs no words.
    pub fn why(self, code: &str) -> &'static str {
        match code {
            "stopped" => self.why_stopped(),
            "stale" => self.why_stale(),
            "rejected" => self.why_rejected(),
            "expired" => self.why_expired(),
            "withdrawn" => self.why_withdrawn(),
            "failed" => self.why_failed(),
            "busy" => self.why_busy(),
            "too_late" => self.why_too_late(),
            "elsewhere" => self.why_elsewhere(),
            "cancelled" => self.why_cancelled(),
            "status" => self.why_status(),
            "differs" => self.why_differs(),
            "short" => self.why_short(),
            "several_orders" => self.why_several(),
            "order_unknown" => self.why_order_unknown(),
            "unreadable" => self.why_unreadable(),
            "switched_off" => self.why_switched_off(),
            "journal" => self.why_journal(),
            _ => "",
        }
    }

    /// Why a plan stopped.
    pub fn stop(self, code: &str, by: &str) -> String {
        match code {
            "person" => self.stop_person(by),
            "no_right" => self.stop_no_right().to_owned(),
            "no_account" => self.stop_no_account().to_owned(),
            _ => self.stop_disabled().to_owned(),
        }
    }

    /// A fact that was compared.
    pub fn fact(self, code: &str) -> &'static str {
        match code {
            "official" => self.official(),
            "payable" => self.payable(),
            "from_balance" => self.from_balance(),
            "choice" => self.choice(),
            _ => "",
        }
    }
}

crate::texts! {
    /// Texts of the pages of plans.
    pub struct Texts {
        plans: "续费计划", "Renewal plans";
        plan: "续费计划", "Renewal plan";
        resources: "资源", "Resources";
        lede: "一次确认的多笔续费，逐笔下单、逐笔支付。", "Renewals confirmed together, ordered and paid one after another.";
        none: "还没有续费计划", "No renewal plans yet";
        none_text: "在资源页面选择资源并续费后，这里显示每一笔的进展。", "Renew resources, and each step shows here.";
        to_resources: "去看资源", "See resources";
        asked_by: "提交人", "Asked by";
        asked_at: "提交时间", "Asked at";
        ended_at: "结束时间", "Ended at";
        reason: "事由", "Reason";
        state: "状态", "State";
        steps: "步骤", "Steps";
        progress(ended: i64, steps: i64): "{ended}/{steps} 步已结束", "{ended} of {steps} ended";
        without(n: i64): "{n} 步未完成", "{n} not completed";
        going: "进行中", "Going on";
        stopping: "已停止，等待在途操作", "Stopped, waiting for what is on its way";
        stopped: "已停止", "Stopped";
        ended: "已结束", "Ended";
        ended_without: "已结束，有未完成", "Ended, some not completed";
        amount: "合计", "Sum";
        yuan: "元", "CNY";
        account: "云账号", "Cloud account";
        resource: "资源", "Resource";
        term_head: "时长", "Term";
        expires: "到期时间（预估）", "Expires (estimated)";
        expected: "确认的余额支付", "Confirmed, from the balance";
        order: "订单", "Order";
        next_steps: "下一步", "Next";
        official: "官网价", "List price";
        payable: "应付", "Payable";
        from_balance: "从余额支付", "From the balance";
        choice: "折扣或优惠券", "Discount or coupon";
        queued: "排队中", "Queued";
        to_be_paid: "已下单，待支付", "Ordered, to be paid";
        paid: "已支付", "Paid";
        ordered: "已下单，未支付", "Ordered, not paid";
        unpaid: "未支付", "Not paid";
        not_ordered: "未下单", "Not ordered";
        ordering: "下单", "Order";
        paying: "支付", "Payment";
        pay_order_only: "只下单，不支付", "Ordered only";
        pay_balance: "从余额支付", "From the balance";
        pay_with(what: &str): "使用{what}", "With {what}";
        pay_discount: "折扣", "a discount";
        pay_coupons(n: usize): "{n} 张优惠券", "coupons: {n}";
        before_coupons(amount: &str): "用券前 ¥{amount}", "¥{amount} before coupons";
        pay_by_hand: "去支付", "Pay it";
        cancel: "取消订单", "Cancel it";
        renew_again: "重新续费", "Renew again";
        sum_confirmed: "确认的支付合计", "Confirmed payments";
        sum_by_coupons: "其中优惠券", "Of that by coupons";
        sum_from_balance: "其中余额", "Of that from the balance";
        sum_paid: "已从余额支付", "Paid from the balance";
        sum_unpaid: "已下单未支付", "Ordered, not paid";
        sum_not_ordered: "未下单", "Not ordered";
        sum_open: "进行中", "Going on";
        approvals_none: "支付不需要审批。", "The payments need no approval.";
        approvals_one(sum: &str): "按合计 ¥{sum}，每笔支付都需要 1 人审批。", "By the sum of ¥{sum}, each payment needs the approval of 1 other person.";
        approvals(n: i16, sum: &str): "按合计 ¥{sum}，每笔支付都需要 {n} 人审批。", "By the sum of ¥{sum}, each payment needs the approval of {n} other people.";
        stop_it: "停止计划", "Stop the plan";
        stop_help: "停止后不再下单、不再支付，不能恢复；已经提交的操作继续，可以在各自的页面撤回。", "After a stop nothing more is ordered or paid, for good. What was submitted goes on and can be taken back on its own page.";
        stop_person(by: &str): "{by} 停止了计划", "{by} stopped the plan";
        stop_no_right: "提交人不再有续费或支付的权限，计划已停止", "Who asked for it may no longer renew or pay: the plan stopped";
        stop_no_account: "提交人不再能访问其中的云账号，计划已停止", "Who asked for it no longer has all its cloud accounts: the plan stopped";
        stop_disabled: "提交人已停用或需要重设密码，计划已停止", "Who asked for it is disabled or has to choose a new password: the plan stopped";
        stopped_text: "不再下单，不再支付。已经下的订单保留为待支付，可以手动支付或取消。", "Nothing more is ordered or paid. Orders that were made stay unpaid and can be paid or cancelled by hand.";
        as_first_sent: "这个表单已经提交过", "This form was sent before";
        as_first_sent_text: "计划以第一次提交的内容为准，后来的修改没有生效。", "The plan is as first sent; what was changed later was not taken.";
        live: "页面每 2 秒更新。", "The page updates every 2 s.";
        reload: "刷新", "Reload";
        no_script: "没有脚本时请手动刷新。", "Without script, reload by hand.";
        confirmed_is: "确认时 → 现在", "Confirmed → now";
        short(amount: &str): "余额差 ¥{amount}", "The balance is short of ¥{amount}";
        not_usable: "不可用", "not usable";
        see_operation: "查看操作", "See the operation";
        why_stopped: "计划停止时还没有做。", "The plan stopped before this.";
        why_stale: "提交前重新读取，与确认时不同，没有执行。", "Read again before sending: different from what was confirmed; not executed.";
        why_rejected: "审批被驳回。", "An approver rejected it.";
        why_expired: "期限内没有审批或没能发送。", "It was not approved or not sent in time.";
        why_withdrawn: "提交人撤回了。", "Taken back by who asked.";
        why_failed: "没有执行。", "Not executed.";
        why_busy: "被另一个进行中的操作占用。", "Another open operation holds it.";
        why_too_late: "支付期限太近。", "The payment deadline is too near.";
        why_elsewhere: "已在别处支付，不是由这个计划支付的。", "Paid elsewhere, not by this plan.";
        why_cancelled: "订单已被取消。", "The order was cancelled.";
        why_status: "订单不在待支付状态。", "The order does not await payment.";
        why_differs: "价格与确认时不同，没有支付。", "The price differs from what was confirmed: not paid.";
        why_short: "余额不足，没有支付。", "The balance is short: not paid.";
        why_several: "华为云把它拆成了几个订单，没有支付，请逐个支付。", "Huawei Cloud made several orders of it: not paid, pay each by hand.";
        why_order_unknown: "人工核对为已下单，但没有记录订单号，请在订单中查找。", "People found that it was ordered, but which order is not on record: look among the orders.";
        why_unreadable: "华为云没有答复订单情况，稍后再读。", "Huawei Cloud does not tell how the order stands; it is read again later.";
        why_switched_off: "云账号已停用，启用后继续。", "The cloud account is switched off; it goes on when it is in use again.";
        why_journal: "暂时不能提交，稍后再试。", "It cannot be submitted at the moment; it is tried again.";
    }
}
