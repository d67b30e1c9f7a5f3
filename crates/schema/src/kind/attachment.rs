//! That the index of a partition, which may be a constraint's, is a part of an
//! index of the partitioned table. The whole one is valid once all its parts
//! are attached.

use super::catalog::{address, part};
use super::{Kind, Naming, Row};
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::dotted;
use crate::statement::Statement;

/// The part of an index that stands for this in an address.
const PART: &str = "-1";

pub(super) const ROW: Row = Row {
    word: "attachment",
    naming: Naming::On(0),
    columns: &["schema", "index", "table_schema?", "table?", "whole_schema?", "whole_table?"],
    question: |_| {
        format!(
            "SELECT {}, {}, pn.nspname, p.relname, tn.nspname, t.relname, wn.nspname, w.relname {FROM}",
            part("pg_class", "x.oid", PART),
            address("pg_class", "x.oid"),
        )
    },
    links: Some(|_| {
        let attachment = part("pg_class", "x.oid", PART);
        let index = address("pg_class", "x.oid");
        let whole = address("pg_class", "p.oid");
        // What the table itself is attached with comes from `inheritance`.
        let table = part("pg_class", "xi.indrelid", PART);
        // The index of a partition needs the whole one, and goes with it. A
        // table that is attached finds its indexes: it would make others else.
        let links = [
            (&attachment, &whole),
            (&attachment, &table),
            (&index, &whole),
            (&table, &index),
            (&table, &whole),
        ];
        let links = links.map(|(one, on)| format!("({one}, {on})"));
        // A partition that is divided itself brings its indexes whole, or gets others.
        let divided = part("pg_class", "w.oid", PART);
        // A reference to a partitioned table needs the whole key to be valid.
        let references = format!(
            "SELECT {}, {} FROM pg_catalog.pg_constraint o, \
             LATERAL pg_catalog.pg_partition_tree(o.conindid) t \
             WHERE o.contype = 'f' AND o.conparentid = 0 AND t.level > 0",
            address("pg_constraint", "o.oid"),
            part("pg_class", "t.relid", PART),
        );
        // One join for all: to plan one takes longer than to run it.
        format!(
            "SELECT l.* {FROM} CROSS JOIN LATERAL (VALUES {} \
             UNION ALL SELECT {divided}, {attachment} WHERE w.relispartition) l \
             UNION ALL {references}",
            links.join(", ")
        )
    }),
    create: |fact, _| {
        vec![Statement::new(format!(
            "ALTER INDEX {} ATTACH PARTITION {}",
            dotted([fact.text("schema"), fact.text("index")]),
            index(fact)
        ))]
    },
    // It ends when the table is detached, or one of the indexes goes.
    drop: |_, _| Vec::new(),
    gone_with: |fact, _| [inheritance(fact)].into_iter().chain(fact.parent.clone()).collect(),
    // As long as the partition is one, its index is a part of the same whole.
    held_by: |fact, context| {
        if !context.new.contains(&inheritance(fact)) {
            return Vec::new();
        }
        let index = fact.text("index");
        let table = [fact.text("whole_schema?"), fact.text("whole_table?"), index];
        vec![
            Identity::new(Kind::Index, [fact.text("schema"), index]),
            Identity::new(Kind::Constraint, table),
        ]
    },
    ..Row::BLANK
};

const FROM: &str = "\
    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class x ON x.oid = h.inhrelid \
    JOIN pg_catalog.pg_index xi ON xi.indexrelid = x.oid \
    JOIN pg_catalog.pg_class p ON p.oid = h.inhparent \
    JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace \
    JOIN pg_catalog.pg_class t ON t.oid = xi.indrelid \
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace \
    JOIN pg_catalog.pg_index pi ON pi.indexrelid = p.oid \
    JOIN pg_catalog.pg_class w ON w.oid = pi.indrelid \
    JOIN pg_catalog.pg_namespace wn ON wn.oid = w.relnamespace";

fn inheritance(fact: &Fact) -> Identity {
    let tables = ["table_schema?", "table?", "whole_schema?", "whole_table?"];
    Identity::new(Kind::Inheritance, tables.map(|column| fact.text(column)))
}

/// Returns the name of the part: an index, or a constraint of a table.
fn index(fact: &Fact) -> String {
    let schema = match &fact.parent {
        Some(parent) => parent.name(0),
        None => "",
    };
    debug_assert!(fact.parent.as_ref().is_none_or(|one| matches!(one.kind(), Kind::Index | Kind::Constraint)));
    dotted([schema, fact.identity.last()])
}
