/// When the server got a message (RFC 9051 §2.3.3): an instant, and the zone in which it is said.
package struct InternalDate: Hashable, Sendable {
    /// The instant.
    package let secondsSince1970: Int64
    /// Minutes east of Greenwich in which it is written.
    package let zoneMinutes: Int

    /// An instant, told in a zone between −99:59 and +99:59.
    package init(secondsSince1970: Int64, zoneMinutes: Int = 0) {
        self.secondsSince1970 = secondsSince1970
        self.zoneMinutes = zoneMinutes
    }
}
