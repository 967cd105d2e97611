//! The settings file. Its plain settings become the defaults of the flags with the same names, so
//! that flags and environment stay stronger and every value is checked in one place.

use std::{fs, io::Read, os::unix::fs::MetadataExt, path::Path};

use anyhow::{Context, Result, bail, ensure};
use clap::{Arg, Command};
use toml::{Table, Value};

use super::Secrets;

pub(super) struct File {
    settings: Table,
    pub(super) secrets: Secrets,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut file = fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
        let mode = file.metadata()?.mode();
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(|| format!("reading {}", path.display()))?;
        let (this, has_secrets) = Self::parse(&text).with_context(|| format!("in {}", path.display()))?;
        if has_secrets && mode & 0o077 != 0 && !super::is_a_credential(path) {
            bail!(
                "{} holds secrets and others may read it (mode {:o}): run `chmod 600 {}`",
                path.display(),
                mode & 0o777,
                path.display()
            );
        }
        Ok(this)
    }

    /// The file, and whether there are secrets in it.
    pub(super) fn parse(text: &str) -> Result<(Self, bool)> {
        // The parser's own message quotes the line, which may hold a secret.
        let table: Table = toml::from_str(text).map_err(|error: toml::de::Error| {
            anyhow::anyhow!("{}{}", error.message(), at(text, error.span()))
        })?;
        let is_secret = |name: &str| Secrets::KEYS.contains(&name);
        let (secret, settings): (Table, Table) = table.into_iter().partition(|(name, _)| is_secret(name));
        let has_secrets = !secret.is_empty();
        let secrets = Secrets::deserialize_table(secret)
            .map_err(|error| anyhow::anyhow!("{}", error.message().to_owned()))?;
        Ok((Self { settings, secrets }, has_secrets))
    }

    /// Makes the settings the defaults of the command's arguments and of those of its subcommands.
    pub(super) fn complete(&self, command: Command) -> Result<Command> {
        for name in self.settings.keys() {
            ensure!(name != "config" && takes(&command, name), "there is no setting {name:?}");
        }
        set_defaults(command, &self.settings)
    }
}

impl Secrets {
    fn deserialize_table(table: Table) -> Result<Self, toml::de::Error> {
        table.try_into()
    }
}

fn takes(command: &Command, name: &str) -> bool {
    command.get_arguments().any(|argument| argument.get_id() == name)
        || command.get_subcommands().any(|below| takes(below, name))
}

fn set_defaults(mut command: Command, settings: &Table) -> Result<Command> {
    for (name, value) in settings {
        if command.get_arguments().any(|argument| argument.get_id() == name.as_str()) {
            let values = texts(value).with_context(|| format!("setting {name:?}"))?;
            command = command.mut_arg(name, |argument: Arg| argument.default_values(values));
        }
    }
    let below: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in below {
        let mut failed = None;
        command = command.mut_subcommand(&name, |below| {
            set_defaults(below.clone(), settings).unwrap_or_else(|error| {
                failed = Some(error);
                below
            })
        });
        if let Some(error) = failed {
            return Err(error);
        }
    }
    Ok(command)
}

/// A value as it would stand on the command line. Leaked, because clap keeps defaults for as long
/// as the program runs; the file is read once.
fn texts(value: &Value) -> Result<Vec<&'static str>> {
    let one = |value: &Value| -> Result<&'static str> {
        Ok(match value {
            Value::String(text) => text.clone().leak(),
            Value::Integer(number) => number.to_string().leak(),
            Value::Boolean(yes) => {
                if *yes {
                    "true"
                } else {
                    "false"
                }
            }
            other => bail!("a {} is no value of a setting", other.type_str()),
        })
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

fn at(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else { return String::new() };
    format!(" at line {}", before.matches('\n').count() + 1)
}
