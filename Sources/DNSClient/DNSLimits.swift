/// What the client does at most.
package struct DNSLimits: Hashable, Sendable {
    /// Different questions at one time, also those that nobody waits for any more: libunbound goes on with them.
    package var lookupsMax = 1024
    /// Tasks that wait at one time; those with the same question share one lookup.
    package var waitersMax = 16_384
    /// Records of one answer; the others are left out. An answer has at most 64 KiB (RFC 1035 §4.2.2).
    package var recordsMax = 1000
    /// Octets of the cache for answers, and of that for keys; the one for records has twice as many.
    package var cacheBytesMax = 16 << 20
    /// Octets of a hosts file.
    static let hostsFileBytesMax = 4 << 20
    /// Characters that are kept of libunbound's reason for a bogus answer.
    static let reasonCharactersMax = 500

    /// Octets of one label (RFC 1035 §2.3.4).
    static let labelOctetsMax = 63
    /// Octets of a name with the lengths of its labels (RFC 1035 §2.3.4).
    static let nameOctetsMax = 255

    /// The defaults.
    package init() {}
}
