import ArgumentParser
import RemoteAccounts
import RemoteLinks
import TerminalOutput

/// Where the access tokens of an account elsewhere come from.
struct FetchOAuthOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Log in by OAuth 2.0, with access tokens that are renewed: google, microsoft, or the address of another provider's \
            token endpoint.
            """, valueName: "provider"))
    var oauth: String?
    @Option(
        help: ArgumentHelp("The ID that the provider gave to your application.", valueName: "id"))
    var oauthClient: String?
    @Option(
        help: ArgumentHelp(
            "What the tokens are asked for, if not for what the provider's mail needs.", valueName: "scope"))
    var oauthScope: String?

    private var provider: OAuthProvider? { oauth.flatMap(OAuthProvider.named) }

    /// The provider's server, where it is known.
    func host(_ service: RemoteSettings.Service) -> String? { provider?.places[service]?.host }

    /// nil where another way of logging in is meant.
    func settings(_ service: RemoteSettings.Service) throws -> OAuthSettings? {
        guard let oauth else {
            guard oauthClient == nil, oauthScope == nil else {
                throw Complaint("the provider is missing", advice: "name it with --oauth", exitCode: .wrongUse)
            }
            return nil
        }
        guard provider != nil || HTTPSAddress(oauth) != nil else {
            throw Complaint(
                "“\(oauth)” is no provider", advice: "give google, microsoft, or https://… of a token endpoint",
                exitCode: .wrongUse)
        }
        guard let oauthClient, !oauthClient.isEmpty else {
            throw Complaint(
                "the application's ID is missing", advice: "give the provider's with --oauth-client",
                exitCode: .wrongUse)
        }
        return OAuthSettings(
            tokenEndpoint: provider?.tokenEndpoint ?? oauth, clientID: oauthClient,
            scope: oauthScope ?? provider?.places[service]?.scope ?? "")
    }
}
