internal import Directory
internal import JMAP
internal import JSON
internal import MailCore

extension JMAPSessionObject {
    /// What a user sees (RFC 8620 §2): the own account, with what the server's methods can do.
    static func make(
        for user: JMAPUser, base: String, services: JMAPServices, capabilities: Set<JMAPCapability>
    ) async throws -> JMAPSessionObject {
        let offered = JMAPCapability.allCases.filter { $0 != .core && capabilities.contains($0) }
        let own = Account(
            id: user.accountID, name: user.account.address.written, owner: .user, access: .full,
            capabilities: offered.compactMap { capability in
                accountFacts(of: capability, services).map { (capability, $0) }
            })
        return JMAPSessionObject(
            base: base, userName: user.account.address.written, limits: services.limits,
            capabilities: offered.map { ($0, serverFacts(of: $0, base: base)) }, accounts: [own],
            collations: ["i;ascii-casemap", "i;unicode-casemap"])
    }

    /// What a capability tells of the server.
    private static func serverFacts(of capability: JMAPCapability, base: String) -> JSONObject {
        switch capability {
        case .webSocket:
            // RFC 8887 §3.
            ["url": .string("ws" + base.dropFirst("http".count) + "/jmap/ws"), "supportsPush": true]
        default: [:]
        }
    }

    /// What a capability tells of an account; nil where it tells of the server alone.
    private static func accountFacts(of capability: JMAPCapability, _ services: JMAPServices) -> JSONObject? {
        switch capability {
        case .mail:
            // RFC 8621 §1.3.1.
            [
                "maxMailboxesPerEmail": .null, "maxMailboxDepth": .null, "maxSizeMailboxName": 255,
                "maxSizeAttachmentsPerEmail": .integer(services.sending.messageOctetsMax),
                "emailQuerySortOptions": .array(QueryMethods.emailSortOptions.map { .string($0) }),
                "mayCreateTopLevelMailbox": true,
            ]
        case .submission:
            // RFC 8621 §1.3.2.
            [
                "maxDelayedSend": .integer(services.sending.holdSecondsMax),
                "submissionExtensions": [
                    // Without the second argument, a date: the session object would be another every second.
                    "FUTURERELEASE": [.string("\(services.sending.holdSecondsMax)")],
                    "SIZE": [.string("\(services.sending.messageOctetsMax)")], "DSN": [], "REQUIRETLS": [],
                ],
            ]
        case .core, .webSocket: nil
        case .blob:
            BlobMethods.capability(services.blobs, maxSizeBlobSet: services.limits.uploadOctetsMax)
        case .vacationResponse, .quota, .account: [:]
        }
    }
}
