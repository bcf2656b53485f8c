import InternetMessage

/// Any octets as a message: every fact is drawn from them, and every part lies within them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    let message = ParsedMessage(parsing: bytes)
    let index = PartIndex(message)
    for entry in index.entries {
        precondition(entry.headerStart >= 0 && entry.headerCount >= 0 && entry.bodyCount >= 0)
        precondition(
            entry.headerStart + entry.headerCount + entry.bodyCount <= bytes.count, "a part outside the message")
    }
    precondition(PartIndex(decoding: index.encoded()) == index, "what is kept beside the message is not what was read")
    _ = MessageFacts(message, in: bytes)
    SearchableText.forEachPiece(of: message, in: bytes) { _ in }
    _ = SortingFacts(message, in: bytes)
    _ = PartIndex(decoding: Array(bytes))
    return 0
}
