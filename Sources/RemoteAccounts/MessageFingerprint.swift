internal import CSodium

/// Knows a message again that its server calls by another name.
public enum MessageFingerprint {
    /// BLAKE2b, 16 octets, of the body, keyed by the Message-ID's: servers have been seen to add fields to a header. Without
    /// a Message-ID of the whole message.
    public static func make(messageID: String?, _ octets: UnsafeRawBufferPointer, header: Int) -> [UInt8] {
        guard let messageID else { return hash(octets, key: []) }
        let key = Array(messageID.utf8).withUnsafeBytes { hash($0, key: []) }
        return hash(UnsafeRawBufferPointer(rebasing: octets[min(header, octets.count)...]), key: key)
    }

    private static func hash(_ octets: UnsafeRawBufferPointer, key: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 16)
        crypto_generichash(
            &hash, hash.count, octets.bindMemory(to: UInt8.self).baseAddress, UInt64(octets.count), key, key.count)
        return hash
    }
}
