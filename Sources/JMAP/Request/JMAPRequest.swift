package import JSON

/// What a client asks in one POST (RFC 8620 §3.3).
package struct JMAPRequest: Sendable {
    /// The capabilities whose methods it may call.
    package var using: Set<JMAPCapability>
    /// One after the other.
    package var calls: [JMAPInvocation]
    /// Ids of records that earlier requests created; nil when the client does not ask for them.
    package var createdIDs: [String: JMAPID]?

    /// Reads a request.
    ///
    /// - Parameter known: the capabilities of this server.
    package init(
        parsing octets: [UInt8], known: Set<JMAPCapability>, limits: JMAPLimits
    ) throws(JMAPRequestError) {
        guard octets.count <= limits.requestOctetsMax else { throw .limit("maxSizeRequest") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: octets)
        } catch {
            throw .notJSON("The text is no I-JSON: \(error).")
        }
        try self.init(value, known: known, limits: limits)
    }

    /// Reads a request, of which the JSON is read.
    package init(
        _ value: JSONValue, known: Set<JMAPCapability>, limits: JMAPLimits
    ) throws(JMAPRequestError) {
        guard let object = value.object else { throw .notRequest("A request is an object.") }
        guard let names = object["using"]?.array else { throw .notRequest("using is no array.") }
        using = []
        for name in names {
            guard let name = name.string else { throw .notRequest("using holds something that is no string.") }
            guard let capability = JMAPCapability(rawValue: name), known.contains(capability) else {
                throw .unknownCapability(name)
            }
            using.insert(capability)
        }
        guard let written = object["methodCalls"]?.array else { throw .notRequest("methodCalls is no array.") }
        guard written.count <= limits.callsMax else { throw .limit("maxCallsInRequest") }
        calls = []
        for call in written {
            guard let call = JMAPInvocation(call) else {
                throw .notRequest("A method call is an array of name, arguments and id.")
            }
            calls.append(call)
        }
        createdIDs = try Self.createdIDs(object["createdIds"])
    }

    private static func createdIDs(_ value: JSONValue?) throws(JMAPRequestError) -> [String: JMAPID]? {
        guard let value, value != .null else { return nil }
        guard let object = value.object else { throw .notRequest("createdIds is no object.") }
        var ids: [String: JMAPID] = [:]
        for (key, id) in object.members {
            guard let id = id.string.flatMap({ JMAPID($0) }) else { throw .notRequest("createdIds holds no id.") }
            ids[key] = id
        }
        return ids
    }
}
