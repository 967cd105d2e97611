//! What the page that compares a refund with its estimate says, in both languages.

crate::texts! {
    /// Texts of the page.
    pub struct Texts {
        title: "退款核对", "Refund compared";
        lede: "退订订单的实际退款，与提交前显示的估算对照。", "What the unsubscription gave back, beside the estimate that was shown before it.";
        back_to: "返回操作", "Back to the operation";
        read_at(at: &str): "实际退款于 {at} 从华为云读取。", "The refund was read from Huawei Cloud at {at}.";
        state: "操作", "Operation";
        orders: "退订订单", "Unsubscription orders";
        no_orders: "还没有退订订单", "There is no unsubscription order yet";
        no_orders_next: "操作完成后，这里会显示实际退款。", "The refund is shown here once the operation is done.";
        no_rows: "华为云还没有给出退款明细", "Huawei Cloud does not tell the refund yet";
        no_rows_next: "订单处理完后再读取。", "Read again when the order has been processed.";
        resource: "资源", "Resource";
        all_of_order: "该订单的全部资源", "All resources of the order";
        original: "原订单", "Original order";
        estimated: "估算退回", "Estimated";
        real: "实际退回", "Real";
        kept: "实际扣留", "Kept";
        difference: "差额", "Difference";
        yuan: "元", "CNY";
        estimated_yuan: "估算退回 (元)", "Estimated (CNY)";
        real_yuan: "实际退回 (元)", "Real (CNY)";
        kept_yuan: "实际扣留 (元)", "Kept (CNY)";
        difference_yuan: "差额 (元)", "Difference (CNY)";
        sum: "合计", "Total";
        same: "与估算一致", "As estimated";
        differs: "与估算不同", "Different from the estimate";
        differs_next: "以华为云的退订订单为准。估算按提交前显示时计算，之后到受理前又消费了一段时间；手续费比例也是估算。", "The unsubscription order decides. The estimate was made when the page was shown, and time was consumed until it was carried out; the rate of the fee is an assumption, too.";
        unforeseen: "提交时还不知道其中一些原订单，它们没有算入估算。", "Some of the original orders were not known when it was submitted and are not part of the estimate.";
        no_estimate: "提交时没有估算", "No estimate was shown when it was submitted";
        no_estimate_next: "当时不知道购买它的订单，无法估算，因此没有可以对照的金额。以华为云的退订订单为准。", "The orders that bought it were not known then, so there is no amount to compare with. The unsubscription order decides.";
        read_again: "重新读取", "Read again";
        print: "打印", "Print";
    }
}
