//! What is answered to a request.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response};

pub use hyper::StatusCode;

const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD");
const UNCACHED: HeaderValue = HeaderValue::from_static("no-store");

/// The answer to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    /// Such as `application/json`.
    pub content_type: &'static str,
    pub body: String,
}

/// Answers a request whose path is all that matters; its query says nothing.
pub(super) fn respond<B>(
    request: &Request<B>,
    answer: &dyn Fn(&str) -> Answer,
) -> Response<Full<Bytes>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(ALLOW, ALLOWED);
        return response;
    }
    let answer = answer(request.uri().path());
    let mut response = Response::new(Full::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(CACHE_CONTROL, UNCACHED);
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[track_caller]
    fn check(method: Method, uri: &str, expected: (StatusCode, &str)) {
        let request = Request::builder().method(method).uri(uri).body(());
        let response = respond(&request.unwrap(), &|path| Answer {
            status: StatusCode::OK,
            content_type: "text/plain",
            body: path.to_owned(),
        });
        let status = response.status();
        let body = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(response.into_body().collect())
            .unwrap();
        assert_eq!(
            (status, &*body.to_bytes()),
            (expected.0, expected.1.as_bytes())
        );
    }

    #[test]
    fn only_the_path_is_asked_for() {
        check(Method::GET, "/livez", (StatusCode::OK, "/livez"));
        check(Method::HEAD, "/livez", (StatusCode::OK, "/livez"));
        check(Method::GET, "/livez?verbose", (StatusCode::OK, "/livez"));
        check(Method::GET, "http://pod/a%20b", (StatusCode::OK, "/a%20b"));
        check(Method::GET, "*", (StatusCode::OK, "*"));
    }

    #[test]
    fn other_methods_are_told_which_are_allowed() {
        for method in [Method::POST, Method::OPTIONS, Method::DELETE] {
            check(method, "/livez", (StatusCode::METHOD_NOT_ALLOWED, ""));
        }
        let request = Request::post("/").body(()).unwrap();
        let response = respond(&request, &|_| unreachable!("nothing is looked up"));
        assert_eq!(response.headers().get(ALLOW), Some(&ALLOWED));
    }
}
