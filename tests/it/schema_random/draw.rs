//! What an edit draws from a schema, and what goes with what it takes away.

use fastrand::Rng;

use super::world::{Column, KEY, Name, Table, View, World};

const TYPES: [&str; 14] = [
    "integer",
    "bigint",
    "smallint",
    "text",
    "varchar(20)",
    "varchar(40)",
    "numeric(10,2)",
    "boolean",
    "date",
    "timestamptz",
    "uuid",
    "bytea",
    "integer[]",
    "text[]",
];

impl World {
    pub(super) fn a_table(&mut self, rng: &mut Rng) -> Option<&mut Table> {
        rng.choice(self.tables.values_mut().collect::<Vec<_>>())
    }

    /// A column other than the key.
    pub(super) fn a_column(
        &self,
        rng: &mut Rng,
        is_fit: fn(&Column) -> bool,
    ) -> Option<(Name, Name)> {
        let columns = self.tables.iter().flat_map(|(table, of)| {
            let fit = of
                .columns
                .iter()
                .filter(|(name, column)| *name != KEY && is_fit(column));
            fit.map(move |(column, _)| (table.clone(), column.clone()))
        });
        rng.choice(columns.collect::<Vec<_>>())
    }

    /// One to three.
    pub(super) fn some_columns(&self, relation: &str, rng: &mut Rng) -> Vec<Name> {
        let mut columns = self.columns(relation);
        rng.shuffle(&mut columns);
        columns.truncate(rng.usize(1..4));
        columns
    }

    pub(super) fn of_type(&self, rng: &mut Rng) -> Option<String> {
        let own = self.enums.keys().chain(self.domains.keys());
        match some(rng, own) {
            Some(own) if rng.u8(..4) == 0 => Some(own),
            _ => rng.choice(TYPES).map(str::to_owned),
        }
    }

    /// Returns a default that fits a type, or none.
    pub(super) fn value(&self, of_type: &str, rng: &mut Rng) -> String {
        let number = rng.u8(4..9);
        let value = match of_type {
            "integer" => match (
                some(rng, self.sequences.keys()),
                some(rng, self.functions.keys()),
            ) {
                (Some(sequence), _) if rng.bool() => format!("nextval('{sequence}')"),
                (_, Some(function)) if rng.bool() => format!("{function}({number})"),
                _ => number.to_string(),
            },
            "bigint" | "smallint" | "numeric(10,2)" => number.to_string(),
            "text" | "varchar(20)" | "varchar(40)" => format!("'it''s {number}'"),
            "boolean" => "true".to_owned(),
            "timestamptz" => "now()".to_owned(),
            "text[]" => "'{}'".to_owned(),
            own => match self.enums.get(own).and_then(|labels| labels.first()) {
                Some(label) => format!("'{label}'"),
                None => return String::new(),
            },
        };
        if rng.bool() {
            format!("DEFAULT {value}")
        } else {
            String::new()
        }
    }

    pub(super) fn without_column(&mut self, table: &str, column: &str) {
        self.without_column_users(table, column);
        self.without_views_of(table, Some(column));
        if let Some(table) = self.tables.get_mut(table) {
            table.columns.remove(column);
            table
                .uniques
                .retain(|_, columns| columns.iter().all(|one| one != column));
            table
                .indexes
                .retain(|_, index| index.columns.iter().all(|one| one != column));
            table.policies.retain(|_, (one, _)| one != column);
            table.grants.remove(&format!("SELECT ({column})"));
        }
    }

    /// Takes away what would not fit another type of a column.
    pub(super) fn without_column_users(&mut self, table: &str, column: &str) {
        if let Some(table) = self.tables.get_mut(table) {
            table.checks.retain(|_, (one, _)| one != column);
            table
                .extras
                .retain(|_, (columns, _)| columns.iter().all(|one| one != column));
            table
                .references
                .retain(|_, reference| reference.column != column);
            for other in table.columns.values_mut() {
                if other.from.as_deref() == Some(column) {
                    (other.value, other.from) = (String::new(), None);
                }
            }
        }
    }

    /// Takes away the views of a relation, or of one of its columns, and those
    /// of these.
    pub(super) fn without_views_of(&mut self, relation: &str, column: Option<&str>) {
        let is_of_it = |view: &View| {
            view.of == relation
                && column.is_none_or(|column| view.columns.iter().any(|one| one == column))
        };
        let views = self.views.iter().filter(|(_, view)| is_of_it(view));
        for name in views.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.views.remove(&name);
            self.without_views_of(&name, None);
        }
    }
}

/// Draws one of these.
pub(super) fn some<'a>(rng: &mut Rng, from: impl Iterator<Item = &'a Name>) -> Option<Name> {
    rng.choice(from.collect::<Vec<_>>()).cloned()
}

/// Draws a name that is not taken.
pub(super) fn free(rng: &mut Rng, names: &[&str], is_taken: impl Fn(&str) -> bool) -> Option<Name> {
    let free = names.iter().filter(|name| !is_taken(name));
    rng.choice(free.collect::<Vec<_>>())
        .map(|name| (*name).to_owned())
}

/// Returns a name as a part of another one.
pub(super) fn plain(name: &str) -> String {
    name.to_lowercase().replace(['"', ' ', '.'], "")
}
