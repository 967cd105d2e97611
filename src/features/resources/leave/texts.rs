//! What the page on which resources are unsubscribed says, in both languages.

use crate::features::resources::refund::{Gap, estimate::Case};

impl Texts {
    /// By which rule a term comes back.
    pub const fn case(self, case: Case) -> &'static str {
        match case {
            Case::FiveDays => self.case_five_days(),
            Case::InUse => self.case_in_use(),
            Case::NotStarted => self.case_not_started(),
            Case::NotProvided => self.case_not_provided(),
            Case::Ended => self.case_ended(),
        }
    }

    /// What is not known, about an order or resource.
    pub fn gap(self, gap: Gap, about: &str) -> String {
        match gap {
            Gap::Purchase => self.gap_purchase(about),
            Gap::Line => self.gap_line(about),
            Gap::WhichLine => self.gap_which_line(about),
            Gap::Changed => self.gap_changed(about),
            Gap::Terms => self.gap_terms(about),
        }
    }
}

crate::texts! {
    /// Texts of the page.
    pub struct Texts {
        resources: "资源", "Resources";
        title_none: "退订资源", "Unsubscribe resources";
        title_one: "退订资源", "Unsubscribe resource";
        title_many(n: usize): "退订 {n} 个资源", "Unsubscribe {n} resources";
        title_terms: "退订未生效的续费周期", "Give back renewed terms that have not started";
        lede: "退订后资源立即停止，数据不保留，不能恢复。", "The resource stops at once, its data is lost, and it cannot be brought back.";
        lede_terms: "只退回还没有开始的续费周期，资源继续使用到当前周期结束。", "Only renewed terms that have not started are given back; the resource stays until its current term ends.";
        choose: "退订什么", "What is unsubscribed";
        whole: "资源及全部续费周期", "The resource with all its renewals";
        only_terms: "仅未生效的续费周期", "Only renewals that have not started";
        read_at(at: &str): "以下内容于 {at} 从华为云读取。", "This was read from Huawei Cloud at {at}.";
        what: "退订什么", "What";
        resource: "资源", "Resource";
        account: "云账号", "Cloud account";
        region: "区域", "Region";
        expires: "到期时间", "Expires";
        status: "状态", "Status";
        with_it(n: usize): "随之退订的从资源：{n} 个", "Attached resources that go with it: {n}";
        siblings(n: usize): "同一订单还购买了同类资源 {n} 个，没有选中", "The same order bought {n} more of this service, not chosen here";
        siblings_next: "有些服务必须整体退订（CBC.99003185）。如被拒绝，请把它们一起选中。", "Some services can only be unsubscribed as a whole (CBC.99003185). If Huawei refuses, choose them together.";
        choose_all: "一起选中", "Choose them too";
        left_out: "不会退订", "Left out";
        can_be_unsubscribed: "可退订", "can be unsubscribed";
        none_left: "没有可以退订的资源", "No resource here can be unsubscribed";
        none_left_next: "原因见下。", "The reasons are below.";
        estimate: "预计退款", "What comes back, as we estimate it";
        estimate_note(percent: u32): "华为云没有退款预览，以下由本系统按退订规则估算，实际金额以退订订单为准。手续费按未使用部分的 {percent}% 估算，金额向下取整到分。", "Huawei Cloud previews no refund. This is our estimate by its rules; the unsubscription order decides. The fee is taken as {percent} % of the unused part, and amounts are rounded down to the fen.";
        term: "周期", "Term";
        order: "原订单", "Original order";
        case_head: "情况", "Case";
        paid: "已付", "Paid";
        consumed: "已消费", "Consumed";
        fee: "手续费", "Fee";
        back: "预计退回", "Back";
        voucher: "代金券", "Voucher";
        yuan: "元", "CNY";
        paid_yuan: "已付 (元)", "Paid (CNY)";
        consumed_yuan: "已消费 (元)", "Consumed (CNY)";
        fee_yuan: "手续费 (元)", "Fee (CNY)";
        back_yuan: "预计退回 (元)", "Back (CNY)";
        sum: "合计", "Total";
        voucher_back: "代金券退回", "Vouchers back";
        voucher_lost: "代金券不退回", "Vouchers lost";
        ended_terms(n: usize): "已结束的周期 {n} 个", "{n} terms that are over";
        case_five_days: "五天内，全额退回", "Within five days, all back";
        case_in_use: "使用中", "In use";
        case_not_started: "未生效，全额退回", "Not started, all back";
        case_not_provided: "未开通成功，全额退回", "Never provided, all back";
        case_ended: "已结束", "Over";
        no_estimate: "无法估算", "no estimate";
        not_estimated(n: usize): "{n} 个资源无法估算，没有算入", "Without an estimate, and not counted: {n}";
        gaps: "没有把握的地方", "What is not certain";
        gap_purchase(about: &str): "不知道哪个订单购买了 {about}，购买时付的款没有算入。", "Which order bought {about} is not known; what was paid for the purchase is not counted.";
        gap_line(about: &str): "订单 {about} 没有给出该资源的金额或周期，没有算入。", "Order {about} does not say what the resource cost or for how long; it is not counted.";
        gap_which_line(about: &str): "订单 {about} 有几行相同产品、不同金额，不知道哪一行是该资源的，按最低的一行估算。", "Order {about} has several lines of this product with different amounts; which is the resource's is not known, and the lowest is taken.";
        gap_changed(about: &str): "订单 {about} 变更过规格或费用，其金额没有算入。", "Order {about} changed the specification or the charge; its amount is not counted.";
        gap_terms(about: &str): "{about} 的到期时间与已知订单的周期不一致，可能还有别的付款。", "The terms of the known orders do not add up to the expiry of {about}; there may be other payments.";
        what_happens: "会怎样", "What happens";
        happens_stop: "资源及其从资源立即停止服务。", "The resources and what is attached to them stop at once.";
        happens_data: "数据随之删除；只有带回收站的服务可以在回收站内找回。", "Their data is deleted; only services with a recycle bin keep it there for a while.";
        happens_terms: "资源不停止；到期时间提前到当前周期结束。", "Nothing stops; the expiry moves to the end of the current term.";
        happens_money: "现金退回华为云现金账户；现金券、储值卡付的部分退回原券、原卡，已过期的不再退。", "Cash goes back to the cash account at Huawei Cloud; what flexi-purchase coupons and cards paid goes back to them, and is void where they have expired.";
        happens_voucher: "使用中的周期，代金券不退；折扣券在任何情况下都不退。", "Vouchers do not come back for terms in use; discount coupons never do.";
        happens_checked(above: &str): "退款超过 ¥{above}，华为云会额外审核，到账可能较慢。", "The refund is above ¥{above}: Huawei Cloud checks it once more, so it may take longer.";
        quota(account: &str, used: i64, all: i64): "{account}：五天无理由全额退订每年 {all} 次，本系统的记录中今年已用 {used} 次；在别处退订的可能没有计入。", "{account}: {all} full refunds within five days of purchase a year; {used} used this year by our own records, which may miss what was unsubscribed elsewhere.";
        hold(span: &str): "确认后等待 {span} 才发给华为云；这段时间内可以在操作页撤回。", "After you confirm, nothing is sent to Huawei Cloud for {span}; until then you can take it back on the operation's page.";
        approvals(n: i16): "需要 {n} 人审批后才会开始。", "It begins once others have agreed ({n}).";
        together: "作为一个请求提交", "Submit as one request";
        together_help: "所选资源中有同一订单购买的同类资源。必须整体退订的服务需要这样提交；否则每个资源各自提交，一个失败不影响其他。", "Some of the chosen resources were bought together. Services that must be unsubscribed as a whole need this; otherwise each is submitted by itself, and one that fails does not stop the others.";
        confirm: "确认", "Confirm";
        reason_type: "告诉华为云的原因", "Reason told to Huawei Cloud";
        no_reason: "不填写", "None";
        words: "对华为云的说明", "Words for Huawei Cloud";
        words_help: "最多 200 个字，随请求发给华为云。", "At most 200 characters, sent to Huawei Cloud with the request.";
        words_long: "最多 200 个字", "At most 200 characters";
        words_alone: "请先选择原因", "Choose a reason first";
        word: "退订", "UNSUBSCRIBE";
        type_word(word: &str): "输入“{word}”以确认", "Type {word} to confirm";
        for_good: "此操作不能撤销。", "This cannot be undone.";
        terms_for_good: "退回的续费周期不能恢复，只能重新续费。", "A term that was given back can only be bought again.";
        summary: "合计", "Summary";
        to_cash: "退回现金账户", "To the cash account";
        to_flexi: "退回现金券", "To flexi-purchase coupons";
        to_card: "退回储值卡", "To stored-value cards";
        in_all: "预计退回", "Back in all";
        keep: "不退订，返回", "Keep and go back";
        changed: "与显示的不同，没有提交退订", "Different from what was shown; nothing was submitted";
        changed_next: "下面已是新的数据。请再看一遍，重新确认。", "Below is what is true now. Look again and confirm again.";
        expiry_is(at: &str): "到期 {at}", "expires {at}";
        attached_are(ids: &str): "从资源 {ids}", "attached: {ids}";
        nothing_attached: "没有从资源", "nothing attached";
        not_confirmed: "还差一步，没有提交退订", "One thing is missing; nothing was submitted";
        too_many(given: usize, most: usize): "一次最多退订 {most} 个资源，给了 {given} 个", "At most {most} resources at once; {given} were given";
        too_many_next: "请分几次退订。", "Unsubscribe them in several turns.";
        paste: "粘贴资源 ID", "Paste resource ids";
        paste_help(most: usize): "用空格、逗号或换行分隔，最多 {most} 个。", "Separated by blanks, commas or lines; at most {most}.";
        look: "查看", "Look them up";
        not_all: "有些资源没有提交退订", "Some resources were not submitted";
        submitted(n: usize): "已提交 {n} 个请求。", "{n} requests were submitted.";
        first_sent: "这张表单之前已经提交，按第一次的内容受理", "This form had been submitted before, and was accepted as first sent";
        first_sent_next(n: usize): "{n} 个操作已在进行或已有结果。后来改的内容没有采用。", "Its {n} operations are under way or have ended. What was changed since was not taken.";
        see_activity: "查看操作记录", "See the activity";
        see_order: "查看订单", "See the order";
        its_orders: "资源的订单", "the resources' orders";
        nothing_confirmable: "有内容读取不到，现在不能确认", "Something cannot be read, so nothing can be confirmed";
        read_again: "重新读取", "Read again";
        order_holds(order: &str): "订单 {order} 还没有结束", "Order {order} has not ended";
        order_holds_next: "请先支付或取消它，或等它处理完。", "Pay or cancel it first, or wait until it has been processed.";
        no_expiry: "华为云没有给出到期时间", "Huawei Cloud does not say when it expires";
        no_expiry_next: "请稍后再读取。", "Read again later.";
        none_unstarted: "没有未生效的续费周期", "It has no renewed term that has not started";
        none_unstarted_next: "没有续费过，或续费周期已经开始（CBC.99003128）。", "It was not renewed, or the renewed term has started (CBC.99003128).";
        too_late: "已过时限", "It is too late";
        minutes(n: u64): "{n} 分钟", "{n} min";
        seconds(n: u64): "{n} 秒", "{n} s";
    }
}
