//! Stored-value cards of each account: whole, begun, used up and expired ones.

use super::{
    super::world::{
        Fen, Kind, World,
        cards::Card,
        dice::Dice,
        times::{DAY, HOUR, Millis, Versions},
    },
    Seed,
};

/// Gives an account its cards.
pub(super) fn give(world: &mut World, account: usize, seed: Seed) {
    let mut dice = Dice::new(seed.number ^ 0xCA_2D ^ ((account as u64) << 32));
    let mut card = |name: &str, face: Fen, left: Fen, valid: i64| {
        let age = 20 + dice.roll(100).cast_signed();
        let effective: Millis = (seed.start - age * DAY - 3 * HOUR) / 1_000 * 1_000;
        Card {
            id: format!("userSVCId{}", 2_000_000_000 + dice.roll(1_000_000_000)),
            name: name.to_owned(),
            face,
            effective,
            expires: effective + valid * DAY,
            balance: Versions::new(0, left),
        }
    };
    let mut cards = match world.accounts[account].kind {
        Kind::Master => vec![
            card("企业储值卡5000元", 500_000, 500_000, 730),
            card("企业储值卡2000元", 200_000, 86_450, 730),
            card("活动储值卡1000元", 100_000, 100_000, 365),
            card("活动储值卡500元", 50_000, 0, 365),
            card("体验储值卡100元", 10_000, 4_000, 10),
        ],
        Kind::Ordinary => {
            vec![card("活动储值卡200元", 20_000, 20_000, 365), card("活动储值卡100元", 10_000, 0, 365)]
        }
        Kind::Member => Vec::new(),
    };
    if seed.hostile {
        cards.push(card("<script>alert('card')</script>", 1_000, 1_000, 365));
    }
    world.accounts[account].cards = cards;
}
