//! Files in and out.
pub mod archive;
pub mod linkedin;
pub mod records;
pub mod text;
