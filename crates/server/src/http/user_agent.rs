//! Owns what is read from the header `User-Agent`: device, browser and system. Told by the browser, so good for showing alone.

use beckon_engine::condition::DeviceClass;

/// What kind of device a browser says it runs on.
#[must_use]
pub fn device(user_agent: &str) -> DeviceClass {
    let has = |part| user_agent.contains(part);
    if has("iPad") || has("Tablet") || (has("Android") && !has("Mobile")) {
        DeviceClass::Tablet
    } else if has("Mobi") || has("iPhone") {
        DeviceClass::Phone
    } else {
        DeviceClass::Desktop
    }
}

/// What a browser says it is. Browsers carry the names of others beside their own, the more telling first.
#[must_use]
pub fn browser(user_agent: &str) -> &'static str {
    const BROWSERS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    BROWSERS.iter().find(|(part, _)| user_agent.contains(part)).map_or("Other", |(_, name)| name)
}

/// The system a browser says it runs on; empty when it names none that is known.
#[must_use]
pub fn system(user_agent: &str) -> &'static str {
    const SYSTEMS: [(&str, &str); 8] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
        ("BSD", "BSD"),
    ];
    SYSTEMS.iter().find(|(part, _)| user_agent.contains(part)).map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";
    const WEBKIT: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";

    // spec: T-2
    #[test]
    fn device_and_browser_are_read_from_what_browsers_say() {
        use DeviceClass::{Desktop, Phone, Tablet};
        for (user_agent, is, named) in [
            (format!("(Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"), Desktop, "Chrome"),
            (format!("(Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/141.0.0.0"), Desktop, "Edge"),
            (format!("(X11; Linux x86_64) {CHROME} Safari/537.36 OPR/122.0.0.0"), Desktop, "Opera"),
            ("(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(), Desktop, "Firefox"),
            (format!("(Macintosh) {WEBKIT} Version/18.5 Safari/605.1.15"), Desktop, "Safari"),
            (
                format!("(iPhone; CPU iPhone OS 18_5) {WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1"),
                Phone,
                "Safari",
            ),
            (
                format!("(iPhone; CPU iPhone OS 18_5) {WEBKIT} CriOS/141.0 Mobile/15E148 Safari/604.1"),
                Phone,
                "Chrome",
            ),
            (
                format!("(iPhone; CPU iPhone OS 18_5) {WEBKIT} FxiOS/140.0 Mobile/15E148 Safari/605.1.15"),
                Phone,
                "Firefox",
            ),
            (
                format!("(iPad; CPU OS 18_5) {WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1"),
                Tablet,
                "Safari",
            ),
            (format!("(Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36"), Phone, "Chrome"),
            (
                "(Linux; Android 14; SM-S921B) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"
                    .to_owned(),
                Phone,
                "Samsung Internet",
            ),
            (format!("(Linux; Android 14; SM-X910) {CHROME} Safari/537.36"), Tablet, "Chrome"),
            ("(Android 14; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0".to_owned(), Tablet, "Firefox"),
            (String::new(), Desktop, "Other"),
        ] {
            assert_eq!((device(&user_agent), browser(&user_agent)), (is, named), "{user_agent}");
        }
    }

    // spec: A-4
    #[test]
    fn a_system_is_read_from_what_browsers_say() {
        for (user_agent, named) in [
            (format!("(Windows NT 10.0; Win64; x64) {CHROME}"), "Windows"),
            ("(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(), "Linux"),
            (format!("(Macintosh; Intel Mac OS X 10_15_7) {WEBKIT}"), "macOS"),
            (format!("(iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT}"), "iOS"),
            (format!("(iPad; CPU OS 18_5 like Mac OS X) {WEBKIT}"), "iPadOS"),
            (format!("(Linux; Android 14; Pixel 8) {CHROME}"), "Android"),
            (format!("(X11; CrOS x86_64 14541.0.0) {CHROME}"), "ChromeOS"),
            ("curl/8.9".to_owned(), ""),
        ] {
            assert_eq!(system(&user_agent), named, "{user_agent}");
        }
    }
}
