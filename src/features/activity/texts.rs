//! What the pages of the journal say, apart from states and reasons (`words.rs`).

crate::texts! {
    /// The texts of the activity pages.
    pub struct Texts {
        activity: "操作记录", "Activity";
        by_state: "按状态", "By state";
        all: "全部", "All";
        open: "进行中", "Open";
        operation: "操作", "Operation";
        state: "状态", "State";
        order: "订单", "Order";
        account: "云账号", "Cloud account";
        amount: "金额", "Amount";
        asked_by: "提交人", "By";
        asked_at: "提交时间", "Asked";
        ended_at: "结束时间", "Ended";
        shown(n: usize): "本页 {n} 项", "{n} on this page";
        none: "没有操作", "No operations";
        none_text: "支付或取消订单后，这里会显示每一步和结果。", "When an order is paid or cancelled, every step and its result is shown here.";
        none_filtered: "没有符合条件的操作", "No operation matches";
        to_orders: "查看订单", "See the orders";
        show_all: "查看全部", "Show all";
        stopped(account: &str): "{account}：已停止发送", "{account}: sending is stopped";
        stopped_text: "华为云拒绝了这个账号的凭证。为了不让访问密钥被锁定，在管理员检查并恢复之前，不再发送任何操作。", "Huawei Cloud refused this account's credentials. So that the access key is not locked, nothing more is sent until an administrator has checked them and resumes.";
        resume: "恢复发送", "Resume sending";
        quarantine: "数据库刚恢复过", "The database was recovered";
        quarantine_text(until: &str): "{until} 前不发送任何操作，以免重复恢复前已经发出的请求。核对照常进行。", "Nothing is sent before {until}, so that no request from before the recovery is repeated. Checking goes on.";
        print: "打印", "Print";
        course: "经过", "Course";
        asked: "提交的内容", "What was asked";
        official: "官网价", "List price";
        after_discount: "优惠后", "After discount";
        discount: "折扣", "Discount";
        coupon: "优惠券", "Coupon";
        paid_from_balance: "从余额支付", "From the balance";
        service: "服务", "Service";
        pay_until: "支付期限", "Payment deadline";
        approved_by: "审批人", "Approved by";
        number: "操作编号", "Operation";
        request_id: "请求编号", "Request id";
        answer: "答复", "Answer";
        signed_at: "签名时间", "Signed at";
        no_answer: "没有收到答复", "No answer was received";
        attempts: "发送记录", "Requests";
        outcome: "结果", "Outcome";
        outcome_armed: "已登记，等待答复", "Recorded, answer awaited";
        outcome_unknown: "未知", "Not known";
        outcome_executed: "已生效", "Took effect";
        outcome_not_executed: "未生效", "No effect";
        evidence: "证据", "Evidence";
        read_back: "读回的订单", "The order as read back";
        paid_at: "支付时间", "Paid at";
        opinions: "核对意见", "Conclusions";
        says_executed: "认为已执行", "says it was executed";
        says_not_executed: "认为未执行", "says it was not executed";
        withdraw: "撤回", "Withdraw";
        check_now: "立即核对", "Check now";
        try_now: "立即尝试", "Try now";
        look_again: "再核对一次", "Check once more";
        approve(amount: &str): "同意 ¥{amount}", "Approve ¥{amount}";
        approve_plain: "同意", "Approve";
        reject: "驳回", "Reject";
        reason: "理由", "Reason";
        judged_executed: "华为云上已执行", "It was executed at Huawei Cloud";
        judged_not_executed: "华为云上没有执行", "It was not executed at Huawei Cloud";
        judge_help: "先在华为云控制台核对这个订单。两个人结论一致才会关闭。", "Look at the order in Huawei's console first. It is closed when two people conclude the same.";
        may_take_effect_until(at: &str): "{at} 之前，发出的请求仍可能生效，还不能得出“没有执行”的结论。", "Until {at} the request may still take effect, so nobody can conclude yet that it was not executed.";
        conclude: "提交结论", "Submit conclusion";
        too_late: "已经来不及了", "That came too late";
        too_late_text: "这个操作已经往前走了，刚才的动作没有执行。现在的状态见下。", "The operation had moved on, so nothing was done. Its present state is below.";
        as_first_sent: "这张表单之前已经提交，按第一次的内容受理", "This form had been submitted before, and was accepted as first sent";
        as_first_sent_text: "后来改的内容（事由、优惠券或折扣）没有采用，也没有再次提交。如需改动，请趁还没有发出时取回，再重新提交。", "What was changed in it since (reason, coupons or discount) was not taken, and nothing was submitted again. To change it, take the operation back while it has not been sent, and start again.";
        reason_missing: "请填写理由", "A reason is needed";
        reason_missing_text: "结论没有提交：理由不能为空。", "The conclusion was not submitted: the reason is empty.";
        see_order: "查看订单", "See the order";
        start_again: "重新开始", "Start again";
    }
}
