package import MailCore

/// What a submission server changes in an author's message before it goes out (RFC 6409 §8): Date and Message-ID
/// where they are missing, Bcc away, content that no transport has to carry encoded.
///
/// From and Sender are the author's: they are never added. A message that is in order gets no edit and stays as it is,
/// octet for octet.
package struct SubmissionRepair: Sendable {
    /// For a message without a Date that can be read (RFC 6409 §8.2).
    package var date: MailDate
    /// For a message without a Message-ID (RFC 6409 §8.3).
    package var messageID: InternetMessageID
    /// BODY= of MAIL: binary content is lawful only with BINARYMIME (RFC 3030 §3).
    package var body: EnvelopeParameters.BodyType

    package init(
        date: MailDate, messageID: InternetMessageID, body: EnvelopeParameters.BodyType = .eightBitMIME
    ) {
        self.date = date
        self.messageID = messageID
        self.body = body
    }

    /// What is to be done, and what the message then is.
    package struct Outcome: Sendable {
        /// Empty when the message is in order.
        package let edits: MessageEdits
        /// What the repaired message is: the BODY= that it is relayed with.
        package let body: EnvelopeParameters.BodyType
        /// Whether its header has UTF-8, so that only hops with SMTPUTF8 can carry it (RFC 6531 §3.2).
        package let smtpUTF8: EnvelopeParameters.SMTPUTF8Need
    }

    /// Looks at a message as it was submitted, trace fields before it or not.
    package func outcome(
        of message: ParsedMessage, in octets: UnsafeRawBufferPointer
    ) throws(TransportObstacle) -> Outcome {
        let widest = EnvelopeParameters.BodyType.eightBitMIME.wider(body)
        var fitting = TransportFitting(
            message, in: Octets(octets, limit: MessageLimits.octetsMax), widest: widest, for: .submission)
        repairFields(&fitting)
        try fitting.fit()
        return Outcome(
            edits: fitting.finish(), body: fitting.body, smtpUTF8: fitting.hasUTF8Header ? .needed : .notNeeded)
    }

    /// Looks at a message as it was submitted.
    package func outcome(of octets: [UInt8]) throws(TransportObstacle) -> Outcome {
        let result = octets.withUnsafeBytes { bytes -> Result<Outcome, TransportObstacle> in
            do throws(TransportObstacle) {
                return .success(try outcome(of: ParsedMessage(parsing: bytes), in: bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func repairFields(_ fitting: inout TransportFitting) {
        let message = fitting.message
        let octets = fitting.octets
        for field in message.parts[0].fields where Self.isBlindCopy(message.fields[field], octets) {
            fitting.remove(field: field)
        }
        settle(.date, "Date: \(date.writable)\r\n", &fitting) { MailDate(octets[$0.value]) != nil }
        settle(.messageID, "Message-ID: <\(messageID.text)>\r\n", &fitting) {
            !InternetMessageID.list(octets[$0.value], limit: 1).isEmpty
        }
        // A body that begins without the empty line before it would be taken for header lines by others.
        if !message.parts[0].body.isEmpty { fitting.add([], to: 0) }
    }

    /// RFC 5322 §3.6.3, §3.6.6.
    private static func isBlindCopy(_ field: HeaderField, _ octets: Octets) -> Bool {
        field.kind == .bcc || octets.equalsIgnoringCase(field.name.range, "resent-bcc")
    }

    /// Adds a field that is missing; puts another in the place of one that says nothing.
    private func settle(
        _ kind: HeaderField.Kind, _ line: String, _ fitting: inout TransportFitting, isValid: (HeaderField) -> Bool
    ) {
        let message = fitting.message
        let fields = message.parts[0].fields.filter { message.fields[$0].kind == kind }
        guard let first = fields.first else { return fitting.add(Array(line.utf8), to: 0) }
        if !fields.contains(where: { isValid(message.fields[$0]) }) {
            fitting.replace(field: first, by: Array(line.utf8))
        }
    }
}
