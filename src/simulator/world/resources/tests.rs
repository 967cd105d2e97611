//! The rules of resources, tried without HTTP.
