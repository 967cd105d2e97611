//! The people around the portals: they ask, ask twice, ask together, agree, refuse, take back, look again, judge,
//! and act in Huawei's own console. Everything goes through the real desk of some portal.

use bss_portal::{
    i18n::Locale,
    identity::access::{Actor, Role, Scope},
    operations::{Intent, OperationId, State, Store as _, Story, SubmitError},
};
use uuid::Uuid;

use crate::{
    engine::{At, OUTSIDE, SECOND},
    portal::{ACCOUNT, Door, World},
    record::Form,
    upstream::{CONSOLE_USER, What, yuan},
    wire::lock,
    wishes::{OTHERS, Wish},
};

/// Until when people begin something new.
const LAST_ACT: At = 2_700 * SECOND;
/// The orders and resources that a history begins with.
const ORDERS: [&str; 3] = ["CS00001", "CS00002", "CS00003"];
const RESOURCES: [&str; 2] = ["ecs-1", "ecs-2"];

/// How fast somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Usual,
    Hurried,
}

fn person(name: &str, role: Role) -> Actor {
    let number = name.bytes().fold(0_u128, |sum, byte| sum * 256 + u128::from(byte));
    Actor {
        id: Uuid::from_u128(number),
        username: name.to_owned(),
        role,
        all_accounts: Scope::of([ACCOUNT]),
        scope: Scope::of([ACCOUNT]),
        locale: Locale::En,
    }
}

const MAKERS: [&str; 3] = ["chen", "li", "zhao"];
const CHECKERS: [&str; 3] = ["sun", "wu", "zhou"];

impl World {
    /// Fills the account and sets everybody to work.
    pub(crate) fn populate(&self) {
        let sim = &self.sim;
        {
            let mut upstream = lock(&self.upstream);
            for id in ORDERS {
                let price = sim.pick(&[10_000, 10_000, 89_999, 89_999, 89_999, 150_000, 150_000, 6_000_000]);
                let minutes = sim.pick(&[None, None, None, Some(25), Some(45), Some(70)]);
                upstream.order(id, price, minutes.map(|minutes| minutes * 60 * SECOND));
            }
            for id in RESOURCES.iter().chain(&OTHERS) {
                upstream.resource(id);
            }
        }
        let (many, more) = (sim.draw(4..=9), sim.draw(0..=4));
        for n in 0..many + more {
            let at = sim.draw(0..=LAST_ACT);
            let wish = if n < many { self.wish() } else { self.wish_of_others() };
            let world = self.clone();
            sim.spawn(OUTSIDE, format!("person{}", n + 1), async move {
                world.sim.sleep(OUTSIDE, at).await;
                world.act(wish).await;
            });
        }
        for name in CHECKERS {
            let world = self.clone();
            sim.spawn(OUTSIDE, name, async move { world.check(name).await });
        }
        for n in 0..3 {
            if sim.chance(sim.faults().console) {
                let (at, world) = (sim.draw(0..=LAST_ACT), self.clone());
                sim.spawn(OUTSIDE, format!("console{}", n + 1), async move {
                    world.sim.sleep(OUTSIDE, at).await;
                    world.in_the_console();
                });
            }
        }
    }

    fn wish(&self) -> Wish {
        let sim = &self.sim;
        let resource = sim.pick(&RESOURCES);
        match sim.draw(0..=99) {
            0..=24 => return Wish::Renew(vec![resource]),
            25..=44 => return Wish::Unsubscribe(vec![resource]),
            _ => {}
        }
        let mut order = sim.pick(&ORDERS).to_owned();
        if sim.chance(0.05) {
            // Huawei does not regard the case of ids.
            order = order.to_lowercase();
        }
        if sim.chance(0.75) { Wish::Pay(order) } else { Wish::Cancel(order) }
    }

    /// Somebody does what they came for, with all the ways people have of doing things twice.
    async fn act(&self, wish: Wish) {
        let sim = &self.sim;
        let name = sim.pick(&MAKERS);
        if sim.chance(0.3) {
            let (world, wish) = (self.clone(), wish.clone());
            let other = if sim.chance(0.5) { name } else { sim.pick(&MAKERS) };
            let wait = sim.pick(&[0, 5, 60, 900]) * SECOND;
            sim.spawn(OUTSIDE, format!("{other} too"), async move {
                world.sim.sleep(OUTSIDE, wait).await;
                world.ask(other, &wish, Pace::Usual).await;
            });
        }
        if let Wish::Renew(resources) = &wish
            && sim.chance(0.4)
        {
            return self.renew_again(name, resources).await;
        }
        let made =
            self.ask(name, &wish, Pace::Usual).await.and_then(|story| story.operation.upstream_order_id);
        if let (Wish::Renew(_), Some(order)) = (wish, made) {
            // Whoever ordered a renewal pays it, mostly, or thinks better of it.
            let next = if sim.chance(0.7) { Wish::Pay(order) } else { Wish::Cancel(order) };
            self.ask(name, &next, Pace::Usual).await;
        }
    }

    /// Orders a renewal, cancels it at once, and orders another one, and so on: orders that look alike within
    /// a minute.
    async fn renew_again(&self, name: &'static str, resources: &[&'static str]) {
        for _ in 0..4 {
            let made = self.ask(name, &Wish::Renew(resources.to_vec()), Pace::Hurried).await;
            let Some(order) = made.and_then(|story| story.operation.upstream_order_id) else { return };
            self.ask(name, &Wish::Cancel(order), Pace::Hurried).await;
        }
    }

    /// Looks at a page, fills in its form, posts it, and sees what becomes of it.
    async fn ask(&self, name: &'static str, wish: &Wish, pace: Pace) -> Option<Story> {
        let sim = &self.sim;
        let actor = person(name, Role::Finance);
        let key = Uuid::from_u64_pair(sim.draw(0..=u64::MAX), sim.draw(0..=u64::MAX));
        let intent = self.form(wish, pace, key)?;
        let (thinks, looks) = match pace {
            Pace::Usual => (SECOND..=90 * SECOND, 20 * SECOND..=240 * SECOND),
            Pace::Hurried => (SECOND..=3 * SECOND, 2 * SECOND..=5 * SECOND),
        };
        sim.sleep(OUTSIDE, sim.draw(thinks)).await;
        if sim.chance(0.5) {
            // Double click, or a reload.
            let (world, actor, intent) = (self.clone(), actor.clone(), intent.clone());
            let wait = sim.pick(&[0, 50, 1_000, 30_000, 300_000]) * SECOND / 1_000;
            sim.spawn(OUTSIDE, format!("{name} again"), async move {
                world.sim.sleep(OUTSIDE, wait).await;
                world.post(&actor, &intent, key).await;
            });
        }
        let mut id = self.post(&actor, &intent, key).await?;
        if sim.chance(0.08) {
            sim.sleep(OUTSIDE, sim.draw(0..=60 * SECOND)).await;
            self.at_a_door(async |door| door.desk.cancel(&actor, id).await.is_ok()).await;
        }
        // Watches it until it has ended; posts the form again when it has vanished.
        for _ in 0..60 {
            sim.sleep(OUTSIDE, sim.draw(looks.clone())).await;
            if sim.chance(0.1) && !sim.is_healed() {
                self.at_a_door(async |door| door.desk.check_now(&actor, id).await.is_ok()).await;
            }
            let Some(Ok(story)) = self.look(&actor, id).await else { continue };
            let Some(story) = story else {
                sim.count("forms posted again after a recovery");
                id = self.post(&actor, &intent, key).await?;
                continue;
            };
            lock(&self.record).saw(id, story.operation.state);
            let waits = story.operation.held_until.is_some_and(|until| until > sim.utc());
            if waits && sim.chance(0.2) {
                // On second thoughts.
                self.at_a_door(async |door| door.desk.cancel(&actor, id).await.is_ok()).await;
            }
            if story.operation.state.is_final() {
                return Some(story);
            }
        }
        None
    }

    /// Looks at an operation's page.
    async fn look(
        &self,
        actor: &Actor,
        id: OperationId,
    ) -> Option<Result<Option<Story>, bss_portal::operations::Fault>> {
        self.at_a_door(async |door| door.store.story(&actor.all_accounts, id).await).await
    }

    /// Does something at some portal. `None` when there is none, or it died meanwhile.
    async fn at_a_door<T>(&self, act: impl AsyncFnOnce(&Door) -> T) -> Option<T> {
        let door = self.doors.any(&self.sim)?;
        self.sim.served_by(door.process, act(&door)).await
    }

    /// Posts a form, again and again while no answer comes, until patience ends.
    async fn post(&self, actor: &Actor, intent: &Intent, key: Uuid) -> Option<OperationId> {
        let sim = &self.sim;
        let form = Form { person: actor.id, key };
        for _ in 0..6 {
            lock(&self.record).carries(sim.task(), form);
            let submit = async |door: &Door| door.desk.submit(actor, intent.clone()).await;
            match self.at_a_door(submit).await {
                Some(Ok(id)) => {
                    lock(&self.record).answers.push((form, id));
                    return Some(id);
                }
                Some(Err(SubmitError::Unavailable(_))) | None => {}
                Some(Err(error)) => {
                    sim.note(format_args!("refused: {error}"));
                    return None;
                }
            }
            if sim.chance(0.2) {
                return None;
            }
            sim.sleep(OUTSIDE, sim.draw(SECOND..=60 * SECOND)).await;
        }
        None
    }

    /// Somebody who agrees to what others asked for, and judges what the journal cannot.
    async fn check(&self, name: &'static str) {
        let sim = &self.sim;
        let actor = person(name, Role::Approver);
        loop {
            let span = if sim.is_healed() { 20 } else { 240 };
            sim.sleep(OUTSIDE, sim.draw(10 * SECOND..=span * SECOND)).await;
            let waiting: Vec<(OperationId, State, Vec<u8>, Uuid)> = {
                let database = lock(&self.database);
                let wait = |state| matches!(state, State::PendingApproval | State::NeedsReview);
                let rows = database.journal.operations().map(|row| &row.operation);
                rows.filter(|operation| wait(operation.state))
                    .map(|o| (o.id, o.state, o.payload_sha256.clone(), o.requester_id))
                    .collect()
            };
            for (id, state, sha256, maker) in waiting {
                if state == State::PendingApproval {
                    self.vote(&actor, id, &sha256, maker).await;
                } else if !sim.is_healed() || sim.chance(0.3) {
                    self.judge(&actor, id).await;
                }
            }
            if lock(&self.database).journal.stops().next().is_some() {
                let admin = person("admin", Role::Admin);
                self.at_a_door(async |door| door.desk.resume(&admin, ACCOUNT).await.is_ok()).await;
            }
        }
    }

    async fn vote(&self, actor: &Actor, id: OperationId, sha256: &[u8], maker: Uuid) {
        let sim = &self.sim;
        let roll = if sim.is_healed() { 99 } else { sim.draw(0..=99) };
        let mut record = None;
        if roll < 10 {
            // Whoever asked for it was made a checker since, and tries.
            let own = Actor { id: maker, ..actor.clone() };
            let done = self.at_a_door(async |door| door.desk.approve(&own, id, sha256).await.is_ok()).await;
            record = done.filter(|done| *done).map(|_| "its maker agreed to it");
        } else if roll < 20 {
            let other = [0; 32];
            let done = self.at_a_door(async |door| door.desk.approve(actor, id, &other).await.is_ok()).await;
            record = done.filter(|done| *done).map(|_| "something else was agreed to");
        } else if roll < 25 {
            self.at_a_door(async |door| door.desk.reject(actor, id, sha256, "no").await.is_ok()).await;
        } else {
            self.at_a_door(async |door| door.desk.approve(actor, id, sha256).await.is_ok()).await;
        }
        if let Some(what) = record {
            let mut record = lock(&self.record);
            let name = record.name(id);
            record.broken("I12", format!("{name}: {what}"));
        }
    }

    /// Looks in Huawei's console and says what is there.
    async fn judge(&self, actor: &Actor, id: OperationId) {
        let executed = {
            let record = lock(&self.record);
            let upstream = lock(&self.upstream);
            let database = lock(&self.database);
            let Some(row) = database.journal.operation(id) else { return };
            let what = What::wanted_by(&row.operation.kind);
            upstream.ledger.iter().any(|effect| {
                let own = effect.post.and_then(|post| record.posts[post].operation) == Some(id);
                let any = effect.post.is_none() && matches!(what, What::Pay | What::Cancel);
                let here = effect.key.eq_ignore_ascii_case(&row.operation.subject);
                (own || (any && here)) && effect.what == what
            })
        };
        self.at_a_door(async |door| door.desk.judge(actor, id, executed, "looked").await.is_ok()).await;
    }

    /// Somebody does something in Huawei's own console.
    fn in_the_console(&self) {
        let sim = &self.sim;
        let order = sim.pick(&ORDERS);
        let resource = sim.pick(&RESOURCES);
        let (now, lag) = (sim.now(), sim.draw(SECOND..=20 * SECOND));
        match sim.draw(0..=7) {
            0 | 1 => {
                sim.note(format_args!("pays {order}"));
                if lock(&self.upstream).orders[order].status(now).0 == 6 {
                    lock(&self.upstream).pay(order, None, now, lag);
                }
            }
            2 => {
                sim.note(format_args!("cancels {order}"));
                lock(&self.upstream).cancel(order, None, now);
            }
            3 => {
                let price = sim.pick(&[9_900, 20_000, 120_000]);
                sim.note(format_args!("{order} now costs {}", yuan(price)));
                lock(&self.upstream).reprice(order, price, now);
            }
            4 | 5 => {
                sim.note(format_args!("renews {resource}"));
                lock(&self.upstream).renew(&[resource], None, CONSOLE_USER, now);
            }
            _ => {
                sim.note(format_args!("unsubscribes {resource}"));
                lock(&self.upstream).unsubscribe(&[resource], None, CONSOLE_USER, (now, lag));
            }
        }
    }
}
