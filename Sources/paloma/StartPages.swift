import Glibc

/// The pages of the program that only its start needed.
///
/// A start runs once through a large part of the program: the loader's tables, the reader of the configuration, the
/// runtime's search for conformances. Those pages of the file would stay mapped, and count as the server's memory, for as
/// long as it runs (docs/decisions/0021-start-pages.md).
enum StartPages {
    /// Unmaps the pages of all code, the program's and its libraries'. Code is never written, so nothing is lost: what is
    /// called again is mapped again, out of the kernel's page cache.
    static func giveBack() {
        for range in codeRanges(inMaps: readMaps()) {
            guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            // Refused for pages that are locked in memory: then they stay.
            _ = madvise(start, range.count, MADV_DONTNEED)
        }
    }

    /// The mappings of files that can be executed and not written, from the text of `/proc/self/maps` (proc(5)).
    private static func codeRanges(inMaps text: String) -> [Range<UInt>] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).first == "/" else {
                return nil
            }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
        }
    }

    private static func readMaps() -> String {
        let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
            octets += piece[..<count]
        }
    }
}
