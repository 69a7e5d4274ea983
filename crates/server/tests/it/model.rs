//! Tests the node against references that know no database: whose a chat is, and what becomes of those who wait.

mod owning;
mod stage;
mod waiting;
