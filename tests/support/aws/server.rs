//! The wire: an HTTP server on a port of its own, in a thread of its own.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;

use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::cloud::{Cloud, Reply};
use super::fault::Kind;
use super::pace::Clock;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// In how many pieces a slow answer comes.
const PIECES: usize = 10;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on the port, or on a free one if it is 0.
    pub fn start(cloud: Arc<Cloud>, port: u16) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(&listener, &cloud) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was printed when it happened; a second one while a test fails would only abort.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: &TcpListener, cloud: &Arc<Cloud>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(cloud)));
        }
    }
}

async fn serve(stream: TcpStream, cloud: Arc<Cloud>) {
    // Small answers must not wait for the client's acknowledgements.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| handle(request, Arc::clone(&cloud)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = Pin::new(&mut connection).await;
    if ended.is_err() {
        let stream = connection.into_parts().io.into_inner();
        // Closing without lingering sends a reset.
        let _ = stream.set_zero_linger();
    }
}

async fn handle(request: Request<Incoming>, cloud: Arc<Cloud>) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let Reply { written, fault } = cloud.reply(&parts, &body).await;
    if fault == Some(Kind::Reset) {
        return Err(reset());
    }
    let length = written.body.len();
    let date = cloud.date().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut response = Response::builder()
        .status(written.status)
        .header("content-length", length)
        .header("date", date);
    for (name, value) in written.headers {
        response = response.header(name, value);
    }
    let text = Bytes::from(written.body);
    let body = match fault {
        Some(Kind::Truncated) => truncated(&text),
        Some(Kind::SlowBody(seconds)) => slow(&text, seconds, cloud.clock),
        _ => Full::new(text).map_err(|never| match never {}).boxed_unsync(),
    };
    response.body(body).map_err(io::Error::other)
}

fn reset() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionReset)
}

/// The first half, and then the end of the connection.
fn truncated(text: &Bytes) -> Body {
    let half = text.slice(..text.len() / 2);
    let pieces = stream::unfold(Some(half), |half| async {
        // Gives hyper the time to send what it has.
        tokio::task::yield_now().await;
        match half {
            Some(half) if !half.is_empty() => Some((Ok(Frame::data(half)), Some(Bytes::new()))),
            Some(_) => Some((Err(reset()), None)),
            None => None,
        }
    });
    StreamBody::new(pieces).boxed_unsync()
}

fn slow(text: &Bytes, seconds: f64, clock: Clock) -> Body {
    let size = text.len().div_ceil(PIECES).max(1);
    let pieces: Vec<Bytes> = text.chunks(size).map(Bytes::copy_from_slice).collect();
    #[expect(clippy::cast_precision_loss, reason = "ten pieces")]
    let pause = seconds / pieces.len().max(1) as f64;
    let pieces = stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        clock.sleep(pause).await;
        let piece = pieces.next()?;
        Some((Ok(Frame::data(piece)), pieces))
    });
    StreamBody::new(pieces).boxed_unsync()
}
