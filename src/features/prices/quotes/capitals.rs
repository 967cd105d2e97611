//! An amount in Chinese capitals, as sheets for finance write it beside the digits. It rounds to fen.

use crate::money::Money;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 4] = ["", "万", "亿", "兆"];

/// The amount in capitals: 壹佰贰拾叁元肆角伍分. Nothing for one too large to be written so.
pub fn capitals(amount: Money) -> String {
    let amount = amount.rounded();
    let fen = (amount.abs().decimal() * rust_decimal::Decimal::ONE_HUNDRED).trunc();
    let Ok(fen) = u64::try_from(fen) else { return String::new() };
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut text = String::from(if amount.is_negative() { "负" } else { "" });
    if yuan > 0 {
        let Some(whole) = whole(yuan) else { return String::new() };
        text.push_str(&whole);
        text.push('元');
    }
    match (jiao, fen) {
        (0, 0) if yuan == 0 => text.push_str("零元整"),
        (0, 0) => text.push('整'),
        (jiao, fen) => {
            if jiao > 0 {
                text.push(digit(jiao));
                text.push('角');
            } else if yuan > 0 {
                text.push('零');
            }
            if fen > 0 {
                text.push(digit(fen));
                text.push('分');
            } else {
                text.push('整');
            }
        }
    }
    text
}

fn digit(number: u64) -> char {
    DIGITS[usize::try_from(number % 10).unwrap_or_default()]
}

/// A whole number above 0, in groups of four digits.
fn whole(number: u64) -> Option<String> {
    let mut text = String::new();
    let mut is_gap = false;
    for (at, unit) in GROUPS.iter().enumerate().rev() {
        let group = number / 10_u64.pow(u32::try_from(at * 4).ok()?) % 10_000;
        if at == GROUPS.len() - 1 && number / 10_u64.pow(u32::try_from(at * 4).ok()?) > 9_999 {
            return None;
        }
        for (place, name) in PLACES.iter().enumerate().rev() {
            let figure = group / 10_u64.pow(u32::try_from(place).ok()?) % 10;
            if figure == 0 {
                is_gap = !text.is_empty();
                continue;
            }
            if is_gap {
                text.push('零');
            }
            is_gap = false;
            text.push(digit(figure));
            text.push_str(name);
        }
        if group > 0 {
            text.push_str(unit);
            is_gap = false;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_accountants_write_them() {
        for (amount, words) in [
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("1.05", "壹元零伍分"),
            ("123.45", "壹佰贰拾叁元肆角伍分"),
            ("10", "壹拾元整"),
            ("1001", "壹仟零壹元整"),
            ("10010.20", "壹万零壹拾元贰角整"),
            ("100000", "壹拾万元整"),
            ("100000000", "壹亿元整"),
            ("100000001", "壹亿零壹元整"),
            ("107000053.125", "壹亿零柒佰万零伍拾叁元壹角贰分"),
            ("-3.00", "负叁元整"),
        ] {
            let money: Money = amount.parse().expect("an amount");
            assert_eq!(capitals(money), words, "{amount}");
        }
    }
}
