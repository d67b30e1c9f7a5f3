//! Revisions as a command prints them.

use crate::config::Listing;
use crate::revision::Node;
use crate::view::{self, Reading, Surface};

/// How a command writes a line each.
type Lines = fn(&Reading<'_>, &[Node], Surface) -> String;

pub(super) fn listed(
    listing: Listing,
    lines: Lines,
    reading: &Reading<'_>,
    nodes: &[Node],
    surface: Surface,
) -> String {
    match listing {
        Listing::Lines => lines(reading, nodes, surface),
        Listing::Blocks => view::blocks(reading, nodes, surface),
        Listing::Json => view::revisions(reading, nodes),
    }
}
