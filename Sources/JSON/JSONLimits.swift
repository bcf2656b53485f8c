/// The limits of a text of JSON; its octets are limited by whoever reads them.
package struct JSONLimits: Sendable {
    /// Arrays and objects within each other (RFC 8259 §9 lets us choose).
    package var depthMax = 64
    /// Values in all: the memory of a value is many times that of its text.
    package var valuesMax = 1_000_000

    /// The defaults.
    package init() {}
}
