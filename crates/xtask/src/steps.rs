//! A list of named steps with their times and a true closing line. Knows nothing of what the steps do.

use std::time::{Duration, Instant};

use anyhow::bail;

/// What became of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    NotRun,
}

/// The steps of one command, in the order in which they were run.
pub(crate) struct Steps {
    started: Instant,
    done: Vec<(String, Verdict, Duration)>,
    /// What failed, with its error.
    failures: Vec<(String, anyhow::Error)>,
}

impl Steps {
    /// An empty list; the clock starts now.
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), done: Vec::new(), failures: Vec::new() }
    }

    /// Runs a step and returns what it made, or nothing when it failed.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> Option<T> {
        println!("\n==> {name}");
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        let (verdict, made) = match result {
            Ok(made) => (Verdict::Passed, Some(made)),
            Err(error) => {
                self.failures.push((name.to_owned(), error));
                (Verdict::Failed, None)
            }
        };
        println!("<== {name}: {}, {:.1} s", word(verdict), took.as_secs_f32());
        self.done.push((name.to_owned(), verdict, took));
        made
    }

    /// Notes that a step could not be run because an earlier one failed.
    pub(crate) fn not_run(&mut self, name: &str) {
        println!("\n==> {name}: not run, an earlier step failed");
        self.done.push((name.to_owned(), Verdict::NotRun, Duration::ZERO));
    }

    /// Prints what failed and why, the table and the closing line.
    ///
    /// # Errors
    /// When a step failed or was not run.
    pub(crate) fn close(&self) -> anyhow::Result<()> {
        for (name, error) in &self.failures {
            println!("\n{name}: {error:#}");
        }
        println!();
        for (name, verdict, took) in &self.done {
            println!("{:>8}  {:>7.1} s  {name}", word(*verdict), took.as_secs_f32());
        }
        let count = |wanted| self.done.iter().filter(|(_, verdict, _)| *verdict == wanted).count();
        let (passed, failed, not_run) =
            (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::NotRun));
        let total = self.started.elapsed().as_secs();
        let rest = if not_run > 0 { format!(", {not_run} not run") } else { String::new() };
        println!("\nsteps: {passed} passed, {failed} failed{rest}, {total} s");
        if failed + not_run > 0 {
            bail!("not everything passed");
        }
        Ok(())
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "FAILED",
        Verdict::NotRun => "not run",
    }
}
