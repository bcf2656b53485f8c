/// What a column holds or a statement is given.
public enum SQLValue: Sendable, Hashable {
    /// Nothing.
    case null
    /// A whole number.
    case integer(Int64)
    /// Characters.
    case text(String)
    /// Octets.
    case octets([UInt8])

    /// A number or nothing.
    public static func optional(_ value: Int64?) -> SQLValue { value.map(SQLValue.integer) ?? .null }
    /// A text or nothing.
    public static func optional(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
    /// Octets or nothing.
    public static func optional(_ value: [UInt8]?) -> SQLValue { value.map(SQLValue.octets) ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    /// A number written in the code.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A text written in the code.
    public init(stringLiteral value: String) { self = .text(value) }
    /// `nil` written in the code.
    public init(nilLiteral: ()) { self = .null }
}
