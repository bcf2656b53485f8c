/// What a message may be to be delivered.
package struct DeliveryLimits: Sendable {
    /// Received fields beyond which a message is in a loop (RFC 5321 §6.3: at least 100).
    package var hopsMax = 100
    /// Octets up to which a message is parsed where it arrived; larger ones go to a thread.
    package var parsedInPlaceMax: Int64 = 128 << 10

    /// The values that suit everybody.
    package init() {}
}
