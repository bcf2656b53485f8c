/// The text of a body part: transfer encoding and charset undone, HTML stripped.
struct DecodedText {
    let message: ParsedMessage
    let octets: Octets

    /// The first `limit` octets, about, of a part's text; empty for what is no text.
    func text(of part: Int, _ type: ContentType, limit: Int) -> String {
        guard type.isText, limit > 0 else { return "" }
        let content = content(of: part, limit: limit)
        let text = Charset.decode(content[...], label: type.parameters?["charset"] ?? "")
        return type.isHTML ? HTMLText.plain(from: text, limit: limit) : text
    }

    /// No encoding makes four octets, and a line end for each, of one: reading more would decode for nothing.
    private func content(of part: Int, limit: Int) -> [UInt8] {
        let encoding = message.parts[part].encoding
        let body = message.parts[part].body
        let encodedMax = encoding.isIdentity ? limit : limit.multipliedReportingOverflow(by: 4).partialValue
        let encoded = octets[body.partial(offset: 0, length: max(limit, encodedMax))].copy()
        return ContentDecoder.decodedPrefix(of: encoded[...], encoding: encoding, limit: limit)
    }
}
