package import NIOCore

/// The reply to LIST or UIDL without argument, made as it is sent: the driver takes a chunk, writes it, and takes the
/// next when the client has room. The marks are those of the moment of the command.
package struct Listing: Sendable {
    /// What each line says beside the number.
    package enum Column: Hashable, Sendable {
        case size
        case uniqueID
    }

    private let maildrop: Maildrop
    private let marks: DeletionMarks
    private let column: Column
    private let firstLine: POP3Reply
    private let chunkOctets: Int
    private var index = -1

    init(of maildrop: Maildrop, without marks: DeletionMarks, column: Column, firstLine: POP3Reply, chunkOctets: Int) {
        self.maildrop = maildrop
        self.marks = marks
        self.column = column
        self.firstLine = firstLine
        self.chunkOctets = chunkOctets
    }

    /// Appends the next chunk, a little more than the limits' `listingChunkOctets`; false where nothing was left.
    package mutating func writeNext(to output: inout ByteBuffer) -> Bool {
        guard index <= maildrop.count else { return false }
        if index < 0 {
            firstLine.write(to: &output)
            index = 0
        }
        let octetsMax = output.readableBytes + chunkOctets
        while index < maildrop.count, output.readableBytes < octetsMax {
            if !marks.contains(index) { writeLine(to: &output) }
            index += 1
        }
        if index == maildrop.count, output.readableBytes < octetsMax {
            output.writeStaticString(".\r\n")
            index += 1
        }
        return true
    }

    private func writeLine(to output: inout ByteBuffer) {
        Self.writeDecimal(index + 1, to: &output)
        output.writeInteger(UInt8(ascii: " "))
        switch column {
        case .size: Self.writeDecimal(Int(maildrop.sizes[index]), to: &output)
        case .uniqueID: maildrop.writeUniqueID(at: index, to: &output)
        }
        output.writeStaticString("\r\n")
    }

    /// Without a String for each of 100,000 lines.
    private static func writeDecimal(_ number: Int, to output: inout ByteBuffer) {
        var power = 1
        while number / power >= 10 { power *= 10 }
        var rest = number
        while power > 0 {
            output.writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
            rest %= power
            power /= 10
        }
    }
}
