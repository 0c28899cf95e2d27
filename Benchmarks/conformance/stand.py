"""The stand: one origin, and three ways to it: rg-sender with rg-listener, nginx, HAProxy. All on loopback.

    suite ──► rg-sender ══ TLS 1.3 ══► rg-listener ──┐
         ├──► nginx ─────────────────────────────────┼──► origin
         └──► HAProxy ───────────────────────────────┘
Each as in production: HTTP/1.1, HTTP/2 with and without TLS, the same certificate, the same time-outs. The ciphers of
nginx and HAProxy are those of Mozilla's intermediate recommendation.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "line"))

from processes import Server, free_port, stopping_servers  # the same as of bench-line

NGINX, HAPROXY = "/usr/sbin/nginx", "/usr/sbin/haproxy"
# How long a client may take for its head, for pauses in its body, and for taking nothing of an answer.
CLIENT_SECONDS = 5
CIPHERS = ("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
           "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305")


@dataclasses.dataclass
class Target:
    """What the suites ask: its ports on 127.0.0.1."""

    name: str
    version: str
    http1: int
    http2: int
    https: int
    link: int | None = None


def version(*command):
    found = subprocess.run(command, capture_output=True, text=True)
    number = re.search(r"\d+(\.\d+)+", found.stdout + found.stderr)
    return number[0] if number else "unknown"


class Stand:
    """Its processes, in a folder; the `targets`, and the port of the `origin` itself."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries = pathlib.Path(folder), pathlib.Path(binaries)
        self.certificate, self.key = self.folder / "front.pem", self.folder / "front.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key,
             "-out", self.certificate], check=True, capture_output=True)
        self.origin = free_port()
        self.start("origin", [sys.executable, HERE / "origin.py", self.origin, self.folder], self.origin)
        self.targets = [self.railgun(), self.nginx(), self.haproxy()]

    def start(self, name, command, port):
        Server(command, port, self.folder / f"{name}.log")

    def railgun(self):
        certificates = self.folder / "certificates"
        subprocess.run([self.binaries / "rg-sender", "cert", "--out", certificates, "--name", "127.0.0.1"], check=True,
                       capture_output=True)
        plain, tls, link = free_port(), free_port(), free_port()
        (self.folder / "railgun-nat.conf").write_text(f"default = 127.0.0.1:{self.origin}\n")
        (self.folder / "railgun.conf").write_text(f"""wan.ip = 127.0.0.1
wan.port = {link}
cert.file = {certificates}/listener.pem
key.file = {certificates}/listener.key
wan.ca.bundle = {certificates}/ca.pem
map.file = {self.folder}/railgun-nat.conf
insecure.origin = 1
""")
        (self.folder / "rg-sender.conf").write_text(f"""http.listen = 127.0.0.1:{plain}
https.listen = 127.0.0.1:{tls}
https.cert.file = {self.certificate}
https.key.file = {self.key}
listeners = 127.0.0.1:{link}
cert.file = {certificates}/sender.pem
key.file = {certificates}/sender.key
ca.bundle = {certificates}/ca.pem
client.timeout = 60 s
client.head.timeout = {CLIENT_SECONDS} s
client.body.timeout = {CLIENT_SECONDS} s
client.write.timeout = {CLIENT_SECONDS} s
""")
        self.start("rg-listener", [self.binaries / "rg-listener", "--config", self.folder / "railgun.conf"], link)
        sender = self.binaries / "rg-sender"
        self.start("rg-sender", [sender, "--config", self.folder / "rg-sender.conf"], plain)
        return Target("railgun", version(sender, "--version"), plain, plain, tls, link)

    def nginx(self):
        plain, http2, tls = free_port(), free_port(), free_port()
        conf, temporary = self.folder / "nginx.conf", self.folder / "tmp"
        paths = "".join(f"{kind}_temp_path {temporary}; " for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write_text(f"""
daemon off; {"user root; " if os.geteuid() == 0 else ""}pid {self.folder}/nginx.pid; worker_processes 2;
error_log {self.folder}/nginx.errors; events {{ worker_connections 4096; }}
http {{
  access_log off; {paths}
  client_header_timeout {CLIENT_SECONDS}s; client_body_timeout {CLIENT_SECONDS}s; send_timeout {CLIENT_SECONDS}s;
  keepalive_timeout 60s; keepalive_requests 1000000; client_max_body_size 0; server_tokens off;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream origin {{ server 127.0.0.1:{self.origin}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{plain}; listen 127.0.0.1:{http2} http2; listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {self.certificate}; ssl_certificate_key {self.key};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {CIPHERS}; ssl_prefer_server_ciphers off; ssl_session_tickets off;
    location / {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
""")
        self.start("nginx", [NGINX, "-p", self.folder, "-c", conf, "-e", self.folder / "nginx.errors"], plain)
        return Target("nginx", version(NGINX, "-v"), plain, http2, tls)

    def haproxy(self):
        plain, tls = free_port(), free_port()
        conf, both = self.folder / "haproxy.conf", self.folder / "front-both.pem"
        both.write_text(self.certificate.read_text() + self.key.read_text())
        conf.write_text(f"""global
  maxconn 4096
  ssl-default-bind-ciphers {CIPHERS}
  ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets
defaults
  mode http
  timeout connect 5s
  timeout server 60s
  timeout tunnel 60s
  timeout client {CLIENT_SECONDS}s
  timeout http-request {CLIENT_SECONDS}s
  timeout http-keep-alive 60s
frontend front
  bind 127.0.0.1:{plain}
  bind 127.0.0.1:{tls} ssl crt {both} alpn h2,http/1.1
  default_backend origin
backend origin
  server origin 127.0.0.1:{self.origin}
""")
        self.start("haproxy", [HAPROXY, "-db", "-f", conf], plain)
        return Target("HAProxy", version(HAPROXY, "-v"), plain, plain, tls)
