/// What a response has in a place of a structure: a string, NIL, or a list.
enum IMAPClientValue: Hashable, Sendable {
    case none
    case string([UInt8])
    indirect case list([IMAPClientValue])

    /// The octets of a string; nil for anything else.
    var octets: [UInt8]? {
        guard case .string(let octets) = self else { return nil }
        return octets
    }

    /// A number of 63 bits at most; nil for anything else.
    var number: Int64? { octets.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } }
}
