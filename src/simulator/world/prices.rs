//! What things cost: pay-per-use, by the term, and renewals. An order of the same thing costs the same, and
//! can use the same discounts.

use std::collections::BTreeMap;

use super::{
    Fen, Refusal, World, dice::Dice, discounts::Offer, refuse, services::REGIONS, shape::Line, times::Millis,
};

pub(crate) mod period;
pub(crate) mod quotes;
pub(crate) mod renewal;
pub(crate) mod standing;
pub(crate) mod usage;

#[cfg(test)]
mod tests;

/// A discount that an inquiry offers, with what it takes off each line.
pub(crate) struct Offered {
    pub(crate) offer: Offer,
    /// 605 or 607.
    pub(crate) kind: u16,
    pub(crate) names: [&'static str; 2],
    pub(crate) off: Vec<Fen>,
    /// Whether no other takes off more.
    pub(crate) best: bool,
}

impl World {
    /// The discounts that an account may choose when it pays for these lines.
    pub(crate) fn offers_for(&self, account: usize, lines: &[Line], at: Millis) -> Vec<Offer> {
        self.offered(account, lines, at).into_iter().map(|offered| offered.offer).collect()
    }

    /// The same with what they take off. Among equal ones the commercial discount is the best, as documented.
    pub(crate) fn offered(&self, account: usize, lines: &[Line], at: Millis) -> Vec<Offered> {
        let mut offered: Vec<Offered> = self
            .standing(account, at)
            .into_iter()
            .filter_map(|standing| {
                let offer = standing.offer(lines)?;
                let off = offer.reductions(lines);
                Some(Offered { offer, kind: standing.kind, names: standing.names, off, best: false })
            })
            .collect();
        let most = offered.iter().map(|offered| offered.off.iter().sum::<Fen>()).max();
        if let Some(best) = offered.iter_mut().find(|offered| Some(offered.off.iter().sum()) == most) {
            best.best = true;
        }
        offered
    }

    /// The project of an account that is named like the region, as every account has one in each.
    pub(crate) fn region_project(&self, account: usize, region: usize) -> String {
        Dice::new(self.seed ^ 0x0009_2017 ^ ((account as u64) << 24) ^ ((region as u64) << 16)).hex(32)
    }

    /// The same by the region's name.
    pub(crate) fn project_in(&self, account: usize, region: &str) -> String {
        let at = REGIONS.iter().position(|there| *there == region).unwrap_or_default();
        self.region_project(account, at)
    }

    /// All of them by their region.
    pub(crate) fn region_projects(&self, account: usize) -> BTreeMap<&'static str, String> {
        REGIONS.iter().enumerate().map(|(at, region)| (*region, self.region_project(account, at))).collect()
    }

    /// Whether the project is one of the account's, and of these regions where the rules want that.
    fn check_project(&self, account: usize, project: &str, regions: &[&str]) -> Result<(), Refusal> {
        let unknown = || refuse("CBC.0100", "The parameter project_id is incorrect.");
        let projects = self.region_projects(account);
        let (region, _) = projects.iter().find(|(_, id)| *id == project).ok_or_else(unknown)?;
        let fits = !self.settings.inquiry_project_of_region || regions.iter().all(|there| there == region);
        if fits { Ok(()) } else { Err(unknown()) }
    }

    /// The most that an inquiry may come to.
    fn inquiry_max(&self) -> i128 {
        i128::from(self.settings.inquiry_yuan_max) * 100
    }
}

fn too_much() -> Refusal {
    refuse("CBC.99006055", "The result of the inquiry is above the maximum.")
}
