use std::io;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use weco_proto::v1::weco_server::Weco;

use crate::api::{self, Api, Trends};
use crate::changes::Changes;
use crate::guard::{self, Guard};
use crate::loopback::Loopback;
use crate::token::Token;
use crate::{assets, metrics};

/// What a dashboard needs besides a service.
#[derive(Debug)]
pub struct Options {
    /// What browsers must know.
    pub token: Token,
    /// The port that they come by.
    pub port: u16,
}

/// Serves on `listener` until `shutdown`.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: Loopback,
    service: Arc<dyn Weco>,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(service, options)).with_graceful_shutdown(shutdown).await
}

/// All that is served.
pub(crate) fn router(service: Arc<dyn Weco>, options: Options) -> Router {
    let trends = Arc::new(Trends::default());
    let changes = Changes::new(Arc::clone(&service), Arc::clone(&trends));
    let api = Api { service, trends, changes };
    let guard = Arc::new(Guard::new(options.token, options.port));
    let scraped = Router::new().route("/metrics", get(metrics::metrics)).with_state(api.clone());
    Router::new()
        .route("/healthz", get(async || "ok"))
        .merge(scraped)
        .merge(api::router(api))
        .fallback(get(assets::serve))
        .layer(from_fn_with_state(guard, guard::check))
        // Streams of events are left alone.
        .layer(CompressionLayer::new())
}
