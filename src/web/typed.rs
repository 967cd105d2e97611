//! What a person types to confirm: a reason, and where much is at stake the amount or a word. It says what
//! is wrong and loses nothing; what it is typed for is up to the page.

use crate::{money::Money, web::Ui};

/// The longest reason that is kept, in characters.
pub const REASON: usize = 200;

/// Above this amount of the balance, in yuan, the person types it.
pub const TYPED_ABOVE: i64 = 10_000;

/// What was typed, and what is wrong with it.
#[derive(Debug, Default, Clone)]
pub struct Typed {
    /// Why, in the person's words.
    pub reason: String,
    /// The amount, or what else had to be typed.
    pub again: String,
    /// What is wrong with the reason, or nothing.
    pub reason_wrong: String,
    /// What is wrong with what was typed again, or nothing.
    pub again_wrong: String,
}

impl Typed {
    /// As a form brought it.
    pub fn new(reason: &str, again: String) -> Self {
        Self { reason: reason.trim().to_owned(), again, ..Self::default() }
    }

    /// Says what is wrong, when this amount must have been typed and so many others must agree. Whether
    /// nothing is.
    pub fn check(&mut self, to_type: Option<Money>, approvals: i16, ui: &Ui) -> bool {
        self.check_reason(approvals > 0, ui);
        if let Some(amount) = to_type {
            let given = self.again.trim().trim_start_matches(['¥', '￥']).trim();
            if given.parse::<Money>().map(Money::rounded) != Ok(amount.rounded()) {
                self.again_wrong = Texts(ui.locale).type_wrong(&amount.to_string());
            }
        }
        self.is_right()
    }

    /// The same where a word or number must have been typed instead of an amount.
    pub fn check_word(&mut self, to_type: Option<&str>, approvals: i16, ui: &Ui) -> bool {
        self.check_reason(approvals > 0, ui);
        if let Some(word) = to_type
            && self.again.trim() != word
        {
            self.again_wrong = Texts(ui.locale).word_wrong(word);
        }
        self.is_right()
    }

    /// Whether nothing is wrong.
    pub fn is_right(&self) -> bool {
        self.reason_wrong.is_empty() && self.again_wrong.is_empty()
    }

    fn check_reason(&mut self, is_needed: bool, ui: &Ui) {
        let t = Texts(ui.locale);
        if self.reason.chars().count() > REASON {
            t.reason_long().clone_into(&mut self.reason_wrong);
        } else if self.reason.is_empty() && is_needed {
            t.reason_missing().clone_into(&mut self.reason_wrong);
        }
    }
}

/// The amount that must be typed when so much is taken from the balance.
pub fn to_type(from_balance: Money) -> Option<Money> {
    (from_balance > Money::from_fen(TYPED_ABOVE * 100)).then_some(from_balance)
}

impl Ui {
    /// Why an amount must be typed, and which.
    pub fn type_help(&self, amount: &Money) -> String {
        let above = Money::from_fen(TYPED_ABOVE * 100).to_string();
        Texts(self.locale).type_help(&above, &amount.to_string())
    }
}

crate::texts! {
    /// What is said about what was typed.
    pub struct Texts {
        reason_missing: "需要审批，请写明事由", "Say why: this needs approval";
        reason_long: "事由最多 200 个字", "At most 200 characters";
        type_help(above: &str, amount: &str): "超过 ¥{above} 时需要输入：{amount}", "Needed above ¥{above}: {amount}";
        type_wrong(amount: &str): "与金额不符，请输入 {amount}", "Not the amount: type {amount}";
        word_wrong(word: &str): "请输入 {word}", "Type {word}";
    }
}
