//! Resource packages that nobody ordered: gifts of the software development service.

use super::{
    super::world::{
        Kind, World,
        dice::Dice,
        packages::{GIFTS, Gift},
        services::REGIONS,
        times::{DAY, HOUR},
    },
    Seed,
};

/// Gives an account its gifts.
pub(super) fn give(world: &mut World, account: usize, seed: Seed) {
    let mut dice = Dice::new(seed.number ^ 0x91F7 ^ ((account as u64) << 32));
    // Which gift, and from and until how many days after the start.
    let gifts: &[(usize, i64, i64)] = match world.accounts[account].kind {
        Kind::Master => &[(0, -200, 165), (1, -45, 320), (2, -400, 330), (3, 12, 377), (0, -500, -135)],
        Kind::Ordinary => &[(1, -20, 345)],
        Kind::Member => &[],
    };
    world.accounts[account].packages.gifts = gifts
        .iter()
        .map(|(nth, from, until)| Gift {
            id: super::uuid(&mut dice),
            goods: &GIFTS[*nth],
            region: REGIONS[dice.roll(REGIONS.len() as u64) as usize],
            effective: (seed.start + from * DAY + 2 * HOUR) / 1_000 * 1_000,
            expires: (seed.start + until * DAY) / 1_000 * 1_000,
        })
        .collect();
}
