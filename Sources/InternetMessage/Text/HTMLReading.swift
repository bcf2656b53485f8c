/// What `HTMLText` keeps while it lays text out for people: quotes, lists and links.
struct HTMLReading {
    private struct List {
        var isOrdered: Bool
        var items = 0
    }

    private struct OpenLink {
        var target: String
        var start: Int
    }

    private(set) var links: [String] = []
    private var quoteDepth = 0
    private var lists: [List] = []
    private var open: OpenLink?
    private var mark: [UInt8] = []

    /// Links that are listed; an address is listed once.
    private static let linksMax = 500
    private static let depthMax = 10
    private static let linkOctetsMax = 4_096

    /// What has an empty line around it.
    static let paragraphs: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "pre", "table",
    ]

    /// What a line begins with.
    var linePrefix: [UInt8] { Array(String(repeating: "> ", count: quoteDepth).utf8) }

    mutating func quote(isEnd: Bool) {
        quoteDepth = min(Self.depthMax, max(0, quoteDepth + (isEnd ? -1 : 1)))
    }

    mutating func list(isOrdered: Bool, isEnd: Bool) {
        if isEnd {
            _ = lists.popLast()
        } else if lists.count < Self.depthMax {
            lists.append(List(isOrdered: isOrdered))
        }
    }

    mutating func markItem() {
        let indent = String(repeating: "  ", count: max(1, lists.count) - 1)
        guard var list = lists.popLast() else {
            mark = Array("• ".utf8)
            return
        }
        list.items += 1
        lists.append(list)
        mark = Array((indent + (list.isOrdered ? "\(list.items). " : "• ")).utf8)
    }

    /// What stands before the next text, once.
    mutating func takeMark() -> [UInt8] {
        defer { mark = [] }
        return mark
    }

    mutating func beginLink(_ target: String?, at position: Int) {
        open = nil
        guard let target, target.utf8.count <= Self.linkOctetsMax else { return }
        let scheme = target.prefix { $0 != ":" }.lowercased()
        guard ["http", "https", "mailto", "ftp"].contains(scheme) else { return }
        open = OpenLink(target: target, start: position)
    }

    /// The link's number, to stand behind its text; nothing where the text is the address.
    mutating func endLink(behind output: ArraySlice<UInt8>) -> [UInt8] {
        guard let link = open else { return [] }
        open = nil
        let text = String(decoding: output[min(link.start, output.endIndex)...], as: UTF8.self)
            .filter { !$0.isWhitespace }
        let isShown =
            !text.isEmpty
            && (link.target == text || link.target.hasSuffix("://\(text)")
                || link.target == "mailto:\(text)" || link.target == "\(text)/")
        if isShown { return [] }
        if let place = links.firstIndex(of: link.target) { return Array("[\(place + 1)]".utf8) }
        guard links.count < Self.linksMax else { return [] }
        links.append(link.target)
        return Array("[\(links.count)]".utf8)
    }

    /// An attribute's value, character references undone.
    static func attribute(_ wanted: String, in attributes: ArraySlice<UInt8>) -> String? {
        var rest = attributes
        while let first = rest.first {
            guard first.isASCIILetter else {
                rest = rest.dropFirst()
                continue
            }
            let name = rest.prefix { $0.isASCIILetter || $0 == UInt8(ascii: "-") }
            rest = rest[name.endIndex...].drop { $0.isFoldingSpace }
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest = rest.dropFirst().drop { $0.isFoldingSpace }
            let value: ArraySlice<UInt8>
            if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                value = rest.dropFirst().prefix { $0 != quote }
                rest = rest[value.endIndex...].dropFirst()
            } else {
                value = rest.prefix { !$0.isFoldingSpace && $0 != UInt8(ascii: ">") }
                rest = rest[value.endIndex...]
            }
            if String(decoding: name, as: UTF8.self).lowercased() == wanted { return text(of: Array(value)) }
        }
        return nil
    }

    private static func text(of value: [UInt8]) -> String {
        var output: [UInt8] = []
        var index = 0
        while index < value.count {
            if value[index] == UInt8(ascii: "&"), let (text, end) = HTMLEntities.reference(in: value, at: index) {
                output += text
                index = end
            } else {
                if !value[index].isControl { output.append(value[index]) }
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension HTMLText {
    /// The text of `html` for people: paragraphs, lists and quotes as text has them, a number behind each link.
    ///
    /// - Returns: the text, at most `limit` octets of it, and the links in the order of their numbers, from 1.
    package static func readable(from html: String, limit: Int = .max) -> (text: String, links: [String]) {
        var scanner = HTMLText(Array(html.utf8), limit: limit, layout: .readable)
        let text = scanner.scan()
        return (text, scanner.reading.links)
    }
}
