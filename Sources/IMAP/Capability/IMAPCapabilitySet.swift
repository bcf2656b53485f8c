/// Some of the capabilities: one bit each.
package struct IMAPCapabilitySet: Hashable, Sendable, ExpressibleByArrayLiteral {
    private var bits: UInt64 = 0

    /// None, or those named.
    package init(arrayLiteral capabilities: IMAPCapability...) {
        for capability in capabilities { insert(capability) }
    }

    /// Those of a sequence.
    package init(_ capabilities: some Sequence<IMAPCapability>) {
        for capability in capabilities { insert(capability) }
    }

    /// Every one that there is.
    package static let all = IMAPCapabilitySet(IMAPCapability.allCases)

    /// What ENABLE can switch on (RFC 5161 §3.1): capabilities that change what the server says.
    package static let enableable: IMAPCapabilitySet = [.imap4rev2, .condstore, .qresync, .utf8Accept, .uidOnly]

    /// Whether it is among them.
    package func contains(_ capability: IMAPCapability) -> Bool { bits & Self.bit(capability) != 0 }

    /// Whether one of several is among them.
    package func containsAny(of capabilities: IMAPCapabilitySet) -> Bool { bits & capabilities.bits != 0 }

    /// Whether there is none.
    package var isEmpty: Bool { bits == 0 }

    /// Puts one in.
    package mutating func insert(_ capability: IMAPCapability) { bits |= Self.bit(capability) }

    /// Takes one out.
    package mutating func remove(_ capability: IMAPCapability) { bits &= ~Self.bit(capability) }

    /// Without those.
    package func subtracting(_ others: IMAPCapabilitySet) -> IMAPCapabilitySet {
        var rest = self
        rest.bits &= ~others.bits
        return rest
    }

    /// Those of both.
    package func intersection(_ others: IMAPCapabilitySet) -> IMAPCapabilitySet {
        var both = self
        both.bits &= others.bits
        return both
    }

    /// Those of either.
    package func union(_ others: IMAPCapabilitySet) -> IMAPCapabilitySet {
        var either = self
        either.bits |= others.bits
        return either
    }

    /// Its members in the order of the enumeration.
    package var members: [IMAPCapability] { IMAPCapability.allCases.filter(contains) }

    private static func bit(_ capability: IMAPCapability) -> UInt64 { 1 << UInt64(capability.rawValue) }
}
