"""What is compared: ways from a client at the edge to the same origin, over the same link."""

import dataclasses
import http.client
import json
import pathlib
import subprocess

from network import FIRST_HOST, ORIGIN_ADDRESS, inside
from processes import Server

NGINX, BROTLI = "/usr/sbin/nginx", "/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so"
ORIGIN_PORT, STATISTICS_PORT, TLS_PORT, LINK_PORT, FIRST_EDGE_PORT = 8000, 8001, 443, 2408, 8081
# How a server for pages that are made for each visit is set: quality 5, since more takes too long.
PACKERS = {
    "gzip": "gzip on; gzip_proxied any; gzip_comp_level 6;",
    "brotli": "brotli on; brotli_comp_level 5;",
    "zstd": "",  # no such module in Debian: the origin has the pages compressed ahead, which costs it no time at all
}
TLS_NAME = "origin.test"
STREAM_SIZE = "1 MB"  # some home pages are longer than the 250 kB up to which pages are compared if nothing is set


@dataclasses.dataclass(frozen=True)
class Chain:
    key: str
    name: str
    coding: str  # what the client asks for
    number: int

    @property
    def edge_port(self):
        return FIRST_EDGE_PORT + self.number

    @property
    def address(self):
        """At the origin's end of the link."""
        return ORIGIN_ADDRESS.format(FIRST_HOST + self.number)


CHAINS = [
    Chain("railgun", "railgun", "gzip", 0),
    Chain("gzip", "nginx, gzip", "gzip", 1),
    Chain("brotli", "nginx, brotli", "br", 2),
    Chain("zstd", "nginx, zstd", "zstd", 3),
]


def versions(binaries):
    """What is compared, by its own words."""
    def words(*command):
        found = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
        return (found.stdout + found.stderr).strip().splitlines()[0]
    return {"nginx": words(NGINX, "-v").removeprefix("nginx version: "),
            "railgun": words(binaries / "rg-sender", "--version")}


def start(names, binaries, folder, running):
    """Both ends of each chain, with certificates of their own; the origin runs already."""
    folder = pathlib.Path(folder)
    keys = folder / "keys"
    peers = [chain for chain in CHAINS if chain.key in PACKERS]
    railgun = next(chain for chain in CHAINS if chain.key == "railgun")
    subprocess.run([binaries / "rg-sender", "cert", "--out", keys, "--name", railgun.address, "--name", TLS_NAME],
                   check=True, capture_output=True)
    started = [
        nginx(names["origin"], folder, "nginx-origin", peers[0].address, TLS_PORT,
              f"upstream origin {{ server 127.0.0.1:{ORIGIN_PORT}; keepalive 16; }}\n"
              + "".join(near_origin(chain, keys) for chain in peers)),
        nginx(names["edge"], folder, "nginx-edge", "127.0.0.1", peers[0].edge_port,
              "".join(near_client(chain, keys) for chain in peers)),
        listener(names["origin"], folder, binaries, railgun, keys),
        sender(names["edge"], folder, binaries, railgun, keys),
    ]
    running += started
    for server in started:
        server.wait()


def effort_changes(namespace):
    """How often the listener has changed how much work a delta may be: 0, unless the machine is busy."""
    connection = http.client.HTTPConnection("127.0.0.1", STATISTICS_PORT, timeout=5)
    with inside(namespace):
        connection.connect()
    connection.request("GET", "/")
    found = json.load(connection.getresponse())
    connection.close()
    return found["encoding"]["changes"]


def nginx(namespace, folder, name, address, port, servers):
    """One worker, connections that stay, and buffers that hold a whole page in memory."""
    conf = folder / f"{name}.conf"
    conf.write_text(f"""
daemon off; pid {folder}/{name}.pid; worker_processes 1; load_module {BROTLI};
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_timeout 1h; keepalive_requests 1000000;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  proxy_buffer_size 16k; proxy_buffers 64 16k;
  {servers}
}}
""")
    return Server(namespace, [NGINX, "-p", folder, "-c", conf, "-e", folder / f"{name}.errors"], address, port,
                  folder / f"{name}.log")


def near_origin(chain, keys):
    return f"""
  server {{ listen {chain.address}:{TLS_PORT} ssl; ssl_protocols TLSv1.3;
    ssl_certificate {keys}/listener.pem; ssl_certificate_key {keys}/listener.key;
    {PACKERS[chain.key]}
    location / {{ proxy_pass http://origin; }} }}
"""


def near_client(chain, keys):
    return f"""
  upstream {chain.key} {{ server {chain.address}:{TLS_PORT};
    keepalive 16; keepalive_requests 1000000; keepalive_timeout 1h; }}
  server {{ listen 127.0.0.1:{chain.edge_port};
    location / {{ proxy_pass https://{chain.key}; proxy_ssl_protocols TLSv1.3; proxy_ssl_name {TLS_NAME};
      proxy_ssl_verify on; proxy_ssl_trusted_certificate {keys}/ca.pem; }} }}
"""


def listener(namespace, folder, binaries, chain, keys):
    (folder / "railgun-nat.conf").write_text(f"default = 127.0.0.1:{ORIGIN_PORT}\n")
    conf = folder / "railgun.conf"
    conf.write_text(f"""wan.ip = {chain.address}
wan.port = {LINK_PORT}
cert.file = {keys}/listener.pem
key.file = {keys}/listener.key
wan.ca.bundle = {keys}/ca.pem
map.file = {folder}/railgun-nat.conf
stream.size = {STREAM_SIZE}
stats.listen = 127.0.0.1:{STATISTICS_PORT}
""")
    return Server(namespace, [binaries / "rg-listener", "--config", conf], chain.address, LINK_PORT,
                  folder / "rg-listener.log")


def sender(namespace, folder, binaries, chain, keys):
    """As the guide has it where no server before it compresses: visitors get gzip."""
    conf = folder / "rg-sender.conf"
    conf.write_text(f"""http.listen = 127.0.0.1:{chain.edge_port}
listeners = {chain.address}:{LINK_PORT}
cert.file = {keys}/sender.pem
key.file = {keys}/sender.key
ca.bundle = {keys}/ca.pem
compress.clients = 1
stream.size = {STREAM_SIZE}
client.timeout = 1h
""")
    return Server(namespace, [binaries / "rg-sender", "--config", conf], "127.0.0.1", chain.edge_port,
                  folder / "rg-sender.log")
