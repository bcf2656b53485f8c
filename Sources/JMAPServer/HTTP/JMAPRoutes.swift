internal import Directory
package import HTTPService
internal import HTTPTypes
package import Hummingbird
internal import JMAP
internal import JSON
internal import MailCore
internal import Synchronization

/// JMAP over HTTP (RFC 8620 §2, §3.1, §6, §7.3): the session object, calls, files and events.
package struct JMAPRoutes: Sendable {
    private let services: JMAPServices
    private let dispatcher: JMAPDispatcher
    private let authenticator: HTTPAuthenticator
    private let slots: RequestSlots

    /// For one listener.
    ///
    /// - Parameter slots: those of all listeners.
    package init(
        services: JMAPServices, dispatcher: JMAPDispatcher, authenticator: HTTPAuthenticator, slots: RequestSlots
    ) {
        self.services = services
        self.dispatcher = dispatcher
        self.authenticator = authenticator
        self.slots = slots
    }

    /// Adds the routes.
    package func add(to router: Router<HTTPServer.Context>) {
        let routes = self
        router.get(".well-known/jmap") { request, context in
            let user = try await routes.authenticator.user(of: request, context)
            return Response(json: try await routes.session(of: user, request).json)
        }
        router.post("jmap/api") { request, context in try await routes.call(request, context) }
        // What a browser loads by itself carries no field of ours; an upload is a script's.
        let authenticator = authenticator
        JMAPBlobRoutes(services) { request, context in
            try? await authenticator.user(
                of: request, context, cookie: request.method == .get ? .reading : .scripts)
        }.add(to: router)
        JMAPPushRoutes(services.push) { request, context in
            try? await authenticator.user(of: request, context, cookie: .reading)
        }.add(to: router)
    }

    private func call(_ request: Request, _ context: HTTPContext) async throws -> Response {
        let user = try await authenticator.user(of: request, context)
        do {
            guard request.isJSON else { throw JMAPRequestError.notJSON("The request is no application/json.") }
            guard slots.enter(user.account.id) else { throw JMAPRequestError.limit("maxConcurrentRequests") }
            defer { slots.leave(user.account.id) }
            let octets: [UInt8]
            do {
                octets = try await request.octets(max: services.limits.requestOctetsMax)
            } catch is HTTPProblem {
                throw JMAPRequestError.limit("maxSizeRequest")
            }
            let state = try await session(of: user, request).state
            return Response(jsonOctets: try await dispatcher.respond(to: octets, of: user, sessionState: state))
        } catch let error as JMAPRequestError {
            throw HTTPProblem(error)
        }
    }

    /// The session object as a user sees it.
    private func session(of user: JMAPUser, _ request: Request) async throws -> JMAPSessionObject {
        try await JMAPSessionObject.make(
            for: user, base: base(of: request), services: services, capabilities: dispatcher.capabilities)
    }

    /// Scheme and authority as the client has them; what cannot be one is not given back.
    private func base(of request: Request) -> String {
        let authority = request.head.authority ?? ""
        let isSound = !authority.isEmpty && authority.utf8.count <= 300 && authority.utf8.allSatisfy(Self.isOfAuthority)
        return "\(authenticator.scheme)://\(isSound ? authority : "localhost")"
    }

    private static func isOfAuthority(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}

/// Counts requests that are being answered, for each account (`maxConcurrentRequests`).
package final class RequestSlots: Sendable {
    private let taken = Mutex<[AccountID: Int]>([:])
    private let perAccountMax: Int

    /// All free.
    package init(perAccountMax: Int) {
        self.perAccountMax = perAccountMax
    }

    /// Whether one more may begin; who was let in must `leave`.
    func enter(_ account: AccountID) -> Bool {
        taken.withLock { taken in
            guard taken[account, default: 0] < perAccountMax else { return false }
            taken[account, default: 0] += 1
            return true
        }
    }

    /// One has ended.
    func leave(_ account: AccountID) {
        taken.withLock { taken in
            let left = taken[account, default: 1] - 1
            taken[account] = left > 0 ? left : nil
        }
    }
}
