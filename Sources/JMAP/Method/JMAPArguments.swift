package import JSON

/// The arguments of a method call, read by type; what is missing or of another type is `invalidArguments`
/// (RFC 8620 §3.6.2).
package struct JMAPArguments: Sendable {
    package let object: JSONObject

    package init(_ object: JSONObject) { self.object = object }

    /// The largest integer that every client can read (RFC 8620 §1.3).
    package static let integerMax: Int64 = (1 << 53) - 1

    /// An argument; nil where it is absent or null.
    package func value(_ name: String) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    /// Whether the argument is there, be it null.
    package func has(_ name: String) -> Bool { object[name] != nil }

    private func read<Value>(
        _ name: String, _ type: String, _ body: (JSONValue) -> Value?
    ) throws(JMAPMethodError) -> Value? {
        guard let value = value(name) else { return nil }
        guard let read = body(value) else { throw .invalidArguments("\(name) is no \(type)") }
        return read
    }

    private func required<Value>(_ name: String, _ value: Value?) throws(JMAPMethodError) -> Value {
        guard let value else { throw .invalidArguments("\(name) is missing") }
        return value
    }

    /// `String|null`
    package func optionalString(_ name: String) throws(JMAPMethodError) -> String? {
        try read(name, "String") { $0.string }
    }

    /// `String`
    package func string(_ name: String) throws(JMAPMethodError) -> String {
        try required(name, optionalString(name))
    }

    /// `Boolean`, which may be absent.
    package func bool(_ name: String, default standard: Bool) throws(JMAPMethodError) -> Bool {
        try read(name, "Boolean") { $0.bool } ?? standard
    }

    /// `Int|null`
    package func optionalInteger(_ name: String) throws(JMAPMethodError) -> Int64? {
        try read(name, "Int") { value in
            value.integer.flatMap { (-Self.integerMax...Self.integerMax).contains($0) ? $0 : nil }
        }
    }

    /// `UnsignedInt|null`
    package func optionalUnsigned(_ name: String) throws(JMAPMethodError) -> Int64? {
        try read(name, "UnsignedInt") { value in
            value.integer.flatMap { (0...Self.integerMax).contains($0) ? $0 : nil }
        }
    }

    /// `Id|null`
    package func optionalID(_ name: String) throws(JMAPMethodError) -> JMAPID? {
        try read(name, "Id") { $0.string.flatMap { JMAPID($0) } }
    }

    /// `Id`
    package func id(_ name: String) throws(JMAPMethodError) -> JMAPID { try required(name, optionalID(name)) }

    /// `Id[]|null`
    package func optionalIDs(_ name: String) throws(JMAPMethodError) -> [JMAPID]? {
        try read(name, "Id[]") { value in
            guard let elements = value.array else { return nil }
            let ids = elements.compactMap { $0.string.flatMap { JMAPID($0) } }
            return ids.count == elements.count ? ids : nil
        }
    }

    /// `String[]|null`
    package func optionalStrings(_ name: String) throws(JMAPMethodError) -> [String]? {
        try read(name, "String[]") { value in
            guard let elements = value.array else { return nil }
            let strings = elements.compactMap(\.string)
            return strings.count == elements.count ? strings : nil
        }
    }

    /// An object, which may be absent.
    package func optionalObject(_ name: String) throws(JMAPMethodError) -> JSONObject? {
        try read(name, "object") { $0.object }
    }

    /// `Id[Object]`, in order: a map of objects, which may be absent.
    package func objects(_ name: String) throws(JMAPMethodError) -> [(key: String, object: JSONObject)] {
        try read(name, "map of objects") { value in
            guard let object = value.object else { return nil }
            let pairs = object.members.compactMap { member in
                member.value.object.map { (key: member.key, object: $0) }
            }
            return pairs.count == object.count ? pairs : nil
        } ?? []
    }
}
