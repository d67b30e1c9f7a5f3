//! The files that seaworthy reads and writes: the directory of revisions,
//! what the configuration names, new revisions and the termination log.
//!
//! It hands over text and places in it. What a text means is not known here. The
//! clock is here as well, since time zones are files.

mod directory;
mod disk;
mod error;
mod exchange;
mod made;
mod models;
mod moment;
mod pipe;
mod text;
mod write;

pub use directory::{load, load_all};
pub use disk::{Disk, account, own_status};
pub use error::FilesError;
pub use exchange::exchange;
pub use made::Made;
pub use models::models;
pub use moment::now;
pub use text::{read_if_there, read_text};
pub use write::{write_new, write_termination_log};
