package import JSON

/// Why one record of a /set, /copy or /import is not made, changed or destroyed (RFC 8620 §5.3).
package struct JMAPSetError: Error, Hashable, Sendable {
    /// The errors of RFC 8620 §5.3 and §5.4, and of RFC 8621 §2.5, §4.6, §4.8 and §7.5.
    package enum Kind: String, Sendable {
        case forbidden, overQuota, tooLarge, rateLimit, notFound, invalidPatch, willDestroy, invalidProperties,
            singleton, alreadyExists
        case mailboxHasChild, mailboxHasEmail
        case blobNotFound, tooManyKeywords, tooManyMailboxes
        case invalidEmail, tooManyRecipients, noRecipients, invalidRecipients, forbiddenMailFrom, forbiddenFrom,
            forbiddenToSend, cannotUnsend
    }

    package var kind: Kind
    /// For the client's developer.
    package var description: String?
    /// What the kind asks for beside: `properties`, `existingId`, `notFound`, `maxRecipients` …
    package var facts: JSONObject

    package init(_ kind: Kind, _ description: String? = nil, _ facts: JSONObject = [:]) {
        self.kind = kind
        self.description = description
        self.facts = facts
    }

    /// `invalidProperties`, and which.
    package static func invalid(_ properties: [String], _ description: String? = nil) -> JMAPSetError {
        JMAPSetError(.invalidProperties, description, ["properties": .array(properties.map { .string($0) })])
    }

    /// The SetError object.
    package var json: JSONValue {
        var object: JSONObject = ["type": .string(kind.rawValue)]
        if let description { object["description"] = .string(description) }
        return .object(object.merging(facts))
    }
}
