//! Owns the files of console and widget that stand in the binary: which file an address means, how it is cached, and
//! under which policy it runs. Builds none of them.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::Problem;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

// A picture is shown from a `blob:` while it is on its way to the server.
const CONSOLE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' https: data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

const NOT_BUILT: &str = "The console and the widget are not part of this program: the web package was not built \
    before it. Build it (npm ci and npm run build in web/), then build this program again.\n";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Dist;

// The widget itself runs in it, with invented data: it asks for its own texts and for pictures, and only the console
// may frame it.
const PREVIEW_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' https: data:; \
    frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// What an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The console's page, whatever view of it the address names.
    Page,
    /// A file of the console whose name changes with its content.
    Hashed,
    /// Another file of the console.
    Plain,
    /// A script that customers' pages load.
    Widget,
    /// The page in which the console shows the widget in any of its states.
    Preview,
}

/// Answers every address that no route knows.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return Problem::MethodNotAllowed.into_response();
    }
    let (kind, path) = resolve(uri.path());
    let brotli = if accepts_brotli(&headers) { Dist::get(&format!("{path}.br")) } else { None };
    let is_brotli = brotli.is_some();
    match brotli.or_else(|| Dist::get(&path)) {
        Some(file) => answer(kind, &path, &file, is_brotli, &headers),
        None if matches!(kind, Kind::Page | Kind::Preview) => {
            (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response()
        }
        None if kind == Kind::Widget && !path.ends_with(".json") => {
            (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response()
        }
        None => Problem::NotFound.into_response(),
    }
}

fn resolve(path: &str) -> (Kind, String) {
    let name = path.rsplit('/').next().unwrap_or_default();
    match path {
        "/beckon.js"
        | "/beckon-chat.js"
        | "/beckon-launcher.js"
        | "/beckon-track.js"
        | "/beckon-offer-preview.js"
        | "/beckon-preview.js" => (Kind::Widget, format!("widget{path}")),
        _ if path.starts_with("/beckon-text-") && path.ends_with(".json") => {
            (Kind::Widget, format!("widget{path}"))
        }
        "/widget-preview" => (Kind::Preview, "widget/preview.html".to_owned()),
        _ if !name.contains('.') => (Kind::Page, "console/index.html".to_owned()),
        _ if path.starts_with("/assets/") => (Kind::Hashed, format!("console{path}")),
        _ => (Kind::Plain, format!("console{path}")),
    }
}

fn answer(kind: Kind, path: &str, file: &EmbeddedFile, is_brotli: bool, headers: &HeaderMap) -> Response {
    let hash = hex::encode(&file.metadata.sha256_hash()[..12]);
    let etag = HeaderValue::from_str(&format!("\"{hash}\"")).expect("hex is a valid header");
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| {
        known
            .to_str()
            .is_ok_and(|known| known.split(',').any(|tag| tag.trim().ends_with(&format!("\"{hash}\""))))
    });
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data.clone().into_owned()))
    };
    let answered = response.headers_mut();
    answered.insert(ETAG, etag);
    answered.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answered.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !is_known {
        answered.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        if is_brotli {
            answered.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
    }
    for (name, value) in policy(kind) {
        answered.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn policy(kind: Kind) -> Vec<(HeaderName, &'static str)> {
    match kind {
        Kind::Page => vec![
            (CACHE_CONTROL, "no-cache"),
            (CONTENT_SECURITY_POLICY, CONSOLE_POLICY),
            (REFERRER_POLICY, "same-origin"),
            (X_FRAME_OPTIONS, "DENY"),
        ],
        Kind::Preview => vec![
            (CACHE_CONTROL, "no-cache"),
            (CONTENT_SECURITY_POLICY, PREVIEW_POLICY),
            (REFERRER_POLICY, "same-origin"),
            (X_FRAME_OPTIONS, "SAMEORIGIN"),
        ],
        Kind::Hashed => vec![(CACHE_CONTROL, "public, max-age=31536000, immutable")],
        Kind::Plain => vec![(CACHE_CONTROL, "public, max-age=3600")],
        Kind::Widget => vec![
            (CACHE_CONTROL, "public, max-age=300"),
            (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
        ],
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"))
            && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_means_one_file() {
        assert_eq!(resolve("/"), (Kind::Page, "console/index.html".to_owned()));
        assert_eq!(resolve("/sites/0190/rules"), (Kind::Page, "console/index.html".to_owned()));
        assert_eq!(resolve("/assets/index-a1.js"), (Kind::Hashed, "console/assets/index-a1.js".to_owned()));
        assert_eq!(resolve("/favicon.svg"), (Kind::Plain, "console/favicon.svg".to_owned()));
        assert_eq!(resolve("/beckon.js"), (Kind::Widget, "widget/beckon.js".to_owned()));
        assert_eq!(resolve("/widget-preview"), (Kind::Preview, "widget/preview.html".to_owned()));
        for bundle in ["chat", "launcher", "track", "offer-preview", "preview"] {
            let path = format!("/beckon-{bundle}.js");
            assert_eq!(resolve(&path), (Kind::Widget, format!("widget{path}")));
        }
        assert_eq!(resolve("/beckon-text-de.json"), (Kind::Widget, "widget/beckon-text-de.json".to_owned()));
    }

    #[test]
    fn brotli_is_sent_only_when_it_is_accepted() {
        let accepts = |value: &'static str| {
            accepts_brotli(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(accepts("gzip, deflate, br"));
        assert!(accepts("BR;q=0.5"));
        assert!(!accepts("gzip, br;q=0"));
        assert!(!accepts("gzip"));
        assert!(!accepts_brotli(&HeaderMap::new()));
    }

    fn answered(kind: Kind, path: &str, is_brotli: bool, headers: &HeaderMap) -> Response {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, b"content").unwrap();
        let file = rust_embed::utils::read_file_from_fs(file.path()).unwrap();
        answer(kind, path, &file, is_brotli, headers)
    }

    fn header(response: &Response, name: HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn each_kind_is_cached_and_guarded_in_its_way() {
        let page = answered(Kind::Page, "console/index.html", false, &HeaderMap::new());
        assert_eq!(header(&page, CACHE_CONTROL), Some("no-cache"));
        assert_eq!(header(&page, CONTENT_TYPE), Some("text/html; charset=utf-8"));
        assert!(header(&page, CONTENT_SECURITY_POLICY).unwrap().starts_with("default-src 'self'"));
        assert_eq!(header(&page, REFERRER_POLICY), Some("same-origin"));
        assert_eq!(header(&page, ACCESS_CONTROL_ALLOW_ORIGIN), None);
        let preview = answered(Kind::Preview, "widget/preview.html", false, &HeaderMap::new());
        let policy = header(&preview, CONTENT_SECURITY_POLICY).unwrap();
        assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(header(&preview, X_FRAME_OPTIONS), Some("SAMEORIGIN"));
        let hashed = answered(Kind::Hashed, "console/assets/a-1.css", false, &HeaderMap::new());
        assert_eq!(header(&hashed, CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
        let widget = answered(Kind::Widget, "widget/beckon.js", true, &HeaderMap::new());
        assert_eq!(header(&widget, ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
        assert_eq!(header(&widget, CONTENT_ENCODING), Some("br"));
        assert_eq!(header(&widget, CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
        assert_eq!(header(&widget, VARY), Some("accept-encoding"));
        assert_eq!(header(&widget, X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let first = answered(Kind::Plain, "console/mark.svg", false, &HeaderMap::new());
        let tag = first.headers()[ETAG].clone();
        let headers = |value: HeaderValue| HeaderMap::from_iter([(IF_NONE_MATCH, value)]);
        let again = answered(Kind::Plain, "console/mark.svg", false, &headers(tag.clone()));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[ETAG], tag);
        let weak = HeaderValue::from_str(&format!("\"other\", W/{}", tag.to_str().unwrap())).unwrap();
        assert_eq!(answered(Kind::Plain, "x.svg", false, &headers(weak)).status(), StatusCode::NOT_MODIFIED);
        let other = HeaderValue::from_static("\"other\"");
        assert_eq!(answered(Kind::Plain, "x.svg", false, &headers(other)).status(), StatusCode::OK);
    }
}
