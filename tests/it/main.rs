//! Integration tests: the parts together, on a real PostgreSQL.
//!
//! One crate, so that all of them share one server; one module a behaviour.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read their own environment and files; the rule is for the program"
)]

mod adopt;
mod alembic_command;
mod also;
mod also_targets;
mod also_tls;
mod applied_state;
mod apply;
mod catalog_columns;
mod chaos;
mod command_lock;
mod connect;
mod connect_fake;
mod connect_tls;
mod crowd;
mod deadlines;
mod downgrade;
mod dump;
mod entrypoint;
mod equal;
mod error_codes;
mod example_schema;
mod exit_codes;
mod first_boot;
mod fleet;
mod fuzz_corpus;
mod hazards;
mod health;
mod health_deadlines;
mod hostile_files;
mod hostile_server;
mod hostile_wire;
mod journal;
mod listen;
mod lock;
mod lock_retry;
mod look;
mod lost_answers;
mod migrate_command;
mod model_command;
mod models;
mod new_files;
mod no_secret;
mod offline;
mod old_server;
mod online;
mod output;
mod places;
mod pooler;
mod probe;
mod queue;
mod readme;
mod renames;
mod replicas;
mod resumed;
mod reverting;
mod schema_cases;
mod schema_random;
mod scripts;
mod secrets;
mod selected;
mod serve;
mod shadow_surroundings;
mod signals;
mod sqlalchemy;
mod squash;
mod stamp;
mod standby_voyage;
mod state;
mod support;
mod support_works;
mod targets;
mod tidy;
mod tls_matrix;
mod traffic;
mod uncompared;
mod wait_database;
mod wait_schema;
