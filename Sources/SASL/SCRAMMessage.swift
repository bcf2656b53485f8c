/// The grammar of the client's two SCRAM messages (RFC 5802 §7).
enum SCRAMMessage {
    /// `gs2-cbind-flag`.
    enum BindingFlag: Hashable, Sendable {
        /// `n`: the client cannot bind.
        case unsupported
        /// `y`: it can, and thinks that we cannot.
        case notOffered
        /// `p=`: it does, by this type.
        case required(type: String)
    }

    struct ClientFirst: Hashable, Sendable {
        var flag: BindingFlag
        var authorizationName: [UInt8]?
        /// `gs2-header` as sent.
        var header: [UInt8]
        var userName: [UInt8]
        var nonce: [UInt8]
        /// `client-first-message-bare` as sent.
        var bare: [UInt8]
    }

    struct ClientFinal: Hashable, Sendable {
        var binding: [UInt8]
        var nonce: [UInt8]
        var proof: [UInt8]
        /// `client-final-message-without-proof` as sent.
        var withoutProof: [UInt8]
    }

    static func parseFirst(_ message: [UInt8]) throws(SCRAMSyntaxError) -> ClientFirst {
        let parts = message.split(separator: comma, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        let flag = try parseFlag(parts[0])
        var authorizationName: [UInt8]?
        if !parts[1].isEmpty {
            guard let name = value(of: parts[1], named: "a") else { throw .malformed }
            authorizationName = try unescape(name)
        }
        let fields = parts[2].split(separator: comma, omittingEmptySubsequences: false)
        if fields.first?.starts(with: Array("m=".utf8)) == true { throw .mandatoryExtension }
        guard fields.count >= 2, let user = value(of: fields[0], named: "n"),
            let nonce = value(of: fields[1], named: "r"), isNonce(nonce), areExtensions(fields.dropFirst(2))
        else { throw .malformed }
        return ClientFirst(
            flag: flag, authorizationName: authorizationName, header: Array(message[..<parts[2].startIndex]),
            userName: try unescape(user), nonce: Array(nonce), bare: Array(parts[2]))
    }

    static func parseFinal(_ message: [UInt8]) throws(SCRAMSyntaxError) -> ClientFinal {
        let fields = message.split(separator: comma, omittingEmptySubsequences: false)
        if fields.first?.starts(with: Array("m=".utf8)) == true { throw .mandatoryExtension }
        guard fields.count >= 3, let binding = value(of: fields[0], named: "c"),
            let nonce = value(of: fields[1], named: "r"), isNonce(nonce),
            let last = fields.last, let proof = value(of: last, named: "p"),
            areExtensions(fields.dropFirst(2).dropLast()),
            let bindingOctets = SASLBase64.decode(binding), let proofOctets = SASLBase64.decode(proof)
        else { throw .malformed }
        return ClientFinal(
            binding: bindingOctets, nonce: Array(nonce), proof: proofOctets,
            withoutProof: Array(message[..<(last.startIndex - 1)]))
    }

    private static let comma = UInt8(ascii: ",")

    private static func parseFlag(_ part: ArraySlice<UInt8>) throws(SCRAMSyntaxError) -> BindingFlag {
        switch part {
        case [UInt8(ascii: "n")]: return .unsupported
        case [UInt8(ascii: "y")]: return .notOffered
        default:
            guard let name = value(of: part, named: "p"), name.count <= 64, name.allSatisfy(isBindingName) else {
                throw .malformed
            }
            return .required(type: String(decoding: name, as: UTF8.self))
        }
    }

    private static func value(of field: ArraySlice<UInt8>, named name: Unicode.Scalar) -> ArraySlice<UInt8>? {
        guard field.count >= 3, field.first == UInt8(ascii: name),
            field[field.startIndex + 1] == UInt8(ascii: "=")
        else { return nil }
        return field.dropFirst(2)
    }

    /// `saslname`: `=2C` and `=3D` stand for comma and equals sign, no other `=` may be there.
    private static func unescape(_ name: ArraySlice<UInt8>) throws(SCRAMSyntaxError) -> [UInt8] {
        var octets: [UInt8] = []
        var rest = name
        while let octet = rest.popFirst() {
            if octet != UInt8(ascii: "=") {
                octets.append(octet)
            } else if rest.starts(with: Array("2C".utf8)) {
                octets.append(comma)
                rest = rest.dropFirst(2)
            } else if rest.starts(with: Array("3D".utf8)) {
                octets.append(UInt8(ascii: "="))
                rest = rest.dropFirst(2)
            } else {
                throw .malformed
            }
        }
        return octets
    }

    private static func isNonce(_ octets: ArraySlice<UInt8>) -> Bool {
        octets.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isBindingName(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func areExtensions(_ fields: ArraySlice<ArraySlice<UInt8>>) -> Bool {
        fields.allSatisfy { field in
            guard let name = field.first, field.count >= 3 else { return false }
            let isLetter = (0x41...0x5A).contains(name & 0xDF) && name < 0x80
            return isLetter && field[field.startIndex + 1] == UInt8(ascii: "=") && !field.contains(0)
        }
    }
}

/// What is wrong with a client's SCRAM message.
enum SCRAMSyntaxError: Error, Hashable, Sendable {
    case malformed
    case mandatoryExtension

    var failure: SASLFailure { self == .malformed ? .malformed : .extensionNotSupported }
}
