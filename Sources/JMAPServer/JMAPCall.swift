internal import Directory
package import JMAP
package import JSON
package import MailCore

/// What a method knows of the request that it is called in, and adds to it.
package struct JMAPCall: Sendable {
    package let services: JMAPServices
    package let user: JMAPUser
    /// What the request says it uses.
    package let using: Set<JMAPCapability>
    /// Creation ids of the request so far, with the ids of what was created (RFC 8620 §3.3).
    package private(set) var createdIDs: [String: JMAPID]
    /// Responses of methods that this call implies (RFC 8621 §7.5): they follow its own.
    package private(set) var implied: [(name: String, arguments: JSONObject)] = []

    package init(
        services: JMAPServices, user: JMAPUser, using: Set<JMAPCapability>, createdIDs: [String: JMAPID] = [:]
    ) {
        self.services = services
        self.user = user
        self.using = using
        self.createdIDs = createdIDs
    }

    package var limits: JMAPLimits { services.limits }

    /// Something was created under a creation id.
    package mutating func noteCreated(_ key: String, _ id: JMAPID) { createdIDs[key] = id }

    /// The id that a client means: itself, or behind `#` what was created under that creation id; nil where there is
    /// none.
    package func id(_ written: String) -> JMAPID? {
        written.first == "#" ? createdIDs[String(written.dropFirst())] : JMAPID(written)
    }

    /// A response that follows the method's own.
    package mutating func imply(_ name: String, _ arguments: JSONObject) { implied.append((name, arguments)) }

    /// Calls another method as a part of this one, and lets its response follow (RFC 8621 §7.5).
    package mutating func imply(_ method: JMAPMethod, _ arguments: JSONObject) async throws {
        let response = try await method.run(JMAPArguments(arguments), &self)
        imply(method.name, response)
    }

    /// The responses that follow, which are forgotten.
    mutating func takeImplied() -> [(name: String, arguments: JSONObject)] {
        defer { implied = [] }
        return implied
    }

    /// The user's own account.
    ///
    /// `accountNotFound` for any other; methods that serve what others share ask for more.
    package func ownAccount(_ id: JMAPID) throws(JMAPMethodError) -> AccountID {
        guard id.account == user.account.id else { throw .accountNotFound }
        return user.account.id
    }
}
