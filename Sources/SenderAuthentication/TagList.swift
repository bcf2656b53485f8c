/// A list of `tag=value`, as signatures, keys and policies are written (RFC 6376 §3.2).
///
/// ```
/// tag-list  =  tag-spec *( ";" tag-spec ) [ ";" ]
/// tag-spec  =  [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
/// ```
struct TagList {
    /// A tag with its value, white space around it left out.
    struct Tag {
        let name: String
        let value: String
    }

    /// In their order.
    let tags: [Tag]

    /// Reads a list.
    ///
    /// - Returns: nil for what is none, for a tag that occurs twice, and for more than the limits allow.
    init?(_ octets: some Collection<UInt8>, limits: SenderAuthenticationLimits = SenderAuthenticationLimits()) {
        guard octets.count <= limits.tagListOctetsMax else { return nil }
        var tags: [Tag] = []
        var seen: Set<String> = []
        var specs = octets.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        if let last = specs.last, last.allSatisfy(\.isFoldingWhiteSpace) { specs.removeLast() }
        for spec in specs {
            guard tags.count < limits.tagsMax, let tag = TagList.tag(spec), seen.insert(tag.name).inserted else {
                return nil
            }
            tags.append(tag)
        }
        self.tags = tags
    }

    /// The value of a tag; nil when it is not there.
    subscript(name: String) -> String? { tags.first { $0.name == name }?.value }

    /// `tag-name = ALPHA *ALNUMPUNC`.
    private static func tag(_ spec: some Collection<UInt8>) -> Tag? {
        guard let equals = spec.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = spec[..<equals].withoutFoldingWhiteSpaceAround
        guard let first = name.first, first.isLetter,
            name.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") })
        else { return nil }
        let value = spec[spec.index(after: equals)...].withoutFoldingWhiteSpaceAround
        guard let text = String(validating: value, as: UTF8.self) else { return nil }
        guard value.allSatisfy({ $0 > 0x20 && $0 != 0x7f || $0.isFoldingWhiteSpace }) else { return nil }
        return Tag(name: String(decoding: name, as: UTF8.self), value: text)
    }
}

extension UInt8 {
    /// White space with which header fields are folded.
    var isFoldingWhiteSpace: Bool { isWhiteSpace || self == 0x0D || self == 0x0A }
    /// `WSP` (RFC 6376 §2.8).
    var isWhiteSpace: Bool { self == 0x20 || self == 0x09 }
    var isLetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    /// In lower case, if it is a letter of ASCII.
    var lowered: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}

extension Collection<UInt8> {
    var withoutFoldingWhiteSpaceAround: [UInt8] {
        var octets = Array(drop(while: \.isFoldingWhiteSpace))
        while octets.last?.isFoldingWhiteSpace == true { octets.removeLast() }
        return octets
    }
}

extension String {
    /// The parts between colons or the like, white space around them left out.
    func parts(separatedBy separator: Character) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map {
            String(decoding: $0.utf8.withoutFoldingWhiteSpaceAround, as: UTF8.self)
        }
    }

    /// A whole number without a sign, of 18 digits at most.
    var decimalNumber: Int64? {
        guard !isEmpty, utf8.count <= 18, utf8.allSatisfy(\.isDigit) else { return nil }
        return Int64(self)
    }
}
