package import HTTPService
internal import HTTPTypes
package import Hummingbird
internal import JMAP
internal import NIOCore

/// The event source (RFC 8620 §7.3).
package struct JMAPPushRoutes: Sendable {
    private let push: JMAPPush
    private let authenticate: JMAPBlobRoutes.Authenticate

    package init(_ push: JMAPPush, authenticate: @escaping JMAPBlobRoutes.Authenticate) {
        self.push = push
        self.authenticate = authenticate
    }

    /// Adds the route.
    package func add(to router: Router<HTTPServer.Context>) {
        router.get("/jmap/eventsource") { await listen($0, $1) }
    }

    private func listen(_ request: Request, _ context: HTTPServer.Context) async -> Response {
        guard let user = await authenticate(request, context) else { return Response(status: .unauthorized) }
        let queries = request.uri.queryParameters
        let types = queries["types"].map { String($0) } ?? "*"
        guard types.utf8.count <= push.limits.typesOctetsMax else { return Response(status: .badRequest) }
        let ping = queries["ping"].flatMap { Int64($0) } ?? 0
        let limits = push.limits
        let stream = EventSourceStream(
            user: user, push: push, types: PushTypes(types),
            ending: queries["closeafter"].map { String($0) } == "state" ? .afterState : .never,
            pingSeconds: ping > 0 ? min(max(ping, limits.pingSecondsMin), limits.pingSecondsMax) : nil,
            lastEvent: HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] })
        guard let run = stream.start() else { return Response(status: .tooManyRequests) }
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        let body = ResponseBody { writer in
            let output = BodyWriter(writer)
            try await run(EventWriter(output: output, secondsMax: limits.writeSecondsMax))
            try await output.finish()
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
