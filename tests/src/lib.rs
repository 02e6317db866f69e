//! What weco's end-to-end tests share.

pub mod model_server;
