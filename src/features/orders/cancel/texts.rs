//! What the page on which orders are cancelled says, in both languages.

crate::texts! {
    /// Texts of the cancellation page.
    pub struct Texts {
        orders: "订单", "Orders";
        title_none: "取消订单", "Cancel orders";
        title_one: "取消订单", "Cancel order";
        title_many(n: usize): "取消 {n} 个订单", "Cancel {n} orders";
        read_at(at: &str): "以下订单于 {at} 从华为云读取。", "These orders were read from Huawei Cloud at {at}.";
        what: "取消什么", "What";
        order: "订单号", "Order";
        status: "状态", "Status";
        product: "产品", "Product";
        account: "云账号", "Cloud account";
        pay_until: "支付截止", "Pay until";
        payable: "应付", "Payable";
        payable_yuan: "应付 (元)", "Payable (CNY)";
        yuan: "元", "CNY";
        left_out: "不会取消", "Left out";
        none_left: "没有可以取消的订单", "No order here can be cancelled";
        none_left_next: "只有待支付的订单可以取消。", "Only orders that await payment can be cancelled.";
        what_happens: "会怎样", "What happens";
        consequences: "订单变为已取消，不能再支付，也不能恢复；下单时占用的优惠券会放开。不产生扣款。", "The orders become cancelled for good and cannot be paid any more; coupons they hold are released. Nothing is charged.";
        confirm: "确认", "Confirm";
        type_count: "输入要取消的订单个数", "Type how many orders to cancel";
        for_good: "此操作不能撤销。", "This cannot be undone.";
        summary: "合计", "Summary";
        no_longer_paid: "不再支付的金额", "No longer to be paid";
        keep: "不取消，返回", "Keep and go back";
        changed: "与显示的不同，没有取消任何订单", "Different from what was shown; nothing was cancelled";
        changed_next: "下面已是新的数据。请再看一遍，重新确认。", "Below is what is true now. Look again and confirm again.";
        not_confirmed: "还差一步，没有取消任何订单", "One thing is missing; nothing was cancelled";
        can_be_cancelled: "可取消", "can be cancelled";
        too_many(given: usize, most: usize): "一次最多取消 {most} 个订单，给了 {given} 个", "At most {most} orders at once; {given} were given";
        too_many_next: "请分几次取消。", "Cancel them in several turns.";
        paste: "粘贴订单号", "Paste order ids";
        paste_help(most: usize): "用空格、逗号或换行分隔，最多 {most} 个。", "Separated by blanks, commas or lines; at most {most}.";
        look: "查看", "Look them up";
        not_all: "有些订单没有提交取消", "Some orders were not submitted";
        submitted(n: usize): "已提交 {n} 个。", "{n} were submitted.";
        first_sent: "这张表单之前已经提交，按第一次的内容受理", "This form had been submitted before, and was accepted as first sent";
        first_sent_next(n: usize): "{n} 个订单的操作已在进行或已有结果。后来改的事由没有采用。", "The operations on its {n} orders are under way or have ended. A reason written since was not taken.";
        see_activity: "查看操作记录", "See the activity";
        none: "无", "none";
    }
}
