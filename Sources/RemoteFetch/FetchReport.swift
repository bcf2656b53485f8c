/// Tells whoever waits for a run how far it is.
package struct FetchReport: Sendable {
    private let show: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// To nobody unless somebody is named.
    package init(_ show: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }) {
        self.show = show
    }

    func progress(done: Int64, total: Int64) { show(done, total) }
}
