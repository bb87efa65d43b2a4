//! The clocks of a replay.

use std::time::Duration;

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::clock::Zone;
use crate::tui::desk::Desk;
use crate::tui::popup::{Field, Popup, Purpose, TIME_FORMS};
use crate::tui::replay::Replay;

impl App {
    pub(super) fn act_on_replay(&mut self, action: Action) {
        let Some(replay) = self.replay_mut() else { return };
        match action {
            Action::PlayPause => replay.play_pause(),
            Action::Faster => replay.change_speed(1),
            Action::Slower => replay.change_speed(-1),
            Action::StepForward => replay.step_forward(),
            Action::StepBack => replay.step_back(),
            Action::SwitchClock => replay.switch_clock(),
            Action::JumpToTime => {
                let field = Field::new(Purpose::JumpToTime, "");
                self.popups.push(Popup::Field(field));
                return;
            }
            _ => {}
        }
        self.touch();
        self.refresh();
    }

    /// Lets real time pass in a replay. Returns whether something changed.
    pub fn pass(&mut self, elapsed: Duration) -> bool {
        let changed = self.replay_mut().is_some_and(|replay| replay.pass(elapsed));
        if changed {
            self.touch();
        }
        changed
    }

    /// Whether a replay is running by itself.
    pub fn is_playing(&self) -> bool {
        matches!(&self.desk, Desk::Replay(replay) if replay.is_playing())
    }

    /// Goes to a time as typed. Returns what is wrong with it, if something is.
    pub(super) fn jump_to(&mut self, text: &str) -> Option<String> {
        let zone = self.zone;
        let replay = self.replay_mut()?;
        match read_time(text, zone, replay.at()) {
            Some(time) => {
                replay.go_to(time);
                self.touch();
                self.refresh();
                None
            }
            None => Some(format!("not a time; write {TIME_FORMS}")),
        }
    }

    fn replay_mut(&mut self) -> Option<&mut Replay> {
        match &mut self.desk {
            Desk::Replay(replay) => Some(replay),
            Desk::Live(_) => None,
        }
    }
}

/// Reads a time in the zone on screen: date and time, a date, or a time of the day shown.
fn read_time(text: &str, zone: Zone, shown: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text
        .trim()
        .trim_end_matches("UTC")
        .trim_end_matches('Z')
        .trim()
        .replace('T', " ");
    let day = match zone {
        Zone::Utc => shown.date_naive(),
        Zone::Local => shown.with_timezone(&Local).date_naive(),
    };
    let time = |text: &str| {
        let forms = ["%H:%M:%S%.f", "%H:%M"];
        forms.iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
    };
    let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let naive: NaiveDateTime = match text.split_once(' ') {
        Some((first, second)) => date(first)?.and_time(time(second)?),
        None => match date(&text) {
            Some(day) => day.and_time(NaiveTime::MIN),
            None => day.and_time(time(&text)?),
        },
    };
    match zone {
        Zone::Utc => Some(naive.and_utc()),
        Zone::Local => Local.from_local_datetime(&naive).earliest().map(|t| t.to_utc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_shown() {
        let shown = Utc.with_ymd_and_hms(2026, 1, 31, 8, 0, 0).unwrap();
        let read = |text: &str| read_time(text, Zone::Utc, shown).map(|t| Zone::Utc.full(t));
        for (text, expected) in [
            ("2026-02-01 14:05", "2026-02-01 14:05:00"),
            ("2026-02-01T14:05:09Z", "2026-02-01 14:05:09"),
            ("2026-02-01", "2026-02-01 00:00:00"),
            (" 14:05 UTC", "2026-01-31 14:05:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read("soon"), None);
        assert_eq!(read(""), None);
    }
}
