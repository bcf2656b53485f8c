import SASL
import Testing

@Suite struct SASLBase64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func rfc4648Section10(plain: String, encoded: String) {
        #expect(SASLBase64.encode(Array(plain.utf8)) == Array(encoded.utf8))
        #expect(SASLBase64.decode(Array(encoded.utf8)) == Array(plain.utf8))
    }

    @Test(arguments: [
        "=", "==", "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zm8=", "Zg==Zg==", "Z===", "====", "Zm 8", "Zm8=\r",
        "Zm-_", "Zm8\u{0}", "Zm=8", "Zg==A", "Zg==AAA",
    ])
    func nothingElseIsAccepted(text: String) {
        #expect(SASLBase64.decode(Array(text.utf8)) == nil)
    }

    @Test func roundTrip() {
        var generator = SeededGenerator(seed: 1)
        for length in 0..<300 {
            let octets = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(SASLBase64.decode(SASLBase64.encode(octets)) == octets)
        }
    }

    @Test func whateverDecodesIsCanonical() {
        var generator = SeededGenerator(seed: 2)
        let letters: [UInt8] = Array("AQgwZm9v+/=".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let text = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            if let octets = SASLBase64.decode(text) { #expect(SASLBase64.encode(octets) == text) }
        }
    }
}
