internal import MailCore

/// The parameters of RCPT.
enum RecipientParametersParser {
    /// ORCPT's octets (RFC 3461 §4.2).
    static let originalRecipientOctetsMax = 500

    /// Those of the extensions that are announced; others are refused with 555.
    static func parse(
        _ cursor: OctetCursor, _ extensions: SMTPExtensions
    ) throws(SMTPCommandError) -> RecipientParameters {
        var parameters = RecipientParameters()
        var parser = ParameterParser(cursor)
        while let parameter = try parser.next() {
            switch parameter.keyword {
            case "NOTIFY" where extensions.contains(.dsn):
                parameters.notify = try notify(parameter)
            case "ORCPT" where extensions.contains(.dsn):
                parameters.originalRecipient = try originalRecipient(parameter)
            default:
                throw .unknownParameter(parameter.keyword)
            }
        }
        return parameters
    }

    /// ```
    /// notify-esmtp-value = "NEVER" / 1#notify-list-element
    /// notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
    /// ```
    /// (RFC 3461 §4.1)
    private static func notify(
        _ parameter: ParameterParser.Parameter
    ) throws(SMTPCommandError) -> EnvelopeRecipient.Notify {
        var notify: EnvelopeRecipient.Notify = []
        for word in try parameter.capitals().split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "NEVER": notify.insert(.never)
            case "SUCCESS": notify.insert(.success)
            case "FAILURE": notify.insert(.failure)
            case "DELAY": notify.insert(.delay)
            default: throw .syntax("NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY")
            }
        }
        guard !notify.contains(.never) || notify == .never else { throw .syntax("NOTIFY=NEVER stands alone") }
        return notify
    }

    /// ```
    /// original-recipient-address = addr-type ";" xtext
    /// ```
    /// (RFC 3461 §4.2; type `utf-8` by RFC 6533 §3)
    private static func originalRecipient(
        _ parameter: ParameterParser.Parameter
    ) throws(SMTPCommandError) -> EnvelopeRecipient.OriginalRecipient {
        let value = try parameter.required()
        guard value.count <= originalRecipientOctetsMax else {
            throw .syntax("ORCPT is longer than \(originalRecipientOctetsMax) octets")
        }
        guard let separator = value.firstIndex(of: 0x3b), separator > value.startIndex, separator + 1 < value.endIndex,
            let type = addressType(value[..<separator])
        else { throw .syntax("ORCPT has the form type;address") }
        let written = value[(separator + 1)...]
        let address = type == "utf-8" ? Xtext.decodeUnicodeAddress(written) : Xtext.decodePrintable(written)
        guard let address else { throw .syntax("ORCPT needs printable characters as xtext") }
        return EnvelopeRecipient.OriginalRecipient(addressType: type, address: address)
    }

    /// An atom in small letters; nil for anything else.
    private static func addressType(_ octets: ArraySlice<UInt8>) -> String? {
        let isAtom = octets.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: true
            default: false
            }
        }
        return isAtom ? String(decoding: octets, as: UTF8.self).lowercased() : nil
    }
}
