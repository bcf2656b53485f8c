import Observability
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite struct FileLogSinkTests {
    private func makePipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func writesInOrder() {
        let ends = makePipe()
        let sink = FileLogSink(descriptor: ends.write)
        for number in 0..<100 { sink.write(Array("\(number)\n".utf8)) }
        sink.flush(secondsMax: 10)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends.read, &bytes, bytes.count)
        let heard = String(decoding: bytes.prefix(count), as: UTF8.self)
        let said = (0..<100).map { "\($0)\n" }.joined()
        #expect(heard == said)
        sink.close()
    }

    @Test func aReaderWhoDoesNotReadCostsLinesNotTime() {
        let ends = makePipe()
        let sink = FileLogSink(descriptor: ends.write, bytesMax: 10_000)
        // More than the pipe and the queue can hold: returns nevertheless.
        for _ in 0..<10_000 { sink.write([UInt8](repeating: 0x61, count: 99) + [10]) }
        #expect(sink.droppedCount > 0)
        sink.close()
        close(ends.read)
    }
}
