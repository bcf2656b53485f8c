import Testing

@testable import MailSearch

@Suite struct NeedleTests {
    @Test func one() { #expect(Needle("ab").isDecidedByTerms) }
}
