import Glibc
import HTTPService
import NIOCore
import ServiceLifecycle
import TerminalOutput

/// The HTTP server as one of our listeners: when it cannot listen it says where, as the others do.
struct HTTPListener: Service {
    let server: HTTPServer
    let place: String

    func run() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            throw Complaint(
                "http: cannot listen on \(place): \(String(cString: strerror(error.errnoCode)))",
                advice: Complaint.portAdvice)
        }
    }
}
