//! Small pieces that several views share.

pub mod density;
pub mod pane;
pub mod scroll;
pub mod text;
