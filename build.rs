//! Compiles the portal again when a migration is added: the macro that reads them cannot say so.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
