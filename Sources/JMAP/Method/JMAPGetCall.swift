package import JSON

/// The arguments of a /get (RFC 8620 §5.1).
package struct JMAPGetCall: Sendable {
    package let accountID: JMAPID
    /// nil: all.
    package let ids: [JMAPID]?
    /// nil: all that come without asking.
    package let properties: [String]?
    package let arguments: JMAPArguments

    package init(_ arguments: JMAPArguments, limits: JMAPLimits) throws(JMAPMethodError) {
        self.arguments = arguments
        accountID = try arguments.id("accountId")
        // Each record comes once (RFC 8620 §5.1).
        var seen: Set<JMAPID> = []
        ids = try arguments.optionalIDs("ids")?.filter { seen.insert($0).inserted }
        guard (ids?.count ?? 0) <= limits.objectsInGetMax else { throw .requestTooLarge }
        properties = try arguments.optionalStrings("properties")
    }

    /// The names of the properties to send: those asked for and id, which always comes.
    ///
    /// - Parameters:
    ///   - standard: those that come without asking.
    ///   - isKnown: whether the type has a property; `invalidArguments` where it has not.
    package func wanted(
        standard: [String], isKnown: (String) -> Bool
    ) throws(JMAPMethodError) -> [String] {
        guard let properties else { return standard }
        for property in properties where !isKnown(property) {
            throw .invalidArguments("there is no property \(property)")
        }
        return properties.contains("id") ? properties : ["id"] + properties
    }

    /// The response.
    package func response(state: String, list: [JSONObject], notFound: [JMAPID]) -> JSONObject {
        [
            "accountId": .string(accountID.text), "state": .string(state), "list": .array(list.map { .object($0) }),
            "notFound": .array(notFound.map { .string($0.text) }),
        ]
    }
}
