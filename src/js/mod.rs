//! The class exported to JavaScript: converts arguments, calls the machine, and sends its effects to the host. It decides nothing.

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
