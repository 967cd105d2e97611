//! The portal in a real browser: one journey from sign-in to a paid order, and a tour of every page
//! in both languages, light and dark, wide and narrow; every state of an operation; two people who close
//! one. Pictures are saved into `screenshots/`.

mod gallery;
mod journey;
mod resources;
mod review;
#[expect(unused_imports, reason = "the tests of the portal use more of it")]
#[path = "../portal/support/mod.rs"]
mod stages;
mod support;
mod tour;
