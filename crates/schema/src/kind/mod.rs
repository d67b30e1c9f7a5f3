//! The kinds of facts: one file each, and one row in a table.

use std::fmt;

use crate::Version;
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::statement::Statement;

pub(crate) use catalog::{OWN_SCHEMA, address};
pub(crate) use danger::is_checking;
pub(crate) use default_privilege::put_right;
pub(crate) use index::unnamed;

mod catalog;
mod danger;
mod firing;
mod foreign_options;
mod marked_index;
mod not_null;
mod options;
mod relation;
mod retyping;
mod storage;
mod types;
mod using;

macro_rules! kinds {
    ($($variant:ident $module:ident;)*) => {
        $(mod $module;)*

        /// A kind of fact. Where the order of two statements is free, the kind
        /// that stands first here is made first and taken away last.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($variant,)*
        }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(crate) fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => &$module::ROW,)*
                }
            }
        }
    };
}

kinds! {
    Schema schema;
    Extension extension;
    Language language;
    AccessMethod access_method;
    Collation collation;
    Wrapper wrapper;
    Server server;
    UserMapping user_mapping;
    Sequence sequence;
    ShellType shell_type;
    Enum enumeration;
    Domain domain;
    DomainDefault domain_default;
    DomainConstraint domain_constraint;
    Composite composite;
    Attribute attribute;
    Range range;
    BaseType base_type;
    Table table;
    Column column;
    Inheritance inheritance;
    OwnedBy owned_by;
    Function function;
    Aggregate aggregate;
    Operator operator;
    OperatorFamily operator_family;
    FamilyMember family_member;
    OperatorClass operator_class;
    Cast cast;
    Transform transform;
    Conversion conversion;
    SearchParser search_parser;
    SearchTemplate search_template;
    SearchDictionary search_dictionary;
    SearchConfiguration search_configuration;
    SearchMapping search_mapping;
    Default default;
    Index index;
    Constraint constraint;
    Attachment attachment;
    View view;
    MaterializedView materialized_view;
    ViewColumn view_column;
    Rule rule;
    Trigger trigger;
    Policy policy;
    Statistics statistics;
    Clustering clustering;
    ReplicaIndex replica_index;
    Publication publication;
    PublishedTable published_table;
    PublishedSchema published_schema;
    Comment comment;
    SecurityLabel security_label;
    Owner owner;
    Grant grant;
    DefaultPrivilege default_privilege;
    EventTrigger event_trigger;
}

pub(crate) use domain_default::PART as DEFAULT_OF_DOMAIN;
pub(crate) use shell_type::functions as functions_of_type;

/// What is known of a kind.
pub(crate) struct Row {
    /// What one of it is called, as in `column public.users.email`.
    pub(crate) word: &'static str,
    pub(crate) naming: Naming,
    /// What is compared. A name that ends in `?` is only looked at.
    pub(crate) columns: &'static [&'static str],
    /// Those of them whose text may change when it is loaded again.
    pub(crate) expressions: &'static [&'static str],
    /// Asks for the address, the parent's address, the names and the columns.
    pub(crate) question: fn(Version) -> String,
    /// Returns what it is called in `COMMENT ON ...` and the like, such as
    /// `TABLE public.users`.
    pub(crate) sql: fn(&Fact) -> String,
    /// Returns what it is called in `GRANT ... ON`.
    pub(crate) granted: fn(&Fact) -> String,
    /// Returns the facts whose changes come before its own, needed or not.
    pub(crate) after: fn(&Fact) -> Vec<Identity>,
    /// Returns the facts that go, change or come only after it is gone.
    pub(crate) gone_before: fn(&Fact) -> Vec<Identity>,
    /// Returns the facts that go before it does, though it does not need them.
    pub(crate) gone_after: fn(&Fact) -> Vec<Identity>,
    /// Returns the facts that are made and altered before it is, needed or not.
    pub(crate) follows: fn(&Fact) -> Vec<Identity>,
    /// Asks for what such facts need beyond `pg_depend`.
    pub(crate) links: Option<fn(Version) -> String>,
    pub(crate) create: fn(&Fact, &Context<'_>) -> Vec<Statement>,
    pub(crate) drop: fn(&Fact, &Context<'_>) -> Vec<Statement>,
    pub(crate) alter: fn(&Change<'_>, &Context<'_>) -> Alteration,
    /// Names that only one fact can have at a time.
    pub(crate) slots: fn(&Fact) -> Vec<String>,
    /// What brings it along when that is made in the same plan.
    pub(crate) made_with: fn(&Fact, &Context<'_>) -> Option<Identity>,
    /// What takes it along when that is taken away in the same plan.
    pub(crate) gone_with: fn(&Fact, &Context<'_>) -> Vec<Identity>,
    /// Says whether it stays as it is when something it needs is made anew.
    pub(crate) outlives: fn(&Fact, &Fact) -> bool,
    /// What has to go when it stays and is taken over from something it needs
    /// to what is made in that one's place; `None` if it is made anew as well.
    pub(crate) takes_over: fn(&Fact, &Fact) -> Option<TearDown>,
    /// Takes it over from those.
    pub(crate) take_over: fn(&Change<'_>, &[&Fact], &Context<'_>) -> Vec<Statement>,
    /// Gives it the name of another fact, under which it is dropped later.
    pub(crate) put_aside: Option<PutAside>,
    /// Says whether, though it is all that changes, it can only come with what it
    /// hangs on, which is made anew then.
    pub(crate) needs_whole: fn(&Fact, &Context<'_>) -> bool,
    /// Says whether what it hangs on is made anew in its stead.
    pub(crate) is_inseparable: bool,
    /// Says whether it holds nothing, so that nothing is lost when it is made anew.
    pub(crate) is_text: bool,
    /// Returns what does not let it go, unless that is made anew.
    pub(crate) held_by: fn(&Fact, &Context<'_>) -> Vec<Identity>,
    /// Returns the expression that turns a value of the one into one of the
    /// other; `None` if a cast by way of text does.
    pub(crate) converted: fn(&Change<'_>, &str, &Context<'_>) -> Option<String>,
    /// Returns the text that the server would check when it is made, and of
    /// which `pg_depend` knows nothing.
    pub(crate) body: fn(&Fact) -> Option<&str>,
}

pub(crate) type PutAside = fn(&Fact, &Fact, &Context<'_>) -> Vec<Statement>;

/// How the path of a fact is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// So many names of its own.
    Own(usize),
    /// The parent's path and so many names.
    Under(usize),
    /// The parent's kind and path, and so many names: for what hangs on
    /// objects of many kinds.
    On(usize),
}

/// How a changed fact becomes what it shall be.
#[derive(Clone, Debug)]
pub(crate) enum Alteration {
    InPlace {
        statements: Vec<Statement>,
        tears_down: TearDown,
    },
    /// It is taken away and made anew.
    Anew,
    /// What it hangs on is taken away and made anew.
    WholeAnew,
}

/// What cannot stay while a fact is altered, and comes back afterwards.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TearDown {
    Nothing,
    /// The dependents for which this holds.
    Those(fn(&Fact) -> bool),
}

impl Row {
    /// What most kinds have in common.
    pub(crate) const BLANK: Self = Self {
        word: "",
        naming: Naming::Own(0),
        columns: &[],
        expressions: &[],
        question: |_| String::new(),
        sql: |_| String::new(),
        granted: |fact| (fact.kind().row().sql)(fact),
        after: |_| Vec::new(),
        gone_before: |_| Vec::new(),
        gone_after: |_| Vec::new(),
        follows: |_| Vec::new(),
        links: None,
        create: |_, _| Vec::new(),
        drop: |_, _| Vec::new(),
        alter: |_, _| Alteration::Anew,
        slots: |_| Vec::new(),
        made_with: |_, _| None,
        // A schema has to be empty before it goes.
        gone_with: |fact, _| {
            let parent = fact.parent.iter().cloned();
            parent
                .filter(|parent| parent.kind() != Kind::Schema)
                .collect()
        },
        outlives: |_, _| false,
        takes_over: |_, _| None,
        take_over: |_, _, _| Vec::new(),
        put_aside: None,
        needs_whole: |_, _| false,
        is_inseparable: false,
        is_text: false,
        held_by: |_, _| Vec::new(),
        converted: |_, _, _| None,
        body: |_| None,
    };
}

impl Alteration {
    /// Returns an alteration that nothing stands in the way of.
    pub(crate) fn plain(statements: Vec<Statement>) -> Self {
        Self::InPlace {
            statements,
            tears_down: TearDown::Nothing,
        }
    }
}

impl Naming {
    /// Returns how many names a fact brings itself.
    pub(crate) fn own(self) -> usize {
        match self {
            Self::Own(count) | Self::Under(count) | Self::On(count) => count,
        }
    }
}

impl Kind {
    /// Returns what one of the kind is called.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    pub(crate) fn naming(self) -> Naming {
        self.row().naming
    }

    pub(crate) fn columns(self) -> &'static [&'static str] {
        self.row().columns
    }

    pub(crate) fn question(self, version: Version) -> String {
        (self.row().question)(version)
    }

    pub(crate) fn links(self, version: Version) -> Option<String> {
        self.row().links.map(|links| links(version))
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
