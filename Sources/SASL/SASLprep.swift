import CIDN

/// SASLprep (RFC 4013), the stringprep profile for user names and passwords; libidn does what is not ASCII.
package enum SASLprep {
    /// What the string is for (RFC 3454 §7): a stored string may have no code point unassigned in Unicode 3.2, a
    /// query may.
    package enum Purpose: Sendable {
        case query
        case stored
    }

    /// Why a string cannot be prepared.
    package enum Failure: Error, Hashable, Sendable {
        case empty
        case notUTF8
        /// RFC 4013 §2.3, §2.4 or §2.5.
        case prohibited
    }

    /// The prepared string: mapped, NFKC, checked for prohibited characters and for direction.
    package static func prepare(_ octets: some Collection<UInt8>, as purpose: Purpose) throws(Failure) -> String {
        guard !octets.isEmpty else { throw .empty }
        if octets.allSatisfy({ (0x20...0x7E).contains($0) }) {
            return String(decoding: octets, as: UTF8.self)
        }
        // libidn reads a C string and trusts its encoding, so both are held here.
        guard !octets.contains(0) else { throw .prohibited }
        guard let text = String(validating: octets, as: UTF8.self) else { throw .notUTF8 }
        let prepared = try stringprep(text, as: purpose)
        guard !prepared.isEmpty else { throw .empty }
        return prepared
    }

    private static func stringprep(_ text: String, as purpose: Purpose) throws(Failure) -> String {
        var output: UnsafeMutablePointer<CChar>?
        let flags = purpose == .stored ? STRINGPREP_NO_UNASSIGNED : Stringprep_profile_flags(rawValue: 0)
        let status = stringprep_profile(text, &output, "SASLprep", flags)
        guard let output else { throw .prohibited }
        defer { free(output) }
        guard status == STRINGPREP_OK.rawValue else { throw .prohibited }
        return String(cString: output)
    }
}
