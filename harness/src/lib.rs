//! Starts whole portals, hurts them in every way while people use them, and has what is left behind judged. It
//! shares no code with the portal: what it knows is what a person, Huawei Cloud and the database know.

pub mod check;
pub mod evidence;
pub mod figures;
