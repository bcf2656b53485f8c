internal import MailCore
internal import NIOCore

/// Writes commands in the form that the server can take.
struct SMTPCommandWriter {
    let capabilities: SMTPCapabilities

    /// `mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF`, with what was announced only.
    func mail(_ transaction: SMTPTransaction, into output: inout ByteBuffer) {
        let parameters = transaction.envelope.parameters
        let extensions = capabilities.extensions
        var line = "MAIL FROM:\(transaction.envelope.reversePath)"
        if let size = transaction.sizeOctets, extensions.contains(.size) { line += " SIZE=\(size)" }
        switch parameters.body {
        case .sevenBit: break
        case .eightBitMIME: line += " BODY=8BITMIME"
        case .binaryMIME: line += " BODY=BINARYMIME"
        }
        if transaction.needsSMTPUTF8 { line += " SMTPUTF8" }
        if parameters.requireTLS == .required { line += " REQUIRETLS" }
        if let by = transaction.deliverBy, extensions.contains(.deliverBy) {
            line += " BY=\(by.seconds);\(by.mode == .notify ? "N" : "R")"
        }
        if extensions.contains(.dsn) {
            switch parameters.dsnReturn {
            case .full?: line += " RET=FULL"
            case .headers?: line += " RET=HDRS"
            case nil: break
            }
            if let id = parameters.envelopeID { line += " ENVID=\(Xtext.encode(id))" }
        }
        output.writeString(line)
        output.writeStaticString("\r\n")
    }

    /// `rcpt = "RCPT TO:" Forward-path [SP Rcpt-parameters] CRLF`
    func recipient(_ recipient: EnvelopeRecipient, into output: inout ByteBuffer) {
        var line = "RCPT TO:\(recipient.path)"
        if capabilities.extensions.contains(.dsn) {
            if let notify = recipient.notify { line += " NOTIFY=\(SMTPCommandWriter.words(notify))" }
            if let original = recipient.originalRecipient {
                let address =
                    original.addressType == "utf-8"
                    ? Xtext.encodeUnicodeAddress(original.address) : Xtext.encode(original.address)
                line += " ORCPT=\(Xtext.encode(original.addressType));\(address)"
            }
        }
        output.writeString(line)
        output.writeStaticString("\r\n")
    }

    /// RFC 3461 §4.1.
    private static func words(_ notify: EnvelopeRecipient.Notify) -> String {
        if notify.contains(.never) { return "NEVER" }
        let words: [(EnvelopeRecipient.Notify, String)] = [
            (.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY"),
        ]
        let named = words.filter { notify.contains($0.0) }.map(\.1)
        return named.isEmpty ? "NEVER" : named.joined(separator: ",")
    }
}
