import Testing

@testable import Storage

@Suite struct OctetCodingTests {
    @Test(arguments: [0, 1, -1, 63, 64, -64, -65, 1 << 40, Int64.max, Int64.min])
    func integersRoundTrip(value: Int64) throws {
        var writer = OctetWriter()
        writer.write(value)
        var reader = OctetReader(writer.octets)
        #expect(try reader.readInteger() == value)
        #expect(reader.isAtEnd)
    }
}
