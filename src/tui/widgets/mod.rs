//! Small pieces that several views share.

pub(super) mod density;
pub(super) mod pane;
pub(super) mod scroll;
pub(super) mod text;
