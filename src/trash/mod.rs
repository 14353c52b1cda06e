//! The trash.
