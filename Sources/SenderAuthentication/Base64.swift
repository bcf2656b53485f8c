internal import FoundationEssentials

/// Base64 with its padding (RFC 4648 §4).
enum Base64 {
    static func encode(_ octets: some Sequence<UInt8>) -> String { Data(octets).base64EncodedString() }

    /// The octets of a base64 text in which white space may stand anywhere (RFC 6376 §2.10); nil for anything else.
    static func decode(_ text: String) -> [UInt8]? {
        let characters = text.utf8.filter { !$0.isFoldingWhiteSpace }
        return Data(base64Encoded: Data(characters)).map { [UInt8]($0) }
    }
}
