package import JSON

/// A path to a value (RFC 6901), with `*` for every element of an array (RFC 8620 §3.7).
package struct JSONPointer: Hashable, Sendable {
    /// The names and numbers on the way, unescaped.
    package let tokens: [String]

    /// A pointer as it is written: empty, or with a solidus before each token; nil when it is none.
    package init?(_ text: String) {
        guard text.isEmpty || text.first == "/" else { return nil }
        var tokens: [String] = []
        for token in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let unescaped = Self.unescaped(token) else { return nil }
            tokens.append(unescaped)
        }
        self.tokens = tokens
    }

    /// What the pointer leads to; nil when there is nothing.
    package func value(in root: JSONValue) -> JSONValue? { Self.value(tokens[...], in: root) }

    private static func value(_ tokens: ArraySlice<String>, in value: JSONValue) -> JSONValue? {
        guard let token = tokens.first else { return value }
        let rest = tokens.dropFirst()
        switch value {
        case .object(let object):
            return object[token].flatMap { self.value(rest, in: $0) }
        case .array(let elements) where token == "*":
            var found: [JSONValue] = []
            for element in elements {
                guard let value = self.value(rest, in: element) else { return nil }
                // Arrays become one (RFC 8620 §3.7).
                if case .array(let inner) = value { found += inner } else { found.append(value) }
            }
            return .array(found)
        case .array(let elements):
            guard let index = Int(token), String(index) == token, elements.indices.contains(index) else { return nil }
            return self.value(rest, in: elements[index])
        default: return nil
        }
    }

    /// `~1` is a solidus, `~0` a tilde (RFC 6901 §3).
    private static func unescaped(_ token: Substring) -> String? {
        guard token.contains("~") else { return String(token) }
        var text = ""
        var rest = token
        while let character = rest.popFirst() {
            guard character == "~" else {
                text.append(character)
                continue
            }
            switch rest.popFirst() {
            case "0": text.append("~")
            case "1": text.append("/")
            default: return nil
            }
        }
        return text
    }
}
