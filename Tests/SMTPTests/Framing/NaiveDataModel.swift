import SMTP

/// RFC 5321 §4.5.2 said plainly: the whole input at once, one octet after the other.
struct NaiveDataModel: Equatable {
    var message: [UInt8] = []
    var rest: [UInt8]?
    var traits = DataTraits()

    init(_ input: [UInt8]) {
        var line: [UInt8] = []
        var index = 0
        while index < input.count {
            line.append(input[index])
            index += 1
            guard line.suffix(2) == [13, 10] else { continue }
            if line == [0x2e, 13, 10] {
                rest = Array(input[index...])
                break
            }
            take(line)
            line = []
        }
        for (position, octet) in message.enumerated() {
            if octet == 10, position == 0 || message[position - 1] != 13 {
                traits.oddities.insert(.bareLF)
            }
            if octet == 13, position + 1 == message.count || message[position + 1] != 10 {
                traits.oddities.insert(.bareCR)
            }
            if octet == 0 { traits.oddities.insert(.nul) }
            if octet >= 0x80 { traits.oddities.insert(.eightBit) }
        }
    }

    private mutating func take(_ line: [UInt8]) {
        let unstuffed = line.first == 0x2e ? Array(line.dropFirst()) : line
        traits.lineOctetsMax = max(traits.lineOctetsMax, unstuffed.count - 2)
        message += unstuffed
    }
}
