internal import ServiceLifecycle

/// Fetching as a service of the server: a run that is under way when the server stops is ended where it is.
package struct FetchService: Service {
    private let fetcher: RemoteFetcher

    /// For a fetcher.
    package init(_ fetcher: RemoteFetcher) { self.fetcher = fetcher }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await fetcher.run() }
    }
}
