package import JSON

/// A method call, or a response to one (RFC 8620 §3.2): `["Email/get", {…}, "c1"]`.
package struct JMAPInvocation: Hashable, Sendable {
    package var name: String
    package var arguments: JSONObject
    /// The client's own, which comes back with each response.
    package var callID: String

    package init(name: String, arguments: JSONObject, callID: String) {
        self.name = name
        self.arguments = arguments
        self.callID = callID
    }

    /// A call as a client writes it; nil when it is none.
    init?(_ value: JSONValue) {
        guard let elements = value.array, elements.count == 3, let name = elements[0].string,
            let arguments = elements[1].object, let callID = elements[2].string
        else { return nil }
        self.init(name: name, arguments: arguments, callID: callID)
    }

    /// As it is written.
    package var json: JSONValue { .array([.string(name), .object(arguments), .string(callID)]) }
}
