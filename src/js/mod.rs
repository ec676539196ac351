//! The region as JavaScript has it: reads arguments, asks the machine, and has the host act on what that says. No rule is here.

mod acts;
mod effects;
mod imports;
mod numbers;
mod options;
mod region;
mod resume;
mod strategy;
mod time;

pub use acts::Act;
pub use imports::Host;
pub use numbers::*;
pub use region::Region;
pub use resume::{News, Question};
