//! The codes of enterprise accounts: members, transfers, text messages, real names.

use super::{codes, words};

codes! {
    /// Who pays for a member (`financial_custody`).
    FinancialCustody("financial_custody") {
        Independent = 0: "不开通", "The member keeps its own finances";
        InCustody = 1: "开通托管", "The master pays for the member";
    }

    /// Where a member is in its life (`sub_account_status`). A member that is made begins below "normal".
    MemberStatus("sub_account_status") {
        Normal = 1: "正常", "Normal";
        BeingCreated = 2: "创建中", "Being created";
        BeingClosed = 3: "关闭中", "Being closed";
        Closed = 4: "已关闭", "Closed";
        Registering = 101: "注册中", "Registering";
        AwaitingActivation = 102: "待激活", "Awaiting activation";
    }

    /// How a member belongs to its master (`sub_customer_association_type`).
    Association("sub_customer_association_type") {
        SameLegalEntity = 1: "同一法人", "Same legal entity";
    }

    /// How deep an organisation is told (`recursive_query`).
    Depth("recursive_query") {
        Children = 0: "不递归", "Direct children only";
        Subtree = 1: "递归", "The whole subtree";
    }

    /// How the name of a member is compared (`fuzzy_query`).
    NameMatch("fuzzy_query") {
        Exact = 0: "精确", "Exact";
        Part = 1: "模糊", "Part of the name";
    }

    /// How far the check of a real name has come (`verified_status`).
    VerifiedStatus("verified_status") {
        NotVerified = -1: "未认证", "Not verified";
        UnderReview = 0: "审核中", "Under review";
        Rejected = 1: "不通过", "Rejected";
        Verified = 2: "已认证", "Verified";
    }

    /// As what an account is verified (`verified_type`).
    VerifiedType("verified_type") {
        Person = 0: "个人", "Person";
        Enterprise = 1: "企业", "Enterprise";
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

    /// What a text message says beside its code (`sms_template_key`).
    SmsTemplateKey("sms_template_key") {
        MemberName = "sub_customer_name": "子账号名", "Name of the member";
    }

    /// What a master may do with a member (`sub_account_permission`). These are the three that custody
    /// of its money brings; Huawei has more, which no document that we have names.
    MemberPermission("sub_account_permission") {
        ReadFinances = "READ_FINANCE_INFO": "查看财务", "See its finances";
        ReadBills = "READ_CONSUME_BILL": "查看消费", "See its bills";
        ShareDiscounts = "SHARE-BIZ-DISCOUNT-TO-SUB": "共享折扣", "Share commercial discounts with it";
    }

    /// Whether a member is told at the telephone of its master (`use_pri_mobile_phone`).
    MastersPhone("use_pri_mobile_phone") {
        Yes = "Y": "是", "Yes";
        No = "N": "否", "No";
    }
}
