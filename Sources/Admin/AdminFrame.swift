internal import FoundationEssentials

/// One JSON value on the control socket: its length in four octets, the high one first, then the value.
enum AdminFrame {
    /// The longest value: a list with a hundred thousand members fits.
    static let octetsMax = 32 << 20

    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let json = try JSONEncoder().encode(value)
        guard json.count <= octetsMax else { throw AdminFailure("the answer is too long for the control socket") }
        let count = UInt32(json.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + Array(json)
    }

    static func decoded<Value: Decodable>(_: Value.Type, _ json: [UInt8]) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json))
    }
}
