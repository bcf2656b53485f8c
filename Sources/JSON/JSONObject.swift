internal import OrderedCollections

/// An object of JSON: its members, in the order in which they were written.
package struct JSONObject: Hashable, Sendable {
    private var storage: OrderedDictionary<String, JSONValue>

    /// An object with these members; of two with one name the last counts.
    package init(_ members: [(String, JSONValue)] = []) {
        storage = OrderedDictionary(members, uniquingKeysWith: { _, last in last })
    }

    /// A member's value; nil removes it.
    package subscript(_ name: String) -> JSONValue? {
        get { storage[name] }
        set { storage[name] = newValue }
    }

    /// How many members it has.
    package var count: Int { storage.count }
    /// Whether it has none.
    package var isEmpty: Bool { storage.isEmpty }
    /// The members' names.
    package var names: [String] { Array(storage.keys) }
    /// The members.
    package var members: some RandomAccessCollection<(key: String, value: JSONValue)> & Sendable { storage.elements }

    /// Adds a member.
    ///
    /// - Returns: whether there was none of its name; else nothing is different.
    mutating func insert(_ name: String, _ value: JSONValue) -> Bool {
        let index = storage.updateValue(value, forKey: name)
        guard let before = index else { return true }
        storage[name] = before
        return false
    }

    /// The members of both; where both have one, that of `other`.
    package func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for (name, value) in other.members { merged.storage[name] = value }
        return merged
    }

    /// Objects are the same whatever the order of their members (RFC 8259 §4).
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.count == other.count && one.storage.allSatisfy { other.storage[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        var mixed = 0
        for (name, value) in storage {
            var member = Hasher()
            member.combine(name)
            member.combine(value)
            mixed ^= member.finalize()
        }
        hasher.combine(mixed)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
