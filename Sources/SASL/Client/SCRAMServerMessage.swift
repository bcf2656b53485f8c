/// The grammar of the server's two SCRAM messages (RFC 5802 §7).
enum SCRAMServerMessage {
    struct First: Hashable, Sendable {
        var nonce: [UInt8]
        var salt: [UInt8]
        var iterations: Int
    }

    /// `[reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]`
    static func parseFirst(_ message: [UInt8]) throws(SASLClientFailure) -> First {
        let fields = message.split(separator: comma, omittingEmptySubsequences: false)
        if fields.first?.starts(with: Array("m=".utf8)) == true { throw .extensionNotSupported }
        if let error = value(of: fields.first, named: "e") { throw .refused(printable(error)) }
        guard fields.count >= 3, let nonce = value(of: fields[0], named: "r"), nonce.count <= nonceOctetsMax,
            nonce.allSatisfy({ (0x21...0x7E).contains($0) }),
            let saltText = value(of: fields[1], named: "s"), let salt = SASLBase64.decode(saltText), !salt.isEmpty,
            let count = value(of: fields[2], named: "i"), let iterations = number(count)
        else { throw .malformed }
        return First(nonce: Array(nonce), salt: salt, iterations: iterations)
    }

    /// `(server-error / verifier) ["," extensions]`; the verifier, decoded.
    static func parseFinal(_ message: [UInt8]) throws(SASLClientFailure) -> [UInt8] {
        let fields = message.split(separator: comma, omittingEmptySubsequences: false)
        if let error = value(of: fields.first, named: "e") { throw .refused(printable(error)) }
        guard let text = value(of: fields.first, named: "v"), let signature = SASLBase64.decode(text) else {
            throw .malformed
        }
        return signature
    }

    private static let comma = UInt8(ascii: ",")
    private static let nonceOctetsMax = 1_024

    private static func value(of field: ArraySlice<UInt8>?, named name: Unicode.Scalar) -> ArraySlice<UInt8>? {
        guard let field, field.count >= 3, field.first == UInt8(ascii: name),
            field[field.startIndex + 1] == UInt8(ascii: "=")
        else { return nil }
        return field.dropFirst(2)
    }

    /// `posit-number`; what has more than nine digits is more than anybody computes, and is said to be so.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard let first = digits.first, first != 0x30, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        guard digits.count <= 9 else { return .max }
        return digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    /// A server's word for the log.
    private static func printable(_ octets: ArraySlice<UInt8>) -> String {
        String(decoding: octets.prefix(64).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }
}
