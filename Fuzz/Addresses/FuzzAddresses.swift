import InternetMessage
import MailCore

/// Any octets as the addresses of a header field, of an envelope and of a command line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAddresses(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    _ = AddressListParser.parse(bytes[...])
    precondition(AddressListParser.parse(bytes[...], limit: 3).count <= 4, "more addresses than asked for")
    let text = String(decoding: bytes, as: UTF8.self)
    if let address = EmailAddress(text) {
        precondition(EmailAddress(address.description) == address, "an address is not read back as it was written")
    }
    if let domain = Domain(text) {
        precondition(Domain(domain.ascii) == domain, "a domain is not read back as it was written")
    }
    return 0
}
