#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// IP addresses as a certificate carries them: 4 or 16 octets (RFC 5280 §4.2.1.6).
enum IPAddressText {
    static func octets(_ text: String) -> [UInt8]? {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var octets = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &octets) == 1 { return octets }
        }
        return nil
    }
}
