import Foundation
import InternetMessage

/// Random numbers that are the same in every run (SplitMix64).
struct CodecSeed: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// Octets of `alphabet` alone.
    mutating func bytes(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }
    }

    /// `input` with up to five octets removed, put in or changed.
    mutating func mutation(of input: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var output = input
        for _ in 0..<Int(next() % 6) where !output.isEmpty {
            let place = Int(next() % UInt64(output.count))
            let octet = alphabet[Int(next() % UInt64(alphabet.count))]
            switch next() % 4 {
            case 0: output.remove(at: place)
            case 1: output.insert(octet, at: place)
            case 2: output[place] = octet
            default: output.insert(contentsOf: output.prefix(place), at: place)
            }
        }
        return output
    }

    /// Text of letters, blanks, marks and characters of two to four octets.
    mutating func text(_ count: Int) -> String {
        let pieces = [
            "a", "B", "z", "7", " ", " ", ".", ",", "é", "ñ", "ß", "Ж", "ש", "漢", "字", "€", "😀", "e\u{301}", "\"", "\\",
            "=?", "?=", "_", "(", ")", "<", "@", ":", ";", "word", "longer-word",
        ]
        return (0..<count).map { _ in pieces[Int(next() % UInt64(pieces.count))] }.joined()
    }
}

extension ContentDecoder {
    /// The content, the encoded octets given in pieces of at most `pieceMax`.
    static func decoded(
        _ encoded: [UInt8], _ encoding: ContentTransferEncoding, pieceMax: Int, seed: UInt64
    ) -> [UInt8] {
        var seed = CodecSeed(seed)
        var decoder = ContentDecoder(encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        while start < encoded.count {
            let end = min(encoded.count, start + 1 + Int(seed.next() % UInt64(pieceMax)))
            decoder.decode(encoded[start..<end].span, into: &output)
            start = end
        }
        decoder.finish(into: &output)
        return output
    }
}

func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

func string(_ octets: some Sequence<UInt8>) -> String { String(decoding: Array(octets), as: UTF8.self) }

/// The values in a file of the folder Fixtures/codecs.
func codecCorpus(_ name: String) throws -> [[UInt8]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/codecs")
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    return text.split(separator: "\n").map { line in
        let withReturns = String(line).replacing("\\r", with: "\r").replacing("\\n", with: "\n")
        return octets(withReturns.replacing("\\t", with: "\t"))
    }
}
