//! What was billed, month by month: derived from orders and from usage, always the same way.
