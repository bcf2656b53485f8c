import HTTPTypes

/// What the browser may do with a page of ours: the fields that say so.
enum WebmailPolicy {
    /// The page itself: scripts, styles and requests of its own origin, and nothing of anybody else's.
    case shell
    /// A document that a stranger's message is shown in: nothing runs and nothing is loaded, save styles of its own and images
    /// that the page gives it.
    case message
    /// The same for a message whose remote images its reader asked for.
    case messageWithImages

    /// The policy for the file at a path.
    init(path: String) {
        self =
            switch path {
            case "/frame.html": .message
            case "/frame-images.html": .messageWithImages
            default: .shell
            }
    }

    /// The fields of the policy, which are the same in every response.
    var fields: HTTPFields {
        var fields: HTTPFields = [
            .contentSecurityPolicy: contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
            .crossOriginResourcePolicy: "same-origin",
        ]
        for (text, value) in Self.more {
            guard let name = HTTPField.Name(text) else { preconditionFailure("not the name of a field: \(text)") }
            fields[name] = value
        }
        return fields
    }

    /// Fields that HTTPTypes has no names for.
    private static let more = [
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ]

    private var contentSecurityPolicy: String {
        switch self {
        case .shell:
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
                + "media-src 'self' blob:; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        case .message: Self.messagePolicy(images: "blob: data:")
        case .messageWithImages: Self.messagePolicy(images: "blob: data: https:")
        }
    }

    private static func messagePolicy(images: String) -> String {
        "default-src 'none'; style-src 'unsafe-inline'; img-src \(images); form-action 'none'; base-uri 'none'; "
            + "frame-ancestors 'self'"
    }
}
