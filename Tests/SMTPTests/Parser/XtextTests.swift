import Testing

@testable import SMTP

@Suite struct XtextTests {
    @Test(arguments: [
        ("a+2Bb", "a+b"), ("+3d", "="), ("", ""), ("a b", "a b"), ("+E9", nil), ("+", nil), ("+2", nil), ("+2G", nil),
        ("a+0Ab", nil), ("+7F", nil), ("+C3+A9", "é"),
    ]) func decodes(_ written: String, _ meaning: String?) {
        #expect(Xtext.decodePrintable(Array(written.utf8)[...]) == meaning)
    }

    @Test(arguments: [
        ("\\x{44D}@a", "э@a"), ("a\\x{5C}b", "a\\b"), ("ж", "ж"), ("\\x{1F600}", "😀"), ("\\x{D800}", nil),
        ("\\x{110000}", nil),
        ("\\x{", nil), ("\\x", nil), ("\\", nil), ("\\y{44}", nil), ("\\x{}", nil), ("\\x{0A}", nil),
        ("\\x{+2B44D}", nil),
    ]) func decodesEmbeddedUnicode(_ written: String, _ meaning: String?) {
        #expect(Xtext.decodeUnicodeAddress(Array(written.utf8)[...]) == meaning)
    }
}
