/// A structured value with parameters: `text/plain; charset=utf-8; name="a b"` (RFC 2045 §5.1, RFC 2183 §2).
///
/// Two views of the same parameters: as written, in order, for IMAP's BODYSTRUCTURE; and decoded by name, RFC 2231 and
/// encoded words undone, for people and programs. Reading never fails: what is broken is understood as its sender
/// meant it, as far as other readers agree.
package struct ParameterList: Sendable, Equatable {
    /// One parameter as written: comments and quotes gone, backslashes undone, nothing else.
    package struct Raw: Sendable, Equatable {
        /// As written, `*0*` and letters' case included.
        package let name: String
        package let value: [UInt8]

        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }

        /// The value as text; 8-bit octets are guessed.
        package var text: String { Charset.guess(value[...]) }
    }

    /// A parameter's meaning.
    package struct Decoded: Sendable, Equatable {
        /// Lower case, without RFC 2231's marks.
        package let name: String
        package let value: String
        /// The language tag of RFC 2231 §4, when there is one.
        package let language: String?

        package init(name: String, value: String, language: String? = nil) {
            self.name = name
            self.value = value
            self.language = language
        }
    }

    /// Bounds on what is read; RFC 2045 has none. Real values have fewer than ten parameters.
    package struct Limits: Sendable {
        package var parametersMax = 256
        package var nameLengthMax = 128
        /// Octets of the whole value that are looked at.
        package var valueLengthMax = 262_144

        package init() {}
    }

    /// What stands before the first parameter, without blanks and comments: `text/plain`, `attachment`. As written.
    package let value: String

    /// All parameters in their order, repeated ones too.
    package let raw: [Raw]

    /// One entry for each name, in the order of first appearance. Of repeated parameters the first counts.
    package let decoded: [Decoded]

    /// Reads a field's value, folded or not.
    package init(parsing value: ArraySlice<UInt8>, limits: Limits = Limits()) {
        let unfolded = HeaderText.unfold(value.prefix(limits.valueLengthMax))
        var scanner = StructuredValueScanner(unfolded, limits: limits)
        self.value = scanner.scanValue()
        self.raw = scanner.scanParameters()
        self.decoded = Self.decode(raw)
    }

    /// The decoded value of the parameter `name` (lower case).
    package subscript(_ name: String) -> String? {
        decoded.first { $0.name == name }?.value
    }
}
