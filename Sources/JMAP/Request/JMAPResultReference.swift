package import JSON

/// Arguments that are results of earlier calls (RFC 8620 §3.7): `"#ids": {"resultOf", "name", "path"}`.
package enum JMAPResultReference {
    /// The arguments with every reference in place.
    ///
    /// - Parameter responses: those to the calls before, in order.
    package static func resolve(
        _ arguments: JSONObject, in responses: [JMAPInvocation]
    ) throws(JMAPMethodError) -> JSONObject {
        guard arguments.members.contains(where: { $0.key.first == "#" }) else { return arguments }
        var resolved = JSONObject()
        for (name, value) in arguments.members {
            guard name.first == "#" else {
                resolved[name] = value
                continue
            }
            let plain = String(name.dropFirst())
            guard arguments[plain] == nil else {
                throw .invalidArguments("\(plain) is there as itself and as a reference")
            }
            resolved[plain] = try self.value(value, in: responses)
        }
        return resolved
    }

    private static func value(
        _ reference: JSONValue, in responses: [JMAPInvocation]
    ) throws(JMAPMethodError) -> JSONValue {
        guard let object = reference.object, let callID = object["resultOf"]?.string, let name = object["name"]?.string,
            let path = object["path"]?.string
        else { throw .invalidResultReference("a reference has resultOf, name and path") }
        guard let response = responses.first(where: { $0.callID == callID }) else {
            throw .invalidResultReference("no call \(callID) came before")
        }
        guard response.name == name else {
            throw .invalidResultReference("the response to \(callID) is no \(name)")
        }
        guard let found = JSONPointer(path)?.value(in: .object(response.arguments)) else {
            throw .invalidResultReference("there is nothing at \(path)")
        }
        return found
    }
}
