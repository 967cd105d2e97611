//! The portal in a real browser: one journey from sign-in to a paid order, and a tour of every page
//! in both languages, light and dark, wide and narrow. Pictures are saved into `screenshots/`.

mod journey;
mod support;
mod tour;
