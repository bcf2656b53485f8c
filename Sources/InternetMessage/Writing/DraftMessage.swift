/// A message as somebody is writing it: any fields, in their order, and a body (RFC 8621 §4.6).
package struct DraftMessage: Sendable {
    /// Without MIME-Version, and without fields that say what the body is.
    package var fields: [DraftField]
    package var body: MessagePart

    package init(fields: [DraftField], body: MessagePart) {
        self.fields = fields
        self.body = body
    }

    /// The whole message.
    ///
    /// Throws `MessageWriteError`, and whatever a source throws.
    package func bytes(using generator: inout some RandomNumberGenerator) throws -> [UInt8] {
        let form: MessageWriteOptions.HeaderForm = fields.contains(where: \.needsUTF8) ? .utf8 : .ascii
        let plan = try MessagePlan(body, options: MessageWriteOptions(headers: form), using: &generator)
        var header = HeaderWriter(form: form)
        for field in fields { try header.write(field) }
        header.writeToken("MIME-Version", "1.0")
        var bytes: [UInt8] = []
        let sink: (Span<UInt8>) throws -> Void = { chunk in
            chunk.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        }
        var output = MessageOutput(header.output + plan.fields)
        output.append("\r\n")
        try plan.writeBody(into: &output, to: sink)
        try output.flush(to: sink)
        return bytes
    }
}
