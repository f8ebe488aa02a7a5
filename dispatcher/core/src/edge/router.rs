//! All services of the contract as one router: guarded, with gRPC-web, reflection and health.

use super::{Edge, guard::GuardLayer};
use crate::Core;
use siaga_domain::SiagaError;
use siaga_proto::v1;
use std::sync::Arc;
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;

/// Bytes of one request message; narrative and card fit a hundred times.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one reply; a report's PDF is the largest.
const REPLY_BYTES_MAX: usize = 32 * 1024 * 1024;

macro_rules! service {
    ($server:ident, $edge:expr) => {
        $server::new($edge.clone())
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(REPLY_BYTES_MAX)
    };
}

/// The services over a core, for HTTP/2 (gRPC) and HTTP/1 (gRPC-web).
///
/// # Errors
/// SIAGA-1900 when the descriptors for reflection cannot be read.
pub async fn router(core: Arc<Core>) -> Result<axum::Router, SiagaError> {
    use v1::{
        access_service_server::AccessServiceServer, alarm_service_server::AlarmServiceServer,
        audit_service_server::AuditServiceServer, call_service_server::CallServiceServer,
        catalog_service_server::CatalogServiceServer, dispatch_service_server::DispatchServiceServer,
        feed_service_server::FeedServiceServer, hub_delivery_service_server::HubDeliveryServiceServer,
        incident_service_server::IncidentServiceServer, replay_service_server::ReplayServiceServer,
        setup_service_server::SetupServiceServer, statistics_service_server::StatisticsServiceServer,
        unit_service_server::UnitServiceServer,
    };
    let edge = Edge { core: Arc::clone(&core) };
    let guarded = Routes::new(service!(AccessServiceServer, edge))
        .add_service(service!(CallServiceServer, edge))
        .add_service(service!(IncidentServiceServer, edge))
        .add_service(service!(DispatchServiceServer, edge))
        .add_service(service!(UnitServiceServer, edge))
        .add_service(service!(AlarmServiceServer, edge))
        .add_service(service!(CatalogServiceServer, edge))
        .add_service(service!(SetupServiceServer, edge))
        .add_service(service!(AuditServiceServer, edge))
        .add_service(service!(FeedServiceServer, edge))
        .add_service(service!(HubDeliveryServiceServer, edge))
        .add_service(service!(StatisticsServiceServer, edge))
        .add_service(service!(ReplayServiceServer, edge))
        .prepare()
        .into_axum_router()
        // What is no RPC is somebody else's: the binary merges hub, gateway and web beside this.
        .reset_fallback()
        .layer(GuardLayer(core));

    let described = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(v1::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let failed = |error| SiagaError::internal(format!("reflection: {error}"));
    // Many generic clients still speak the older form.
    let (reflection, older) = (described().build_v1().map_err(failed)?, described().build_v1alpha().map_err(failed)?);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_service_status("", tonic_health::ServingStatus::Serving).await;
    health.set_service_status("siaga.v1", tonic_health::ServingStatus::Serving).await;
    let open = Routes::new(reflection)
        .add_service(older)
        .add_service(health_service)
        .prepare()
        .into_axum_router()
        .reset_fallback();
    Ok(guarded.merge(open).layer(GrpcWebLayer::new()))
}
