import IMAP
import InternetMessage
import MailCore
import MailSearch
import NIOCore
import Testing

@testable import IMAPServer

@Suite struct ThreaderTests {
    /// A message: its id, what it refers to, its subject; sent in the order of the list.
    private struct Letter {
        var id: String
        var references: [String] = []
        var subject = ""
        var seconds: Int64?
    }

    private func messages(_ letters: [Letter]) -> [ThreadableMessage] {
        letters.enumerated().map { place, letter in
            var facts = SortingFacts()
            let subject = BaseSubject(of: letter.subject)
            facts.baseSubject = UnicodeCasemap.fold(subject.text)
            facts.isReplyOrForward = subject.isReplyOrForward
            facts.messageID = letter.id
            facts.references = letter.references
            facts.sentSeconds = letter.seconds ?? Int64(place)
            return ThreadableMessage(
                MailSearch.SortedMessage(
                    uid: UID(rawValue: UInt32(place + 1)), internalDate: 0, octets: 0, facts: facts))
        }
    }

    private func written(_ forest: ThreadForest) -> String {
        var writer = IMAPResponseWriter(dialect: IMAPDialect())
        writer.thread(forest)
        return String(buffer: writer.take()).replacing("* THREAD ", with: "").replacing("\r\n", with: "")
    }

    private func references(_ letters: [Letter]) -> String {
        written(ReferencesThreader.threads(messages(letters)) { $0.rawValue })
    }

    private func orderedSubject(_ letters: [Letter]) -> String {
        written(OrderedSubjectThreader.threads(messages(letters)) { $0.rawValue })
    }

    @Test func repliesStandBelowWhatTheyAnswer() {
        let letters = [
            Letter(id: "a"), Letter(id: "b", references: ["a"]), Letter(id: "c", references: ["a", "b"]),
            Letter(id: "d", references: ["a"]), Letter(id: "e"),
        ]
        #expect(references(letters) == "(1 (2 3)(4))(5)")
    }

    @Test func messagesThatAreNotThereHoldTheirAnswersTogether() {
        // RFC 5256 §4: `((3)(5))`.
        #expect(references([Letter(id: "b", references: ["a"]), Letter(id: "c", references: ["a"])]) == "((1)(2))")
        // One child alone takes the place, and within a thread missing messages are left out.
        #expect(references([Letter(id: "b", references: ["x", "a"])]) == "(1)")
        #expect(references([Letter(id: "a"), Letter(id: "c", references: ["a", "x", "y"])]) == "(1 2)")
        #expect(
            references([
                Letter(id: "a"), Letter(id: "b", references: ["a", "x"]), Letter(id: "c", references: ["a", "x"]),
            ]) == "(1 (2)(3))")
    }

    @Test func aTruncatedReferenceIsMendedByTheMessageItself() {
        // 2's own References say b; 3's, cut short, put b below a.
        let letters = [
            Letter(id: "a"), Letter(id: "b", references: ["z"]), Letter(id: "c", references: ["a", "b"]),
            Letter(id: "z"),
        ]
        #expect(references(letters) == "(1)(4 2 3)")
    }

    @Test func loopsAreNotMade() {
        #expect(references([Letter(id: "a", references: ["b"]), Letter(id: "b", references: ["a"])]) == "(2 1)")
        #expect(references([Letter(id: "a", references: ["a"])]) == "(1)")
        #expect(references([Letter(id: "a", references: ["b", "a", "b"]), Letter(id: "b")]) == "(2 1)")
    }

    @Test func theFirstOfSeveralWithOneIDHasIt() {
        #expect(
            references([Letter(id: "a"), Letter(id: "a"), Letter(id: "b", references: ["a"]), Letter(id: "")])
                == "(1 3)(2)(4)")
    }

    @Test func threadsOfOneSubjectAreMerged() {
        // A reply without References goes below what it answers.
        #expect(references([Letter(id: "a", subject: "Tea"), Letter(id: "b", subject: "Re: tea")]) == "(1 2)")
        // Two that are no replies become siblings below a message that is not there.
        #expect(references([Letter(id: "a", subject: "Tea"), Letter(id: "b", subject: "TEA")]) == "((1)(2))")
        // The reply that came first makes way for the message itself.
        #expect(references([Letter(id: "b", subject: "Re: Tea"), Letter(id: "a", subject: "Tea")]) == "(2 1)")
        // Two dummies become one.
        let letters = [
            Letter(id: "b", references: ["x"], subject: "Tea"), Letter(id: "c", references: ["x"], subject: "Tea"),
            Letter(id: "d", references: ["y"], subject: "Tea"), Letter(id: "e", references: ["y"], subject: "Tea"),
        ]
        #expect(references(letters) == "((1)(2)(3)(4))")
        // A message joins the children of a dummy.
        #expect(references(Array(letters.prefix(2)) + [Letter(id: "f", subject: "tea")]) == "((1)(2)(3))")
        // No subject is nobody's.
        #expect(references([Letter(id: "a"), Letter(id: "b")]) == "(1)(2)")
    }

    @Test func siblingsStandByDate() {
        let letters = [
            Letter(id: "a", seconds: 50), Letter(id: "b", references: ["a"], seconds: 90),
            Letter(id: "c", references: ["a"], seconds: 70), Letter(id: "d", seconds: 10),
            // The dummy's date is that of its first child.
            Letter(id: "e", references: ["x"], seconds: 60), Letter(id: "f", references: ["x"], seconds: 20),
        ]
        #expect(references(letters) == "(4)((6)(5))(1 (3)(2))")
    }

    @Test func orderedSubjects() {
        let letters = [
            Letter(id: "a", subject: "Tea", seconds: 30), Letter(id: "b", subject: "Milk", seconds: 20),
            Letter(id: "c", subject: "Re: tea", seconds: 40), Letter(id: "d", subject: "[list] TEA (fwd)", seconds: 50),
            Letter(id: "e", subject: "Fwd: milk", seconds: 10),
        ]
        #expect(orderedSubject(letters) == "(5 2)(1 (3)(4))")
        #expect(orderedSubject([]) == "* THREAD")
    }

    /// Whatever refers to whatever, every message is there once, none below itself, and siblings stand by date.
    @Test func randomReferencesMakeForests() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let count = Int.random(in: 1...30, using: &random)
            let letters = (0..<count).map { _ in
                Letter(
                    id: Bool.random(using: &random) ? "i\(Int.random(in: 0..<20, using: &random))" : "",
                    references: (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        "i\(Int.random(in: 0..<20, using: &random))"
                    },
                    subject: ["", "Tea", "Re: Tea", "Milk", "Re: Milk"].randomElement(using: &random) ?? "",
                    seconds: Int64.random(in: 0..<10, using: &random))
            }
            for forest in [
                ReferencesThreader.threads(messages(letters)) { $0.rawValue },
                OrderedSubjectThreader.threads(messages(letters)) { $0.rawValue },
            ] {
                var seen: [UInt32] = []
                var open = forest.roots
                var steps = 0
                while let node = open.popLast(), steps < 10_000 {
                    steps += 1
                    if let number = forest.numbers[node] { seen.append(number) }
                    let dates = forest.children[node].compactMap { child in
                        forest.numbers[child].map { (letters[Int($0) - 1].seconds ?? 0, $0) }
                    }
                    if dates.count == forest.children[node].count {
                        #expect(dates.elementsEqual(dates.sorted { $0 < $1 }) { $0 == $1 })
                    }
                    open += forest.children[node]
                }
                #expect(seen.sorted() == (1...UInt32(count)).map { $0 })
            }
        }
    }

    @Test func aChainAsLongAsAMailboxIsThreaded() {
        let letters = (0..<50_000).map { Letter(id: "i\($0)", references: $0 == 0 ? [] : ["i\($0 - 1)"]) }
        let forest = ReferencesThreader.threads(messages(letters)) { $0.rawValue }
        #expect(forest.roots.count == 1)
        #expect(forest.numbers.count == 50_000)
    }
}
