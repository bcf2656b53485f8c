import Foundation
import Testing

/// Dialogs to mutate, one per file.
enum Corpus {
    static let names = ["login-and-read", "sasl-plain", "sasl-scram", "odd-lines"]

    static func load() throws -> [[UInt8]] {
        try names.map { name in
            let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Fixtures/Corpus")
            return Array(try Data(contentsOf: #require(url)))
        }
    }
}

extension [UInt8] {
    /// A few octets changed, dropped or doubled.
    func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var mutated = self
        for _ in 0..<Int.random(in: 0...4, using: &generator) where !mutated.isEmpty {
            let position = Int.random(in: 0..<mutated.count, using: &generator)
            let end = Swift.min(mutated.count, position + Int.random(in: 1...12, using: &generator))
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: mutated[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: mutated.removeSubrange(position..<end)
            case 2: mutated.insert(contentsOf: mutated[position..<end], at: position)
            case 3: mutated.insert(Array("\r\n =*\u{0}9".utf8).randomElement(using: &generator) ?? 0, at: position)
            default:
                let filler = Array(repeating: UInt8(ascii: "A"), count: Int.random(in: 1...600, using: &generator))
                mutated.insert(contentsOf: filler, at: position)
            }
        }
        return mutated
    }
}
