//! The parts of a credit line: one without an end, and others that are granted until some day. What is
//! used is taken from what ends first.

use super::{
    super::{Fen, World, balances::Balances, times::Millis},
    Side,
};

/// A part of a credit line that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) expires: Millis,
    pub(crate) line: Fen,
}

/// A part of a credit line, with what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CreditRow {
    pub(crate) expires: Option<Millis>,
    pub(crate) line: Fen,
    pub(crate) left: Fen,
}

/// The parts of a credit line, what ends first first and what never ends last.
pub(crate) fn rows(has: &Balances, dated: &[Dated]) -> Vec<CreditRow> {
    let mut dated = dated.to_vec();
    dated.sort_by_key(|part| part.expires);
    let endless = has.credit_limit - dated.iter().map(|part| part.line).sum::<Fen>();
    let mut used = has.credit_used;
    dated
        .into_iter()
        .map(|part| (Some(part.expires), part.line))
        .chain([(None, endless)])
        .filter(|(_, line)| *line > 0)
        .map(|(expires, line)| {
            let taken = used.min(line);
            used -= taken;
            CreditRow { expires, line, left: line - taken }
        })
        .collect()
}

/// Makes a part of a line longer or shorter.
pub(crate) fn lengthen(dated: &mut Vec<Dated>, expires: Millis, by: Fen) {
    match dated.iter_mut().find(|part| part.expires == expires) {
        Some(part) => part.line += by,
        None => dated.push(Dated { expires, line: by }),
    }
    dated.retain(|part| part.line > 0);
}

/// Changes the line; what is used above it becomes debt.
pub(crate) fn set_line(has: &mut Balances, line: Fen) {
    has.credit_limit = line;
    let above = (has.credit_used - line).max(0);
    has.credit_used -= above;
    has.debt += above;
}

impl World {
    /// When the next part of a credit line ends, if that is by now.
    pub(crate) fn next_end_of_credit(&self, now: Millis) -> Option<Millis> {
        let ends = self.credit_sides().flat_map(|side| self.dated_of(side)).map(|part| part.expires);
        ends.min().filter(|end| *end <= now)
    }

    /// Ends the parts of the credit lines that are granted until this moment.
    pub(crate) fn end_credit(&mut self, end: Millis) {
        for side in self.credit_sides() {
            let mut dated = self.dated_of(side).to_vec();
            let gone: Fen = dated.iter().filter(|part| part.expires == end).map(|part| part.line).sum();
            if gone == 0 {
                continue;
            }
            dated.retain(|part| part.expires != end);
            let mut has = *self.money_of(side).last();
            let line = has.credit_limit - gone;
            set_line(&mut has, line);
            self.money_of_mut(side).put(end, has);
            self.set_dated(side, end, dated);
        }
    }

    fn credit_sides(&self) -> impl Iterator<Item = Side> + use<> {
        [Side::Master].into_iter().chain((0..self.enterprise.members.len()).map(Side::Member))
    }

    /// The parts of a line that end, as they are now.
    pub(super) fn dated_of(&self, side: Side) -> &[Dated] {
        match side {
            Side::Master => self.enterprise.dated.last(),
            Side::Member(at) => self.enterprise.members[at].dated.last(),
        }
    }

    pub(super) fn set_dated(&mut self, side: Side, at: Millis, dated: Vec<Dated>) {
        match side {
            Side::Master => self.enterprise.dated.put(at, dated),
            Side::Member(member) => self.enterprise.members[member].dated.put(at, dated),
        }
    }

    /// The parts of a credit line as they were known at a moment.
    pub(crate) fn credit_rows(&self, side: Side, at: Millis) -> Vec<CreditRow> {
        let dated = match side {
            Side::Master => self.enterprise.dated.at(at),
            Side::Member(member) => self.enterprise.members[member].dated.at(at),
        };
        rows(self.money_of(side).at(at), dated)
    }
}
