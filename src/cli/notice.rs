//! `--notice FILE|-`: the notice an investigation begins with.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::failure::Failure;
use crate::cloudtrail::notice::{self, Notice};

/// Reads a notice from a file, or from standard input.
pub(super) fn read(path: &Path) -> Result<Notice, Failure> {
    let mut bytes = Vec::new();
    // One byte more than is read of it, so that it can be said that the rest was left out.
    let most = notice::LONGEST as u64 + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::new(
            format!("the notice {} cannot be read: {error}", path.display()),
            "Give a file with the text of the notice, or - to paste it and end with Ctrl-D.",
        )
    })?;
    Ok(notice::parse(&String::from_utf8_lossy(&bytes)))
}

/// What to say of a notice that names no key in full.
pub(super) fn without_key(notice: &Notice) -> Failure {
    let message = match notice.masked().next() {
        Some(masked) => format!("the notice names a key only in masked form ({masked})"),
        None => format!("the notice ({}) names no access key id", notice.format.label()),
    };
    let hint = if notice.case_id.is_some() {
        "The list of keys is in the support case. Give the full id as KEY, or the case's next message with --notice."
    } else {
        "Give the full id as KEY beside --notice: keytrail investigate KEY --notice FILE."
    };
    Failure::usage(message, hint)
}
