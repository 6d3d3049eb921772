//! One request and its answer over one connection, bounded in every direction.

use goalpost_core::web::Header;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_ENCODING, HeaderMap, TRANSFER_ENCODING};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use super::{HttpFailure, HttpResponse};

/// Headers of an answer, and bytes of all of them.
const HEADERS: usize = 128;
const HEADER_BYTES: usize = 64 << 10;

/// Sends `request`, and reads an answer whose body has at most `most` bytes. The connection serves nothing else, and ends
/// when the future does.
pub(super) async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    most: u64,
) -> Result<HttpResponse, HttpFailure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_headers(HEADERS).max_header_size(HEADER_BYTES);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(failure)?;
    let mut driver = JoinSet::new();
    driver.spawn(connection);

    let response = sender.send_request(request).await.map_err(failure)?;
    let status = response.status();
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(HttpFailure::Transport("the service changed the protocol without being asked to".to_owned()));
    }
    if is_packed(response.headers()) {
        // It was asked for a plain answer: what is packed can't be bounded or looked through.
        return Err(HttpFailure::Transport("the service packed its answer although it was asked not to".to_owned()));
    }
    let headers = response.headers().iter().map(|(name, value)| Header {
        name: name.as_str().to_owned(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    });
    let headers = headers.collect();

    let too_large =
        || HttpFailure::Limit(format!("the answer is larger than the grant's {most} bytes (`response_bytes`)"));
    let mut body = response.into_body();
    if body.size_hint().lower() > most {
        return Err(too_large());
    }
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        // Trailers are not for guests.
        let Ok(data) = frame.map_err(failure)?.into_data() else { continue };
        if (read.len() + data.len()) as u64 > most {
            return Err(too_large());
        }
        read.extend_from_slice(&data);
    }
    Ok(HttpResponse { status: status.as_u16(), headers, body: read })
}

fn is_packed(headers: &HeaderMap) -> bool {
    let other = |name, plain: &[u8]| {
        headers.get_all(name).iter().any(|value| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(plain))
    };
    other(CONTENT_ENCODING, b"identity") || other(TRANSFER_ENCODING, b"chunked")
}

fn failure(error: hyper::Error) -> HttpFailure {
    if error.is_parse_too_large() {
        return HttpFailure::Limit(format!("an answer has at most {HEADERS} headers of {HEADER_BYTES} bytes in all"));
    }
    HttpFailure::Transport(format!("the service gave no answer that can be read: {error}"))
}
