//! What every kind of work goes by: the step that is under way, what holds it, and its tries. It
//! imports `session` to `record`.

pub(crate) mod brake;
pub(crate) mod context;
pub(crate) mod pressure;
mod reading;
mod retry;
pub(crate) mod throttle;
mod waiting;

pub(crate) use self::reading::load;
