//! What the pages on which resources get another end of their term say, in both languages.

use super::{
    store::Intended,
    wish::{Purpose, To, Wish},
};
use crate::bss::codes::{AutoPeriod, ExpirePolicy};

impl Texts {
    /// The page's heading, which is also what its button says.
    pub(super) fn title(self, wish: &Wish, count: usize) -> String {
        match (wish.purpose, wish.to, count) {
            (Purpose::AutoRenewal, _, 0) => self.auto_renewal().to_owned(),
            (Purpose::AutoRenewal, To::On, n) => self.turn_on(n),
            (Purpose::AutoRenewal, To::Off, n) => self.turn_off(n),
            (Purpose::AtExpiry, _, 0) => self.at_expiry().to_owned(),
            (Purpose::AtExpiry, To::On, n) => self.set_at_expiry(n),
            (Purpose::AtExpiry, To::Off, n) => self.unset_at_expiry(n),
            (Purpose::Convert, _, 0) => self.convert().to_owned(),
            (Purpose::Convert, _, n) => self.convert_n(n),
        }
    }

    /// One of the two choices.
    pub(super) const fn choice(self, wish: &Wish, to: To) -> &'static str {
        match (wish.purpose, to) {
            (Purpose::AutoRenewal, To::On) => self.choose_on(),
            (Purpose::AutoRenewal, To::Off) => self.choose_off(),
            (_, To::On) => self.choose_at_expiry(),
            (_, To::Off) => self.choose_not_at_expiry(),
        }
    }

    /// What will happen.
    pub(super) const fn consequences(self, wish: &Wish) -> &'static str {
        match (wish.purpose, wish.to) {
            (Purpose::AutoRenewal, To::On) => self.happens_on(),
            (Purpose::AutoRenewal, To::Off) => self.happens_off(),
            (Purpose::AtExpiry, To::On) => self.happens_at_expiry(),
            (Purpose::AtExpiry, To::Off) => self.happens_not_at_expiry(),
            (Purpose::Convert, _) => self.happens_convert(),
        }
    }

    /// What was wanted here of a resource's expiry.
    pub(super) fn intended_words(self, intended: &Intended) -> String {
        let policy = ExpirePolicy::from_code(i32::from(intended.wanted));
        let mut words = vec![policy.name(self.0).into_owned()];
        if policy == ExpirePolicy::AutoRenew {
            words.push(match intended.times {
                None | Some(0) => self.without_end().to_owned(),
                Some(times) => self.times_words(times),
            });
            if let Some(period) = &intended.period {
                words.push(AutoPeriod::from_code(period).name(self.0).into_owned());
            }
        }
        words.join(" · ")
    }

    /// How many of them are charged within a day.
    pub(super) fn near_title(self, wish: &Wish, count: usize) -> String {
        match wish.to {
            To::On if wish.purpose == Purpose::AutoRenewal => self.near_on(count),
            _ => self.near_off(count),
        }
    }

    /// How many others must agree.
    pub(super) fn agree(self, approvals: i16) -> String {
        match approvals {
            0 => self.approvals_none().to_owned(),
            1 => self.approvals_one().to_owned(),
            n => self.approvals(n),
        }
    }
}

crate::texts! {
    /// Texts of these pages.
    pub struct Texts {
        resources: "资源", "Resources";
        auto_renewal: "自动续费", "Automatic renewal";
        turn_on(n: usize): "为 {n} 个资源开通自动续费", "Switch automatic renewal on for {n}";
        turn_off(n: usize): "为 {n} 个资源关闭自动续费", "Switch automatic renewal off for {n}";
        at_expiry: "到期转按需", "Pay-per-use at expiry";
        set_at_expiry(n: usize): "将 {n} 个资源设为到期转按需", "Set {n} to pay-per-use at expiry";
        unset_at_expiry(n: usize): "取消 {n} 个资源的到期转按需", "Cancel pay-per-use at expiry for {n}";
        convert: "即时转按需", "Pay-per-use now";
        convert_n(n: usize): "立即将 {n} 个资源转按需", "Change {n} to pay-per-use now";

        choose: "改成什么", "What it becomes";
        choose_on: "开通自动续费", "Switch it on";
        choose_off: "关闭自动续费", "Switch it off";
        choose_at_expiry: "设置到期转按需", "Set it";
        choose_not_at_expiry: "取消到期转按需", "Cancel it";
        what: "哪些资源", "Which";
        read_at(at: &str): "以下资源于 {at} 从华为云读取。", "These resources were read from Huawei Cloud at {at}.";
        resource: "资源", "Resource";
        now_in_cloud: "现在到期后", "At expiry now";
        intended: "在此设置过", "Set here";
        drift: "与云上不同", "differs from the cloud";
        expires: "到期时间", "Expires";
        deduction: "下次自动扣款", "Next deduction";
        once_on: "开通后", "once it is on";
        switch_off_by: "最晚关闭", "Switch off by";
        too_late: "来不及赶在这次扣款前", "too late for this one";
        attached(n: usize): "含 {n} 个从资源", "with {n} attached";
        left_out: "不在其中", "Left out";
        none_left: "没有可以这样设置的资源", "Nothing here can be set so";
        none_left_next: "下面写明了每个资源的原因。", "Below is why, for each.";

        how: "怎样续费", "How it is renewed";
        times: "续费次数", "How often";
        times_help: "1 到 99；不填则不限次数，直到关闭。", "1 to 99; without a number it goes on until it is switched off.";
        times_wrong: "请填 1 到 99 的整数，或不填", "A whole number from 1 to 99, or nothing";
        period: "每次续费时长", "For how long each time";
        as_it_is: "按原订购周期", "As it was bought";
        period_help: "按原周期即首次订购的周期或最小周期。", "As it was bought means its original or smallest term.";
        without_end: "不限次数", "without end";
        times_words(n: i16): "{n} 次", "{n} times";

        read_again: "重新读取", "Read again";
        what_happens: "会怎样", "What happens";
        happens_on: "从到期前第 7 天（或账号设置的扣款日）起，每天 03:00（北京时间）从余额自动扣款，成功为止。已有的到期转按需设置由自动续费取代。次数和周期华为云不再告知，以这里的记录为准。", "From the seventh day before expiry, or the account's day of deduction, the balance is charged at 03:00 Beijing time each day until it succeeds. It takes the place of pay-per-use at expiry. Huawei Cloud does not tell times and term again; the record is here.";
        happens_off: "不再自动扣款。资源到期后进入宽限期、保留期，之后释放，需要时请手动续费。已经扣款的续费不会退回。", "Nothing is charged by itself any more. After its expiry a resource goes through grace and retention and is then released, unless it is renewed by hand. A renewal that was charged already is not given back.";
        happens_at_expiry: "资源到期后不释放，改为按需计费，按小时从余额扣款，直到您删除它。自动续费同时停止。", "When its term ends the resource is not released: it goes on as pay-per-use, charged by the hour, until it is deleted. It is no longer renewed by itself.";
        happens_not_at_expiry: "资源到期后不再转为按需：进入宽限期、保留期，之后释放，需要时请手动续费。", "When its term ends the resource does not become pay-per-use: it goes through grace and retention and is then released, unless it is renewed by hand.";
        happens_convert: "包年/包月立即结束，从现在起按需计费，按小时从余额扣款。剩余期限按华为云的退订规则退款，已使用部分和手续费不退，优惠券可能不退。从资源一起转换。转换后不能恢复原来的包年/包月和价格。部分转换需要华为云审核。", "The yearly/monthly term ends at once and pay-per-use begins, charged by the hour. What is left of the term is refunded by Huawei Cloud's rules of unsubscribing: not what was used nor the handling fee, and perhaps not coupons. What is attached goes with it. The term and its price cannot be had back. Some conversions wait for Huawei Cloud's review.";
        for_good: "此操作不能撤销。", "This cannot be undone.";
        can_change: "之后可以再改；一个资源同一时间只能有一个操作。", "It can be changed again; a resource takes one operation at a time.";
        near_on(n: usize): "{n} 个资源在 24 小时内就会扣款", "{n} will be charged within 24 hours";
        near_on_next: "开通后，最近的 03:00 就会从余额扣款。", "Once it is on, the balance is charged at the next 03:00.";
        near_off(n: usize): "{n} 个资源在 24 小时内自动扣款", "{n} are about to be charged within 24 hours";
        near_off_next: "请在表中“最晚关闭”之前提交；晚了，这次续费可能已经扣款，不能退回。", "Submit before the time under “switch off by”; later, this renewal may have been charged and is not given back.";

        confirm: "确认", "Confirm";
        type_count: "输入资源个数", "Type how many resources";
        summary: "合计", "Summary";
        number: "资源数", "Resources";
        keep: "不改，返回", "Change nothing, go back";
        approvals_none: "不需要审批，提交后立即执行。", "It needs no approval and is carried out at once.";
        approvals_one: "需要 1 人审批，审批后才执行。", "It needs one approval before it is carried out.";
        approvals(n: i16): "需要 {n} 人审批，审批后才执行。", "It needs {n} approvals before it is carried out.";
        each_its_own: "每个资源是一个独立的操作，各有结果。", "Each resource is an operation of its own, with an outcome of its own.";

        changed: "与显示的不同，没有改变任何资源", "Different from what was shown; nothing was changed";
        changed_next: "下面已是新的数据。请再看一遍，重新确认。", "Below is what is true now. Look again and confirm again.";
        not_confirmed: "还差一步，没有改变任何资源", "One thing is missing; nothing was changed";
        can_be_set: "可以设置", "can be set";
        too_many(given: usize, most: usize): "一次最多 {most} 个资源，给了 {given} 个", "At most {most} resources at once; {given} were given";
        too_many_next: "请分几次操作。", "Do it in several turns.";
        not_told: "华为云没有给出到期时间或到期策略", "Huawei Cloud does not say when it expires or what happens then";
        not_told_next: "请稍后再读取。", "Read again in a while.";
        not_in_use(status: &str): "资源状态是“{status}”，华为云不允许这样设置", "Its status is “{status}”: Huawei Cloud does not allow this";
        not_in_use_next: "宽限期和保留期的资源请先续费。", "Renew it first when it is in its grace or retention period.";
        already_on: "已经这样自动续费", "It is renewed by itself just so already";
        already_off: "没有自动续费", "It is not renewed by itself";
        already_pay_per_use: "已经设为到期转按需", "It becomes pay-per-use at expiry already";
        already_not_pay_per_use: "没有设置到期转按需", "It does not become pay-per-use at expiry";
        paste: "粘贴资源 ID", "Paste resource ids";
        paste_help(most: usize): "用空格、逗号或换行分隔，最多 {most} 个。", "Separated by blanks, commas or lines; at most {most}.";
        look: "查看", "Look them up";
        not_all: "有些资源没有提交", "Some resources were not submitted";
        submitted(n: usize): "已提交 {n} 个。", "{n} were submitted.";
        first_sent: "这张表单之前已经提交，按第一次的内容受理", "This form had been submitted before, and was accepted as first sent";
        first_sent_next(n: usize): "{n} 个资源的操作已在进行或已有结果。后来改的内容没有采用。", "The operations on its {n} resources are under way or have ended. What was changed since was not taken.";
        see_activity: "查看操作记录", "See the activity";

        days: "扣款日与统一到期日", "Days of renewal";
        days_lede: "对整个云账号生效。华为云不提供查询，这里显示的是在此最后一次设置的值。", "They hold for the whole cloud account. Huawei Cloud does not tell them: what is shown was last set here.";
        deduction_day: "扣款日", "Day of deduction";
        deduction_help: "自动续费从到期前第几天开始扣款，03:00（北京时间）。没有设置过时是 7 天。", "How many days before expiry an automatic renewal is first charged, at 03:00 Beijing time. It is 7 where nothing was set.";
        days_before(n: u8): "到期前 {n} 天", "{n} days before expiry";
        expiry_day: "统一到期日", "Common day of expiry";
        expiry_help: "下次续费后，到期时间移到每月的这一天，不早于已付的期限；多出的天数要付费。", "With the next renewal, expiries move to this day of the month, never earlier than what was paid for; the days between are charged.";
        day_of_month(n: u8): "每月 {n} 日", "day {n} of the month";
        month_end: "每月最后一天", "last day of the month";
        set_before(what: &str, who: &str, at: &str): "在此设置为：{what}（最后由 {who} 于 {at} 设置）", "Set here to: {what} (last set by {who} at {at})";
        never_here: "没有在此设置过，可能在控制台设置过。", "Never set here; perhaps in the console.";
        set_deduction: "设置扣款日", "Set the day of deduction";
        set_expiry: "设置统一到期日", "Set the common day of expiry";
        choose_account: "选择云账号", "Choose a cloud account";
        show: "显示", "Show";
        no_accounts: "没有可以设置的云账号", "No cloud account to set this for";
        no_accounts_next: "您没有云账号的权限，或云账号已停用。", "You were given no cloud account, or it is switched off.";
        choose_day: "请选择一天", "Choose a day";
        busy: "该云账号有进行中的操作", "An operation on this account is open";
        busy_who(who: &str, at: &str): "{who} 于 {at} 提交。一个云账号的日子同一时间只能设置一次。", "Submitted by {who} at {at}. The days of an account take one operation at a time.";
        see_operation: "查看操作", "See the operation";
        other_request: "这张表单已用于另一个请求，这次没有做任何事", "This form was used for another request; nothing was done this time";
        choose_placeholder: "选择…", "Choose…";
        none: "无", "none";
    }
}
