package import JSON

/// The session object (RFC 8620 §2): what the server has, and where.
package struct JMAPSessionObject: Sendable {
    /// An account that the user may use.
    package struct Account: Sendable {
        /// Whose it is.
        package enum Owner: Sendable { case user, other }
        /// What the user may do in it.
        package enum Access: Sendable { case full, readOnly }

        package var id: JMAPID
        package var name: String
        package var owner: Owner
        package var access: Access
        /// The account's capabilities, with what they tell of it.
        package var capabilities: [(capability: JMAPCapability, facts: JSONObject)]

        package init(
            id: JMAPID, name: String, owner: Owner, access: Access,
            capabilities: [(capability: JMAPCapability, facts: JSONObject)]
        ) {
            self.id = id
            self.name = name
            self.owner = owner
            self.access = access
            self.capabilities = capabilities
        }
    }

    /// Scheme and authority under which the client reaches the server: `https://mail.example.org`.
    package var base: String
    package var userName: String
    package var limits: JMAPLimits
    /// The server's capabilities but for the core, with what they tell.
    package var capabilities: [(capability: JMAPCapability, facts: JSONObject)]
    /// The user's own first.
    package var accounts: [Account]
    /// Collations of RFC 4790 that queries sort by.
    package var collations: [String]

    package init(
        base: String, userName: String, limits: JMAPLimits,
        capabilities: [(capability: JMAPCapability, facts: JSONObject)],
        accounts: [Account], collations: [String]
    ) {
        self.base = base
        self.userName = userName
        self.limits = limits
        self.capabilities = capabilities
        self.accounts = accounts
        self.collations = collations
    }

    /// The object, with its state.
    package var json: JSONObject {
        var object = stateless
        object["state"] = .string(Self.state(of: object))
        return object
    }

    /// Differs when something else of the object does.
    package var state: String { Self.state(of: stateless) }

    private var stateless: JSONObject {
        let all = [(capability: JMAPCapability.core, facts: core)] + capabilities
        var primary = JSONObject()
        for account in accounts where account.owner == .user {
            for (capability, _) in account.capabilities { primary[capability.rawValue] = .string(account.id.text) }
        }
        return [
            "capabilities": .object(JSONObject(all.map { ($0.capability.rawValue, .object($0.facts)) })),
            "accounts": .object(JSONObject(accounts.map { ($0.id.text, .object($0.json)) })),
            "primaryAccounts": .object(primary),
            "username": .string(userName),
            "apiUrl": .string(base + "/jmap/api"),
            "downloadUrl": .string(base + "/jmap/download/{accountId}/{blobId}/{name}?accept={type}"),
            "uploadUrl": .string(base + "/jmap/upload/{accountId}/"),
            "eventSourceUrl": .string(base + "/jmap/eventsource/?types={types}&closeafter={closeafter}&ping={ping}"),
        ]
    }

    private var core: JSONObject {
        [
            "maxSizeUpload": .integer(limits.uploadOctetsMax),
            "maxConcurrentUpload": .integer(Int64(limits.uploadsMax)),
            "maxSizeRequest": .integer(Int64(limits.requestOctetsMax)),
            "maxConcurrentRequests": .integer(Int64(limits.requestsMax)),
            "maxCallsInRequest": .integer(Int64(limits.callsMax)),
            "maxObjectsInGet": .integer(Int64(limits.objectsInGetMax)),
            "maxObjectsInSet": .integer(Int64(limits.objectsInSetMax)),
            "collationAlgorithms": .array(collations.map { .string($0) }),
        ]
    }

    /// FNV-1a of 64 bits over the text.
    private static func state(of object: JSONObject) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in JSONValue.object(object).octets { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

extension JMAPSessionObject.Account {
    fileprivate var json: JSONObject {
        [
            "name": .string(name), "isPersonal": .bool(owner == .user), "isReadOnly": .bool(access == .readOnly),
            "accountCapabilities": .object(
                JSONObject(capabilities.map { ($0.capability.rawValue, .object($0.facts)) })),
        ]
    }
}
