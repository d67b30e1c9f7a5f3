//! The present moment, on the calendar of a time zone of the system's database.

use std::path::Path;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

use super::FilesError;
use crate::format::Moment;

/// Needs no database.
const UTC: &str = "UTC";

/// Where Linux has its time zones, as an error names it.
const ZONEINFO: &str = "/usr/share/zoneinfo";

/// Returns the present moment in a time zone.
///
/// # Errors
///
/// - [`FilesError::NoTimeZones`] where the system has no time zones.
/// - [`FilesError::TimeZone`] for one that it does not know.
pub fn now(timezone: &str) -> Result<Moment, FilesError> {
    let zone = zone(timezone)?;
    Ok(moment(&Timestamp::now().to_zoned(zone)))
}

fn zone(name: &str) -> Result<TimeZone, FilesError> {
    if name.eq_ignore_ascii_case(UTC) {
        return Ok(TimeZone::UTC);
    }
    let zones = TimeZoneDatabase::from_env();
    if zones.is_definitively_empty() {
        return Err(FilesError::NoTimeZones {
            name: name.to_owned(),
            dir: Path::new(ZONEINFO).to_owned(),
        });
    }
    zones.get(name).map_err(|_| FilesError::TimeZone {
        name: name.to_owned(),
    })
}

fn moment(zoned: &Zoned) -> Moment {
    let seconds = zoned.offset().seconds();
    let minutes = seconds.unsigned_abs() / 60;
    let zone = if zoned.time_zone() == &TimeZone::UTC {
        UTC.to_owned()
    } else {
        let sign = if seconds < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    };
    Moment {
        year: zoned.year().into(),
        month: zoned.month().into(),
        day: zoned.day().into(),
        hour: zoned.hour().into(),
        minute: zoned.minute().into(),
        second: zoned.second().into(),
        epoch: zoned.timestamp().as_second(),
        zone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(epoch: i64, zone: TimeZone, expected: &str) {
        let timestamp = Timestamp::from_second(epoch).expect("in range");
        let moment = moment(&timestamp.to_zoned(zone));
        assert_eq!(moment.to_string(), expected);
        assert_eq!(moment.epoch, epoch);
    }

    #[test]
    fn a_moment_is_shown_with_its_distance_from_utc() {
        check(1_735_648_496, TimeZone::UTC, "2024-12-31 12:34:56 UTC");
        let fixed =
            |seconds| TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).expect("in range"));
        check(1_735_648_496, fixed(3_600), "2024-12-31 13:34:56 +01:00");
        check(1_735_648_496, fixed(-12_600), "2024-12-31 09:04:56 -03:30");
    }

    #[test]
    fn a_zone_that_nobody_knows_is_refused() {
        assert!(zone("utc").is_ok());
        assert!(matches!(
            zone("Europe/Atlantis"),
            Err(FilesError::TimeZone { .. } | FilesError::NoTimeZones { .. })
        ));
    }
}
