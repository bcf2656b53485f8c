internal import InternetMessage
package import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// What of a message a search has found (RFC 8621 §5), as HTML; nil where nothing is marked.
package struct EmailSnippet: Sendable, Equatable {
    /// Which.
    package var email: EmailID
    /// The whole subject.
    package var subject: String?
    /// Some of the body's text.
    package var preview: String?
}

extension MailSearch {
    /// The snippets of messages, in their order; those that are gone are left out.
    package func snippets(
        _ filter: EmailFilter, of emails: [EmailID], in account: AccountID
    ) async throws -> [EmailSnippet] {
        let wanted = SnippetNeedles(filter)
        let (store, octetsMax) = (store, limits.readOctetsMax)
        var snippets: [EmailSnippet] = []
        var rest = emails[...]
        while !rest.isEmpty {
            try Task.checkCancellation()
            let page = rest
            let (made, count) = try await store.read { transaction in
                var made: [EmailSnippet] = []
                var count = 0
                var octets: Int64 = 0
                for email in page where octets < octetsMax {
                    count += 1
                    guard try MailStore.prefix(of: email, account, transaction) != nil else { continue }
                    guard !wanted.isEmpty, let content = try transaction.content(of: email),
                        let text = try store.octetsBlocking([content]).first ?? nil
                    else {
                        made.append(EmailSnippet(email: email))
                        continue
                    }
                    octets += content.count
                    made.append(text.withUnsafeReadableBytes { wanted.snippet(of: email, $0) })
                }
                return (made, count)
            }
            snippets += made
            rest = rest.dropFirst(count)
        }
        return snippets
    }
}

/// What a filter looks for, as far as snippets show it.
private struct SnippetNeedles: Sendable {
    private var subject: [Needle] = []
    private var body: [Needle] = []

    var isEmpty: Bool { subject.isEmpty && body.isEmpty }

    init(_ filter: EmailFilter) { collect(filter) }

    private mutating func collect(_ filter: EmailFilter) {
        switch filter {
        case .and(let filters), .or(let filters): for filter in filters { collect(filter) }
        case .text(let text):
            switch text.scope {
            case .anywhere:
                subject.append(text.needle)
                body.append(text.needle)
            case .subject: subject.append(text.needle)
            case .body: body.append(text.needle)
            default: break
            }
        // What must not be there is not shown.
        default: break
        }
    }

    func snippet(of email: EmailID, _ octets: UnsafeRawBufferPointer) -> EmailSnippet {
        var snippet = EmailSnippet(email: email)
        let (subjects, bodies) = (SnippetText(subject), SnippetText(body))
        SearchableText.forEachPiece(of: ParsedMessage(parsing: octets), in: octets) { piece in
            switch piece {
            case .field(.subject, _, let value):
                if snippet.subject == nil { snippet.subject = subjects.marked(value) }
            case .content(let text):
                if snippet.preview == nil, !bodies.wanted.isEmpty {
                    snippet.preview = bodies.preview(String(text.prefix(Self.charactersMax)))
                }
            default: break
            }
        }
        return snippet
    }

    /// Characters of a part that are looked through.
    private static let charactersMax = 200_000
}
