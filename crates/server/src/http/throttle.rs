//! Owns how often someone may try to sign in, by address and by e-mail, and how many new visitors come from one address. Bounded, whatever is thrown at it.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use beckon_engine::id::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::error::{Answer, Problem};

/// Attempts from one address at once; then one every two seconds.
const ADDRESS_BURST: u32 = 60;
const ADDRESS_PERIOD: Duration = Duration::from_secs(2);
/// Attempts for one e-mail at once; then one every five seconds.
const EMAIL_BURST: u32 = 30;
const EMAIL_PERIOD: Duration = Duration::from_secs(5);
/// Codes of the second step for one user at once; then one every five minutes. Of a million codes three are good at a time.
const CODE_BURST: u32 = 10;
const CODE_PERIOD: Duration = Duration::from_secs(300);
/// Addresses or e-mails remembered. While there are more, all newcomers share one.
const KEYS_MAX: usize = 10_000;
/// After so many attempts the idle ones are forgotten.
const FORGET_EVERY: u64 = 1_000;

/// New visitors from one address at once; then five a second. Behind one address may be a whole office.
const NEWCOMERS_BURST: u32 = 300;
const NEWCOMERS_PERIOD: Duration = Duration::from_millis(200);

/// Counts browsers that become visitors: each is a row for good. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Newcomers {
    by_address: Arc<Limiter>,
}

/// Counts the attempts to sign in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SignInThrottle {
    by_address: Arc<Limiter>,
    by_email: Arc<Limiter>,
    codes: Arc<Limiter>,
}

/// Counts by one key.
#[derive(Debug)]
pub(super) struct Limiter {
    keys: DefaultKeyedRateLimiter<String>,
    attempts: AtomicU64,
}

impl SignInThrottle {
    /// With no attempt counted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            by_address: Arc::new(Limiter::new(ADDRESS_PERIOD, ADDRESS_BURST)),
            by_email: Arc::new(Limiter::new(EMAIL_PERIOD, EMAIL_BURST)),
            codes: Arc::new(Limiter::new(CODE_PERIOD, CODE_BURST)),
        }
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// `TooMany` when there were too many, with the time to wait.
    pub fn count(&self, address: IpAddr, email: &str) -> Answer<()> {
        self.by_address.count(network(address))?;
        self.by_email.count(email.to_owned())
    }

    /// Counts one attempt of somebody who has not said who it is.
    ///
    /// # Errors
    /// `TooMany` when there were too many, with the time to wait.
    pub fn count_address(&self, address: IpAddr) -> Answer<()> {
        self.by_address.count(network(address))
    }

    /// Counts one code of the second step.
    ///
    /// # Errors
    /// `TooMany` when there were too many, with the time to wait.
    pub fn count_code(&self, user: UserId) -> Answer<()> {
        self.codes.count(user.to_string())
    }
}

impl Newcomers {
    /// With nobody counted.
    #[must_use]
    pub fn new() -> Self {
        Self { by_address: Arc::new(Limiter::new(NEWCOMERS_PERIOD, NEWCOMERS_BURST)) }
    }

    /// Counts one. This machine itself is not counted: whoever calls from it comes through a proxy that does not say for
    /// whom, or is a sample visitor.
    ///
    /// # Errors
    /// `TooMany`, with the time to wait.
    pub fn count(&self, address: IpAddr) -> Answer<()> {
        let address = address.to_canonical();
        if address.is_loopback() { Ok(()) } else { self.by_address.count(network(address)) }
    }
}

impl Default for Newcomers {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for SignInThrottle {
    fn default() -> Self {
        Self::new()
    }
}

impl Limiter {
    pub(super) fn new(period: Duration, burst: u32) -> Self {
        let burst = NonZeroU32::new(burst).expect("a burst above zero");
        let quota = Quota::with_period(period).expect("a period above zero").allow_burst(burst);
        Self { keys: RateLimiter::keyed(quota), attempts: AtomicU64::new(0) }
    }

    pub(super) fn count(&self, mut key: String) -> Answer<()> {
        if self.attempts.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY) {
            self.keys.retain_recent();
        }
        if self.keys.len() >= KEYS_MAX {
            key = String::new();
        }
        self.keys.check_key(&key).map_err(|refused| {
            Problem::TooMany(refused.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
        })
    }
}

/// Whoever has one IPv6 address has 2⁶⁴ of them.
pub(super) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x?}", &address.segments()[..4]),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn one_email_runs_out_and_another_does_not() {
        let throttle = SignInThrottle::new();
        let address = |n: u32| IpAddr::V4(Ipv4Addr::from_bits(n));
        for n in 0..EMAIL_BURST {
            throttle.count(address(n), "a@example.test").unwrap();
        }
        let refused = throttle.count(address(99), "a@example.test");
        assert!(matches!(refused, Err(Problem::TooMany(1..=6))), "{refused:?}");
        throttle.count(address(99), "b@example.test").unwrap();
    }

    #[test]
    fn one_network_runs_out_and_another_does_not() {
        let throttle = SignInThrottle::new();
        for n in 0..ADDRESS_BURST {
            let address: IpAddr = format!("2001:db8:0:1::{n:x}").parse().unwrap();
            throttle.count(address, &format!("{n}@example.test")).unwrap();
        }
        let same: IpAddr = "2001:db8:0:1::ffff".parse().unwrap();
        assert!(throttle.count(same, "x@example.test").is_err());
        let other: IpAddr = "2001:db8:0:2::1".parse().unwrap();
        throttle.count(other, "x@example.test").unwrap();
    }

    #[test]
    fn a_flood_of_names_is_bounded() {
        let throttle = SignInThrottle::new();
        for n in 0..2 * u32::try_from(KEYS_MAX).unwrap() {
            drop(throttle.by_email.count(n.to_string()));
        }
        assert!(throttle.by_email.keys.len() <= KEYS_MAX + 1);
    }
}
