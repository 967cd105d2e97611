//! Stored-value cards: what is left on them, and how they pay beside coupons.

use super::{
    Account, Fen, Refusal,
    dice::share,
    orders::Payment,
    refuse,
    times::{Millis, Versions},
};

/// The type code of a card in a payment.
pub(crate) const PAY_TYPE: i64 = 303;

/// A stored-value card.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) face: Fen,
    pub(crate) effective: Millis,
    pub(crate) expires: Millis,
    /// What is left on it.
    pub(crate) balance: Versions<Fen>,
}

impl Card {
    /// What it can pay at a moment.
    pub(crate) fn worth(&self, at: Millis) -> Fen {
        if self.effective <= at && at < self.expires { *self.balance.last() } else { 0 }
    }

    /// Takes an amount.
    pub(crate) fn spend(&mut self, at: Millis, amount: Fen) {
        self.balance.put(at, self.balance.last() - amount);
    }

    /// Puts back what an order took, and answers how much that was: nothing once the card has expired.
    pub(crate) fn give_back(&mut self, at: Millis, amount: Fen) -> Fen {
        let back = if at < self.expires { amount.min(self.face - self.balance.last()).max(0) } else { 0 };
        if back > 0 {
            self.balance.put(at, self.balance.last() + back);
        }
        back
    }
}

impl Account {
    /// The positions of the wished cards, each usable by itself; when a payment is made `again`, also
    /// those that the first one used up.
    pub(super) fn chosen_cards(
        &self,
        wished: &[(String, i64)],
        at: Millis,
        again: bool,
    ) -> Result<Vec<usize>, Refusal> {
        let wished = wished.iter().filter(|(_, pay_type)| *pay_type == PAY_TYPE);
        wished
            .map(|(id, _)| {
                let nth = self
                    .cards
                    .iter()
                    .position(|card| card.id == *id)
                    .ok_or_else(|| refuse("CBC.0100", format!("The card {id} does not exist.")))?;
                if self.cards[nth].worth(at) <= 0 && !again {
                    let text = format!("The card {id} has been used or is not usable.");
                    return Err(refuse("CBC.99003112", text));
                }
                Ok(nth)
            })
            .collect()
    }
}

/// Lets cards pay what discounts and coupons leave of each line; they are noted behind the coupons.
pub(super) fn pay_with(cards: &[&Card], mut left: Vec<Fen>, payment: &mut Payment) {
    payment.cards = vec![0; left.len()];
    for card in cards {
        let amount = card.worth(payment.at).min(left.iter().sum());
        let parts = share(amount, &left);
        for ((left, paid), part) in left.iter_mut().zip(&mut payment.cards).zip(parts) {
            *left -= part;
            *paid += part;
        }
        payment.coupons.push((card.id.clone(), amount));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(balance: Fen) -> Card {
        Card {
            id: "userSVCId1".to_owned(),
            name: "储值卡".to_owned(),
            face: 1_000,
            effective: 10,
            expires: 100,
            balance: Versions::new(0, balance),
        }
    }

    #[test]
    fn a_card_pays_while_it_is_valid_and_takes_back_at_most_what_it_was_worth() {
        let mut card = card(700);
        assert_eq!((card.worth(9), card.worth(10), card.worth(100)), (0, 700, 0));
        card.spend(20, 500);
        assert_eq!((*card.balance.at(19), *card.balance.at(20)), (700, 200));
        assert_eq!(card.give_back(30, 900), 800);
        assert_eq!(card.give_back(100, 10), 0);
    }

    #[test]
    fn cards_pay_line_by_line_one_after_another() {
        let (one, two) = (card(300), card(900));
        let mut payment = Payment { at: 50, ..Payment::default() };
        pay_with(&[&one, &two], vec![400, 100], &mut payment);
        assert_eq!(payment.cards, [400, 100]);
        let taken: Vec<Fen> = payment.coupons.iter().map(|(_, amount)| *amount).collect();
        assert_eq!(taken, [300, 200]);
    }
}
