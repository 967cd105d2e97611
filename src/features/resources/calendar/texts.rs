//! What the calendar and its entries say, in both languages.

crate::texts! {
    /// Texts of the calendar's page.
    pub struct Texts {
        title: "续费日历", "Renewal calendar";
        lede: "未来十二个月的到期与自动续费，按上次的购买时长重复；金额来自后台询价，没有询价的用上次实付。", "Expiries and automatic renewals of the next twelve months, each again after the term it was last paid for. Amounts were asked in the background; where they were not, they are what was paid last.";
        resources: "资源", "Resources";
        nothing: "未来十二个月没有要续费的资源", "Nothing is to be renewed within twelve months";
        nothing_next: "资源还没有读取，或者都不续费。", "The resources have not been read yet, or none of them is renewed.";
        by_month: "按月", "By month";
        by_day: "按日", "By day";
        chart: "每月续费金额", "Cost of renewals by month";
        month: "月份", "Month";
        automatic: "自动续费", "Automatic";
        automatic_yuan: "自动续费 (元)", "Automatic (CNY)";
        manual: "手动续费", "Manual";
        manual_yuan: "手动续费 (元)", "Manual (CNY)";
        number: "个数", "Number";
        sum_yuan: "合计 (元)", "Sum (CNY)";
        running_yuan: "累计 (元)", "Running total (CNY)";
        yuan: "元", "CNY";
        total: "十二个月合计", "Twelve months";
        numbers: "数字", "Numbers";
        some_last_paid(n: i64): "{n} 项按上次实付", "{n} as last paid";
        some_unknown(n: i64): "{n} 项金额未知", "{n} of unknown cost";
        monday: "一", "Mon";
        tuesday: "二", "Tue";
        wednesday: "三", "Wed";
        thursday: "四", "Thu";
        friday: "五", "Fri";
        saturday: "六", "Sat";
        sunday: "日", "Sun";
        today: "今天", "Today";
        items(n: i64): "{n} 项", "{n}";
        on_day(day: &str): "{day} 到期或扣款", "Due on {day}";
        none_on_day: "这一天没有到期或扣款。", "Nothing is due on this day.";
        resource: "资源", "Resource";
        account: "云账号", "Cloud account";
        way: "方式", "How";
        expires: "到期时间", "Expires";
        term: "时长", "Term";
        one_month: "1 个月", "1 month";
        months(n: i64): "{n} 个月", "{n} months";
        amount_yuan: "应付 (元)", "Payable (CNY)";
        basis: "依据", "Basis";
        quoted: "询价", "quoted";
        last_paid: "上次实付", "last paid";
        not_said: "华为云未报价", "no price from Huawei Cloud";
        not_asked: "尚未询价", "not asked yet";
        more_due(n: i64): "另有 {n} 项：前面的续费到期后再次到期，或排在后面。", "{n} more: repetitions of earlier renewals, or further down.";
        cash: "余额能用到哪天", "How long the balance lasts";
        cash_hint: "现金余额加信用额度，对照十二个月的续费；优惠券不在其中。", "Cash and credit against the renewals of twelve months; coupons are not part of it.";
        cash_yuan: "现金 (元)", "Cash (CNY)";
        credit_yuan: "信用 (元)", "Credit (CNY)";
        due_yuan: "十二个月续费 (元)", "Due in twelve months (CNY)";
        lasts_automatic: "够自动续费到", "Pays automatic renewals until";
        lasts_all: "够全部续费到", "Pays all renewals until";
        beyond: "十二个月以上", "beyond twelve months";
        short_on(day: &str): "{day} 起不足", "short from {day}";
        not_read: "余额还没有读取", "the balance has not been read yet";
        earmarked(amount: &str): "其中专款专用 ¥{amount}", "¥{amount} of it earmarked";
        debt(amount: &str): "欠费 ¥{amount}", "¥{amount} owed";
        read_at: "读取时间", "Read at";
        subscribe: "在日历软件中订阅", "Subscribe in a calendar program";
        subscribe_hint: "知道地址的人就能看到这些到期和金额，请像密码一样保管。地址只显示一次。", "Whoever has the address sees these dates and amounts: keep it like a password. It is shown once.";
        make: "生成秘密地址", "Make a secret address";
        make_again: "换一个新地址", "Replace the address";
        revoke: "停用地址", "Revoke the address";
        address: "秘密地址", "Secret address";
        address_once: "请现在复制，离开后不再显示。", "Copy it now; it is not shown again.";
        made(at: &str): "地址生成于 {at}。", "The address was made at {at}.";
        used(at: &str): "最近一次读取 {at}。", "Last read at {at}.";
        unused: "还没有被读取过。", "It has not been read yet.";
    }
}

crate::texts! {
    /// Texts of the entries in calendar programs.
    pub struct FeedTexts {
        name: "华为云续费", "Huawei Cloud renewals";
        automatic(n: i64, amount: &str): "自动续费 {n} 项 ¥{amount}", "{n} automatic renewals ¥{amount}";
        manual(n: i64, amount: &str): "{n} 项到期，续费 ¥{amount}", "{n} expire, renewal ¥{amount}";
        both(automatic: i64, manual: i64, amount: &str): "自动续费 {automatic} 项，{manual} 项到期，共 ¥{amount}", "{automatic} automatic renewals, {manual} expire, ¥{amount}";
        more(n: i64): "另有 {n} 项", "{n} more";
        caveat: "部分金额为上次实付或未知。", "Some amounts are what was paid last, or not known.";
        pay(service: &str, amount: &str): "支付截止：{service} ¥{amount}", "Pay until: {service} ¥{amount}";
    }
}
