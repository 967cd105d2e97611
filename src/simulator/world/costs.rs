//! Costs: bills spread over the months that they are for, grouped and filtered.
