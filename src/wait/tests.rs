//! The loop under a clock that stands still until everyone waits.
