//! The dictionaries of products: service and resource types, usage types, units and their conversions.
