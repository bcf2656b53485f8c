internal import InternetMessage

extension ParsedMessage {
    /// How many servers the message passed: its Received fields (RFC 5321 §6.3).
    func receivedCount(in octets: UnsafeRawBufferPointer) -> Int {
        let name: StaticString = "received"
        var count = 0
        for field in fields where field.nameCount == 8 && field.whole.upperBound <= parts[0].header.upperBound {
            let start = field.name.lowerBound
            let isReceived = (0..<8).allSatisfy { octets[start + $0] | 0x20 == name.utf8Start[$0] }
            count += isReceived ? 1 : 0
        }
        return count
    }
}
