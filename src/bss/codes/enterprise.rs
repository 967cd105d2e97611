//! The codes of enterprise accounts: members, transfers, text messages, real names.

use super::{codes, words};

codes! {
    /// Who pays for a member (`financial_custody`).
    FinancialCustody("financial_custody") {
        Independent = 0: "不开通", "The member keeps its own finances";
        InCustody = 1: "开通托管", "The master pays for the member";
    }
}

words! {
    /// Which account of money is meant (`balance_type`).
    BalanceType("balance_type") {
        Debit = "BALANCE_TYPE_DEBIT": "余额账户", "Cash account";
        Credit = "BALANCE_TYPE_CREDIT": "信用账户", "Credit account";
    }

    /// The language of a text message (`sms_language`).
    SmsLanguage("sms_language") {
        Chinese = "zh-cn": "中文", "Chinese";
        English = "en-us": "英语", "English";
    }
}
