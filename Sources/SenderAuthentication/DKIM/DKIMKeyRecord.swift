/// The TXT record at `SELECTOR._domainkey.DOMAIN` (RFC 6376 §3.6.1).
public struct DKIMKeyRecord: Sendable {
    /// Why a text is no usable key record.
    public enum Fault: Error, Sendable, Hashable {
        /// Not a list of tags, or not of this version.
        case syntax
        /// `p=` is empty: the key is revoked.
        case revoked
        /// A kind of key that is not known here.
        case unknownKeyType(String)
        /// `p=` is no key of its kind.
        case badKey
        /// It is not for mail (`s=`).
        case notForMail
        /// It does not allow SHA-256 (`h=`).
        case noSHA256
    }

    /// What a verifier is told beside the key, `t=`.
    public struct Flags: OptionSet, Sendable, Hashable {
        /// The bits.
        public let rawValue: Int
        /// The domain is testing DKIM, `y`: its failures mean nothing.
        public static let testing = Flags(rawValue: 1)
        /// The identity has to be of this very domain, not of one below it, `s`.
        public static let sameDomain = Flags(rawValue: 2)

        /// From the bits.
        public init(rawValue: Int) { self.rawValue = rawValue }
    }

    /// The key.
    public let key: DKIMPublicKey
    /// What a verifier is told.
    public let flags: Flags

    /// The record of a key.
    public init(_ key: DKIMPublicKey, flags: Flags = []) {
        self.key = key
        self.flags = flags
    }

    /// Reads a record's text, its strings joined (RFC 6376 §3.6.2.2).
    public init(
        _ text: String, limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) throws(Fault) {
        guard let list = TagList(Array(text.utf8), limits: limits) else { throw .syntax }
        // `v=` comes first when it is there at all.
        if let version = list["v"], version != "DKIM1" || list.tags.first?.name != "v" { throw .syntax }
        guard let base64 = list["p"] else { throw .syntax }
        let hashes = list["h"]?.parts(separatedBy: ":") ?? ["sha256"]
        guard hashes.contains("sha256") else { throw .noSHA256 }
        let services = list["s"]?.parts(separatedBy: ":") ?? ["*"]
        guard services.contains("*") || services.contains("email") else { throw .notForMail }
        let type = list["k"] ?? "rsa"
        guard let algorithm = DKIMAlgorithm.allCases.first(where: { $0.keyType == type }) else {
            throw .unknownKeyType(type)
        }
        guard !base64.isEmpty else { throw .revoked }
        guard let octets = Base64.decode(base64), let key = DKIMPublicKey(octets, algorithm) else { throw .badKey }
        var flags: Flags = []
        for flag in list["t"]?.parts(separatedBy: ":") ?? [] {
            if flag == "y" { flags.insert(.testing) }
            if flag == "s" { flags.insert(.sameDomain) }
        }
        self.init(key, flags: flags)
    }

    /// The record's text, to be split into strings for the DNS.
    public var text: String {
        var text = "v=DKIM1; k=\(key.algorithm.keyType); "
        switch (flags.contains(.testing), flags.contains(.sameDomain)) {
        case (true, true): text += "t=y:s; "
        case (true, false): text += "t=y; "
        case (false, true): text += "t=s; "
        case (false, false): break
        }
        return text + "p=\(Base64.encode(key.octets))"
    }
}
