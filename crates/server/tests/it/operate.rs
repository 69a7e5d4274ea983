//! Tests what operators do with a server: watch it, stop it, back it up, restore it, move it, and ask what is wrong.

use std::process::{Output, Stdio};

use tokio::process::Command;

mod backup;
mod doctor;
mod draining;
mod moving;
mod readiness;
mod restore;

/// What the program did.
struct Done {
    status: i32,
    out: String,
    err: String,
}

/// Runs the program.
async fn beckon(arguments: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beckon"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BECKON_")) {
        command.env_remove(name);
    }
    let Output { status, stdout, stderr } =
        command.args(arguments).stdin(Stdio::null()).output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { status: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

impl Done {
    /// What was printed by a program that did what it was asked to.
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// Checks that it did not, and said this.
    #[track_caller]
    fn refused(self, said: &str) {
        assert_eq!(self.status, 1, "{}{}", self.out, self.err);
        assert!(self.err.contains(said), "{}", self.err);
    }
}
