"""A provider of OAuth 2.0 in Python: a token endpoint over TLS (RFC 6749 §3.2), and introspection in the clear, which Dovecot asks."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TokenProvider:
    """`grants`: the refresh tokens that it accepts. `tokens`: the access tokens that are good. `answer`: what it says instead."""

    def __init__(self, context, user, client="paloma-test", secret=None, seconds=3600):
        self.user, self.client, self.secret, self.seconds = user, client, secret, seconds
        self.grants, self.tokens = {"refresh-token-0"}, set()
        self.rotates, self.answer = False, None
        self.asked, self.looked = [], []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def reply(self, status, members):
                body = json.dumps(members).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json;charset=UTF-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                form = urllib.parse.parse_qs(
                    self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
                self.reply(*provider.exchange(self.path, {name: values[0] for name, values in form.items()}))

            def do_GET(self):
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                provider.looked.append(token)
                good = token in provider.tokens
                self.reply(200, {"active": good, "username": provider.user} if good else {"active": False})

        self.servers = []
        for wrap in (True, False):
            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            if wrap:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.servers.append(server)
        self.endpoint = f"https://localhost:{self.servers[0].server_address[1]}/oauth2/token"
        self.introspection = f"http://127.0.0.1:{self.servers[1].server_address[1]}/introspect"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def exchange(self, path, form):
        assert path == "/oauth2/token", path
        self.asked.append(form)
        if self.answer:
            return self.answer
        if form.get("client_id") != self.client or form.get("client_secret") != self.secret:
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") not in self.grants:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        token = f"ya29.access-{len(self.asked)}/+=~x"
        self.tokens.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.seconds}
        if self.rotates:
            answer["refresh_token"] = f"refresh-token-{len(self.asked)}"
            self.grants = {answer["refresh_token"]}
        return 200, answer
