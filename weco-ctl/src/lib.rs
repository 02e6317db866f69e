//! placeholder

pub mod ui;
