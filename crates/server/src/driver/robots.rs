//! Owns which browsers are robots: they are not tracked and not counted (T-9). The patterns stand in `data/robots.txt`.

use std::sync::LazyLock;

use regex::RegexSet;

static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    let lines = include_str!("../../data/robots.txt").lines().filter(|line| !line.starts_with('#'));
    RegexSet::new(lines).expect("the patterns in data/robots.txt are regular expressions")
});

/// Whether a `User-Agent` is that of a known robot. One that is missing is not: a person may hide it.
#[must_use]
pub fn is_robot(user_agent: &str) -> bool {
    PATTERNS.is_match(user_agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    // spec: T-9
    #[test]
    fn robots_are_told_from_people() {
        for robot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/141.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; \
             +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
            "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
            "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
            "curl/8.5.0",
            "python-requests/2.32.3",
        ] {
            assert!(is_robot(robot), "{robot}");
        }
        for person in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 \
             Safari/537.36 Edg/141.0.0.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/18.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 \
             Chrome/125.0.0.0 Mobile Safari/537.36",
            "",
        ] {
            assert!(!is_robot(person), "{person}");
        }
    }

    // spec: T-9
    #[test]
    fn all_patterns_are_read() {
        assert!(PATTERNS.len() > 1_400);
    }
}
