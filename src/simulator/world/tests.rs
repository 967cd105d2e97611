//! The rules, tried without HTTP.
