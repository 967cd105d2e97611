//! What somebody does in Huawei's own console, beside the program that uses the API. The rules are the
//! same; only the person waits until what runs is done.

use super::{
    super::{Cause, Refusal, World, refuse},
    judge::Group,
    unsubscribe::What,
};

impl World {
    /// Renews what an order bought, for a month, and pays for it. Answers the new order's id.
    pub(crate) fn renew_in_console(
        &mut self,
        cause: &Cause,
        account: usize,
        base: u32,
    ) -> Result<String, Refusal> {
        let groups = self.groups_in_console(cause, account, base)?;
        let (_, id) = self.order_renewal(cause, account, &groups, (2, 1));
        let wish = self.best_wish(account, &id);
        self.pay(cause, account, &wish)?;
        Ok(id)
    }

    /// Unsubscribes what an order bought. Answers the new order's id.
    pub(crate) fn unsubscribe_in_console(
        &mut self,
        cause: &Cause,
        account: usize,
        base: u32,
    ) -> Result<String, Refusal> {
        let groups = self.groups_in_console(cause, account, base)?;
        Ok(self.give_up(cause, account, &groups, What::Resource))
    }

    /// Everything of a purchase that is still there and that no unpaid order holds.
    fn groups_in_console(&self, cause: &Cause, account: usize, base: u32) -> Result<Vec<Group>, Refusal> {
        let at = self.judged_at(cause);
        let provided = self.provided_by(account, base, at);
        let mains = provided.iter().filter(|resource| resource.parent.is_none());
        let groups: Vec<Group> = mains.filter_map(|main| self.group(account, &main.id, at).ok()).collect();
        if groups.is_empty() {
            return Err(refuse("CBC.99003012", "The resource is not in use."));
        }
        Ok(groups)
    }
}
