import Foundation
import Testing

@testable import IMAP

/// Every command of the RFCs' examples can be read. Left out are those that their RFC gives as wrong, and those whose
/// RFC's own ABNF forbids them.
@Suite struct RFCExamplesTests {
    @Test func allCanBeRead() throws {
        let url = Bundle.module.url(forResource: "rfc-examples", withExtension: "txt", subdirectory: "Fixtures")
        let text = try String(contentsOf: #require(url), encoding: .utf8)
        var count = 0
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let columns = line.split(separator: "\t", maxSplits: 1)
            var parser = IMAPParser(Array(columns[1].utf8), grammar: IMAPGrammar(enabled: [.qresync]))
            do throws(IMAPSyntaxError) {
                guard parser.tag() != nil else { throw .unknownCommand }
                if var append = AppendGrammar(&parser) {
                    _ = try append.readToLiteral(&parser)
                } else {
                    _ = try parser.command()
                }
            } catch {
                Issue.record("RFC \(columns[0]): \(columns[1]): \(error.completion.text ?? "")")
            }
            count += 1
        }
        #expect(count > 300)
    }
}
