/// What BODYSTRUCTURE tells of a message or of a part (RFC 9051 §7.5.2).
package struct IMAPBodyStructure: Hashable, Sendable {
    /// A parameter, as it stands there.
    package struct Parameter: Hashable, Sendable {
        /// In lower case.
        package var name: String
        package var value: [UInt8]
    }

    /// `text/plain`, in lower case.
    package var mediaType = ""
    package var parameters: [Parameter] = []
    /// `inline` or `attachment`, in lower case; nil where it says nothing.
    package var disposition: String?
    package var dispositionParameters: [Parameter] = []
    /// Octets of the encoded body; 0 for a multipart.
    package var octets: Int64 = 0
    /// The parts of a multipart, or the one of a message within.
    package var parts: [IMAPBodyStructure] = []

    /// `body = "(" (body-type-1part / body-type-mpart) ")"`
    init?(_ value: IMAPClientValue) {
        guard case .list(let fields) = value, let first = fields.first else { return nil }
        if case .list = first { readMultipart(fields) } else { readSingle(fields) }
    }

    /// `body-type-mpart = 1*body SP media-subtype [SP body-fld-param [SP body-fld-dsp …]]`
    private mutating func readMultipart(_ fields: [IMAPClientValue]) {
        parts = fields.prefix { if case .list = $0 { true } else { false } }.compactMap { IMAPBodyStructure($0) }
        let rest = fields.dropFirst(parts.count)
        mediaType = "multipart/\(Self.word(rest.first))"
        parameters = Self.parameters(rest.dropFirst().first)
        readDisposition(rest.dropFirst(2).first)
    }

    /// ```
    /// body-type-1part = (media-basic / media-message / media-text) SP body-fld-param SP body-fld-id SP body-fld-desc SP
    ///                   body-fld-enc SP body-fld-octets … [SP body-fld-md5 [SP body-fld-dsp …]]
    /// ```
    private mutating func readSingle(_ fields: [IMAPClientValue]) {
        let type = Self.word(fields.first)
        mediaType = "\(type)/\(Self.word(fields.dropFirst().first))"
        parameters = Self.parameters(fields.dropFirst(2).first)
        octets = fields.dropFirst(6).first?.number ?? 0
        var extensions = fields.dropFirst(7)
        if type == "text" {
            extensions = extensions.dropFirst()
        } else if mediaType == "message/rfc822" || mediaType == "message/global" {
            if let within = extensions.dropFirst().first.flatMap({ IMAPBodyStructure($0) }) {
                parts = [within]
                extensions = extensions.dropFirst(3)
            }
        }
        readDisposition(extensions.dropFirst().first)
    }

    /// `body-fld-dsp = "(" string SP body-fld-param ")" / nil`
    private mutating func readDisposition(_ value: IMAPClientValue?) {
        guard case .list(let fields)? = value, let name = fields.first else { return }
        disposition = Self.word(name)
        dispositionParameters = Self.parameters(fields.dropFirst().first)
    }

    private static func word(_ value: IMAPClientValue?) -> String {
        String(decoding: value?.octets ?? [], as: UTF8.self).lowercased()
    }

    private static func parameters(_ value: IMAPClientValue?) -> [Parameter] {
        guard case .list(let fields)? = value else { return [] }
        return stride(from: 0, to: fields.count - 1, by: 2).map { place in
            Parameter(name: word(fields[place]), value: fields[place + 1].octets ?? [])
        }
    }

    /// The part itself and all within, in their order.
    package var flattened: [IMAPBodyStructure] { [self] + parts.flatMap(\.flattened) }

    /// Whether somebody attached a file: a part that says so, or one with a file's name that is no text in the open.
    package var hasAttachment: Bool {
        flattened.contains { part in
            if part.disposition == "attachment" { return true }
            guard part.disposition != "inline", !part.mediaType.hasPrefix("multipart/") else { return false }
            let isNamed = (part.parameters + part.dispositionParameters).contains { parameter in
                ["name", "name*", "filename", "filename*"].contains(parameter.name)
            }
            return isNamed || part.mediaType == "message/rfc822"
        }
    }
}
