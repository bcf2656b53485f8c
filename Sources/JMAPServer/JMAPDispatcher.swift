internal import Directory
package import JMAP
package import JSON
internal import Logging

/// Answers requests: one call after the other (RFC 8620 §3.10 lets methods of different requests run at the same time).
package struct JMAPDispatcher: Sendable {
    private let services: JMAPServices
    private let methods: [String: JMAPMethod]
    /// The capabilities that requests may name.
    package let capabilities: Set<JMAPCapability>

    /// Serves `methods`, each of one of the capabilities.
    ///
    /// - Parameter capabilities: those that requests may name; nil: the core's, and each that has a method.
    package init(
        services: JMAPServices, methods: [JMAPMethod] = JMAPMethods.all, capabilities: Set<JMAPCapability>? = nil
    ) {
        self.services = services
        self.methods = Dictionary(uniqueKeysWithValues: methods.map { ($0.name, $0) })
        self.capabilities = capabilities ?? Set(methods.map(\.capability)).union([.core])
    }

    /// The text of a Response object (RFC 8620 §3.4).
    ///
    /// - Parameter sessionState: of the session object that the user would get.
    package func respond(
        to octets: [UInt8], of user: JMAPUser, sessionState: String
    ) async throws(JMAPRequestError) -> [UInt8] {
        let request = try JMAPRequest(parsing: octets, known: capabilities, limits: services.limits)
        return JSONValue.object(await respond(to: request, of: user, sessionState: sessionState)).octets
    }

    /// A Response object.
    package func respond(to request: JMAPRequest, of user: JMAPUser, sessionState: String) async -> JSONObject {
        var call = JMAPCall(
            services: services, user: user, using: request.using, createdIDs: request.createdIDs ?? [:])
        var responses: [JMAPInvocation] = []
        for invocation in request.calls {
            responses += await self.responses(to: invocation, after: responses, &call)
        }
        var response: JSONObject = [
            "methodResponses": .array(responses.map(\.json)), "sessionState": .string(sessionState),
        ]
        if request.createdIDs != nil {
            response["createdIds"] = .object(JSONObject(call.createdIDs.map { ($0.key, .string($0.value.text)) }))
        }
        return response
    }

    private func responses(
        to invocation: JMAPInvocation, after earlier: [JMAPInvocation], _ call: inout JMAPCall
    ) async -> [JMAPInvocation] {
        do {
            guard let method = methods[invocation.name], call.using.contains(method.capability) else {
                throw JMAPMethodError.unknownMethod
            }
            let arguments = try JMAPResultReference.resolve(invocation.arguments, in: earlier)
            let response = try await method.run(JMAPArguments(arguments), &call)
            let implied = call.takeImplied()
            return ([(invocation.name, response)] + implied).map {
                JMAPInvocation(name: $0.0, arguments: $0.1, callID: invocation.callID)
            }
        } catch {
            _ = call.takeImplied()
            let told = error as? JMAPMethodError ?? failure(error, of: invocation.name, call.user)
            return [JMAPInvocation(name: "error", arguments: told.json, callID: invocation.callID)]
        }
    }

    /// What is told of an error that is none of JMAP's: not its text, which is for the log.
    private func failure(_ error: any Error, of method: String, _ user: JMAPUser) -> JMAPMethodError {
        services.logger.error(
            "jmap method failed",
            metadata: ["method": "\(method)", "account": "\(user.account.address)", "error": "\(error)"])
        return .serverFail("The server could not do it; its log tells why.")
    }
}
