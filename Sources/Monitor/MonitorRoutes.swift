public import HTTPService
import HTTPTypes
public import Hummingbird
import NIOCore
public import Observability

/// The pages for whoever watches over the server: `/health` and `/metrics`.
public enum MonitorRoutes {
    /// Adds the pages. `health` is asked at each request: it should be quick, and look at what mail needs (the store can be
    /// written, the listeners listen).
    ///
    /// - Parameter metrics: nil where strangers can ask: there is no `/metrics` then.
    public static func add(
        to router: Router<HTTPServer.Context>, metrics: PrometheusRegistry?,
        health: @escaping @Sendable () async -> Health
    ) {
        router.get("health") { _, _ in
            let state = await health()
            switch state {
            case .ok: return response(.ok, type: "text/plain; charset=utf-8", body: "ok\n")
            case .failing: return response(.serviceUnavailable, type: "application/json", body: state.json + "\n")
            }
        }
        guard let metrics else { return }
        router.get("metrics") { _, _ in
            response(.ok, type: PrometheusRegistry.contentType, body: metrics.exposition())
        }
    }

    private static func response(_ status: HTTPResponse.Status, type: String, body: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
