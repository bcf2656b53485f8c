/// What a search is to return (RFC 4731 §3.1 and extensions).
package struct SearchReturnOptions: Hashable, Sendable {
    /// Results that stand alone.
    package struct Items: OptionSet, Hashable, Sendable {
        /// The bits.
        package let rawValue: UInt16
        /// From bits.
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        /// The smallest number.
        package static let min = Items(rawValue: 1)
        /// The largest number.
        package static let max = Items(rawValue: 2)
        /// All numbers.
        package static let all = Items(rawValue: 4)
        /// How many.
        package static let count = Items(rawValue: 8)
        /// Keep the result as `$` (RFC 5182).
        package static let save = Items(rawValue: 16)
        /// Scores, in the order of the numbers (RFC 6203 §4).
        package static let relevancy = Items(rawValue: 32)
        /// The search may be repeated (RFC 5267 §4.2): a hint.
        package static let context = Items(rawValue: 64)
        /// Tell what changes (RFC 5267 §4.3).
        package static let update = Items(rawValue: 128)
    }

    /// `RETURN ()` means ALL (RFC 4731 §3.1).
    package let items: Items
    /// A page of the result (RFC 9394 §3.1).
    package let partial: PartialRange?
    /// What is told of messages that come to the result (RFC 5465 §7); goes with `update`.
    package let updateAttributes: [FetchAttribute]

    /// As above.
    package init(items: Items, partial: PartialRange? = nil, updateAttributes: [FetchAttribute] = []) {
        self.items = items
        self.partial = partial
        self.updateAttributes = updateAttributes
    }
}
