//! The money journal: every call to Huawei that moves money or changes what was bought goes through
//! here. Intent written and committed, sent once, outcome recorded, unknown outcomes asked about and
//! never guessed. It knows nothing of what a kind of operation means; features bring that.

mod accounts;
mod answer;
mod chance;
mod desk;
mod intent;
mod journal;
mod kind;
mod note;
mod own_order;
mod perform;
mod reading;
mod reconcile;
mod run;
mod seal;
mod state;
mod store;
mod timings;

pub use accounts::Accounts;
pub use answer::{CONSEQUENCES, Consequence, consequence};
pub use chance::Chance;
pub use desk::{ActError, Desk, SubmitError};
pub use intent::{Confirmed, Intent, OperationId, Target, TransKey};
pub use journal::{
    Answered, Arming, Attempt, Change, Claimed, Counted, Fault, Judgement, Operation, Outcome, Planned,
    Store, Submitted, Verdict, Vote,
};
pub use kind::{Difference, Kind, Preflight, Registry, Sent, Sighting, Upstream};
pub use note::Note;
pub use own_order::{OwnOrder, SeenOrder, Wanted, is_bound, own_from, own_order};
pub use perform::Performer;
pub use reading::{Approval, Event, Filter, FormMade, Part, PartOf, Reading, Review, Stop, Story};
pub use reconcile::{Reconciler, decide};
pub use run::{Bell, OnOpen, Running, Setup, start};
pub use seal::Seals;
pub use state::{NoState, State, TRANSITIONS, Transition};
pub use store::PgStore;
pub use timings::Timings;
