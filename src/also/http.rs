//! One GET, of which only the status matters.

use std::io;
use std::pin::pin;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONNECTION, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::CertificateError;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::{AlsoReason, AlsoStage, Distrust, bracketed, connect, within};
use crate::config::HttpTarget;
use crate::dial::Socket;
use crate::tls;
use crate::wait::Attempt;

/// Headers are read into memory; more than this is no answer to a probe.
const MAX_ANSWER: usize = 64 * 1024;

/// Asks once; a status of the class 2xx is ready. A redirect is not: it is
/// most often a login page, or the way to a port that was not meant.
pub(super) async fn get(target: &HttpTarget, attempt: Attempt) -> Result<(), AlsoReason> {
    let request = request(target)?;
    let socket = connect(&target.host, target.port, attempt).await?;
    let socket = if target.tls {
        within(attempt, AlsoStage::Tls, encrypt(target, socket)).await?
    } else {
        socket
    };
    let status = within(attempt, AlsoStage::Answer, ask(socket, request)).await?;
    if status.is_success() {
        Ok(())
    } else if status.is_redirection() {
        Err(AlsoReason::Redirect(status.as_u16()))
    } else {
        Err(AlsoReason::Status(status.as_u16()))
    }
}

fn request(target: &HttpTarget) -> Result<Request<Empty<Bytes>>, AlsoReason> {
    let default_port = if target.tls { 443 } else { 80 };
    let host = bracketed(&target.host);
    let host = if target.port == default_port {
        host
    } else {
        format!("{host}:{}", target.port)
    };
    let mut request = Request::get(target.path.as_str())
        .header(HOST, host)
        .header(USER_AGENT, concat!("seaworthy/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close");
    if let Some((user, password)) = &target.credentials {
        let credentials = STANDARD.encode(format!("{user}:{}", password.expose()));
        let mut value = HeaderValue::try_from(format!("Basic {credentials}"))
            .map_err(|error| AlsoReason::BadUrl(error.to_string()))?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request
        .body(Empty::new())
        .map_err(|error| AlsoReason::BadUrl(error.to_string()))
}

async fn encrypt(
    target: &HttpTarget,
    socket: Box<dyn Socket>,
) -> Result<Box<dyn Socket>, AlsoReason> {
    let name = ServerName::try_from(target.host.clone())
        .map_err(|error| AlsoReason::BadUrl(error.to_string()))?;
    let config = tls::client_config()
        .map_err(|error| AlsoReason::Tls(error.to_string()))?
        .with_root_certificates(tls::system_roots())
        .with_no_client_auth();
    match TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
    {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(tls_failed(&error)),
    }
}

fn tls_failed(error: &io::Error) -> AlsoReason {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => AlsoReason::Certificate {
            distrust: distrust(problem),
            text: problem.to_string(),
        },
        Some(other) => AlsoReason::Tls(other.to_string()),
        None => AlsoReason::io(AlsoStage::Tls, error),
    }
}

fn distrust(problem: &CertificateError) -> Distrust {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    match problem {
        UnknownIssuer => Distrust::Issuer,
        NotValidForName | NotValidForNameContext { .. } => Distrust::Name,
        Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => {
            Distrust::Dates
        }
        _ => Distrust::Other,
    }
}

async fn ask(
    socket: Box<dyn Socket>,
    request: Request<Empty<Bytes>>,
) -> Result<StatusCode, AlsoReason> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_ANSWER)
        .handshake(TokioIo::new(socket))
        .await
        .map_err(|error| not_http(&error))?;
    let mut asking = pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = &mut asking => answer,
        // The answer may have come together with the end of the connection,
        // and an error of the connection is that of the request too.
        _ = connection => asking.await,
    };
    answer
        .map(|answer| answer.status())
        .map_err(|error| not_http(&error))
}

fn not_http(error: &hyper::Error) -> AlsoReason {
    use std::error::Error as _;
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<io::Error>());
    match cause {
        Some(error) => AlsoReason::io(AlsoStage::Answer, error),
        None if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => {
            AlsoReason::Closed
        }
        None => AlsoReason::NotHttp(error.to_string()),
    }
}
