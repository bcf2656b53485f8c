package import JSON

/// Changes of a record's properties (RFC 8620 §5.3): paths, relative to the record, with what comes there.
package struct JMAPPatch: Sendable {
    /// One change.
    package struct Change: Sendable {
        /// The way to what is changed, at least one name.
        package let path: [String]
        /// What comes there; null takes a member out, or gives a property its default.
        package let value: JSONValue

        /// The property of the record that is changed, or changed in part.
        package var property: String { path[0] }
    }

    /// None is a prefix of another.
    package let changes: [Change]

    /// A patch as it is written. `invalidPatch` where a path is none, or one is a prefix of another.
    package init(_ object: JSONObject) throws(JMAPSetError) {
        var changes: [Change] = []
        for (written, value) in object.members {
            guard let pointer = JSONPointer("/" + written), !pointer.tokens.contains("") else {
                throw JMAPSetError(.invalidPatch, "\(written) is no path")
            }
            changes.append(Change(path: pointer.tokens, value: value))
        }
        let sorted = changes.sorted { $0.path.lexicographicallyPrecedes($1.path) }
        for (one, other) in zip(sorted, sorted.dropFirst()) where other.path.starts(with: one.path) {
            throw JMAPSetError(.invalidPatch, "two paths change the same")
        }
        self.changes = changes
    }

    /// The record with the changes.
    ///
    /// `invalidPatch` where a path leads into something that is no object, an array included.
    package func applied(to record: JSONObject) throws(JMAPSetError) -> JSONObject {
        var result = record
        for change in changes { result = try Self.apply(change.value, at: change.path[...], to: result) }
        return result
    }

    private static func apply(
        _ value: JSONValue, at path: ArraySlice<String>, to object: JSONObject
    ) throws(JMAPSetError) -> JSONObject {
        guard let name = path.first else { return object }
        var result = object
        let rest = path.dropFirst()
        if rest.isEmpty {
            // A member that is taken out; of the record itself null stands for the default.
            result[name] = value == .null ? nil : value
            return result
        }
        guard let inner = object[name]?.object else {
            throw JMAPSetError(.invalidPatch, "\(name) is no object")
        }
        result[name] = .object(try apply(value, at: rest, to: inner))
        return result
    }
}
