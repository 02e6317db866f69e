//! Content-addressed, compressed files for code and output, durable before any event names them.
