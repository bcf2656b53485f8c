import Testing

@testable import Webmail

@Suite struct ContentCodingTests {
    @Test(
        arguments: [
            (nil, []),
            ("", []),
            ("gzip", [.gzip]),
            ("gzip, deflate, br, zstd", [.gzip, .brotli]),
            ("GZIP;q=1.0, BR;q=0.5", [.gzip, .brotli]),
            ("br;q=0, gzip", [.gzip]),
            ("br ; q=0.000 ,gzip", [.gzip]),
            ("*", [.gzip, .brotli]),
            ("br;q=0, *", [.gzip]),
            ("*;q=0", []),
            ("identity", []),
            ("x-gzip", [.gzip]),
            (";;,,=,q", []),
        ] as [(String?, Set<ContentCoding>)])
    func accepted(field: String?, codings: Set<ContentCoding>) {
        #expect(ContentCoding.accepted(by: field) == codings)
    }
}
