//! Owns passwords: hashing and comparing with Argon2id, a bounded number at a time, away from the async threads.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::check::Checks;

/// Each takes 19 MiB and one processor while it lasts.
const AT_A_TIME_MAX: usize = 2;
const CHARS_MIN: usize = 10;
const CHARS_MAX: usize = 200;

/// Hashes and compares passwords. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    permits: Arc<Semaphore>,
}

impl Passwords {
    /// With nothing under way.
    #[must_use]
    pub fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_A_TIME_MAX)) }
    }

    /// Hashes a password for keeping, as a PHC string.
    pub async fn hash(&self, password: String) -> String {
        self.run(move || hash(&password)).await
    }

    /// Whether `password` is the one that `kept` was made from. Takes as long when nothing is kept.
    pub async fn matches(&self, password: String, kept: Option<String>) -> bool {
        self.run(move || {
            // Who was invited has none yet.
            let Some(kept) = kept.filter(|kept| !kept.is_empty()) else {
                drop(hash(&password));
                return false;
            };
            let Ok(kept) = PasswordHash::new(&kept) else { return false };
            Argon2::default().verify_password(password.as_bytes(), &kept).is_ok()
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.expect("hashing a password does not panic")
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// Hashes a password for keeping, on this thread.
///
/// # Panics
/// When the system has no random bytes.
#[must_use]
pub fn hash(password: &str) -> String {
    let hash: PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).expect("a salt from the system's random source");
    hash.to_string()
}

/// A password of 20 characters that can be read out, with 100 bits of chance.
#[must_use]
pub fn generate() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let random: [u8; 20] = rand::random();
    random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// Whether a password may be chosen.
pub fn check(checks: &mut Checks, pointer: &str, password: &str) {
    let count = password.chars().count();
    if count < CHARS_MIN {
        checks.wrong(pointer, format!("has less than {CHARS_MIN} characters"));
    } else if count > CHARS_MAX {
        checks.wrong(pointer, format!("has more than {CHARS_MAX} characters"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_matches() {
        let passwords = Passwords::new();
        let kept = passwords.hash("correct horse".to_owned()).await;
        assert!(kept.starts_with("$argon2id$"));
        assert!(passwords.matches("correct horse".to_owned(), Some(kept.clone())).await);
        assert!(!passwords.matches("correct house".to_owned(), Some(kept)).await);
        assert!(!passwords.matches("correct horse".to_owned(), None).await);
        assert!(!passwords.matches(String::new(), Some(String::new())).await);
        assert!(!passwords.matches("correct horse".to_owned(), Some("not a hash".to_owned())).await);
    }

    #[test]
    fn generated_passwords_differ_and_may_be_chosen() {
        assert_ne!(generate(), generate());
        let mut checks = Checks::new();
        check(&mut checks, "/password", &generate());
        assert!(checks.finish().is_ok());
    }
}
