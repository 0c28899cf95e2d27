"""What is measured: an origin, and two ways from a client to it. All of it on loopback, in one folder."""

import pathlib
import random
import subprocess

from processes import Server, free_port

NGINX = "/usr/sbin/nginx"
SMALL_BYTES = 300


class Chain:
    """An edge near the client and a peer near the origin, with TLS 1.3 between them."""

    def __init__(self, name, edge, peer):
        self.name, self.edge, self.peer, self.port = name, edge, peer, edge.port

    def cpu_seconds(self):
        return self.edge.cpu_seconds() + self.peer.cpu_seconds()


def nginx(folder, name, port, http):
    """Two workers, keep-alive without end, no logs, buffers that hold a whole page in memory."""
    conf = folder / f"{name}.conf"
    conf.write_text(f"""
daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.errors; worker_processes 2;
events {{ worker_connections 8192; }}
http {{
  access_log off; default_type text/html; keepalive_requests 1000000000;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  proxy_pass_header X-Accel-Buffering;
  proxy_buffer_size 16k; proxy_buffers 16 16k; proxy_busy_buffers_size 64k;
  {http}
}}
""")
    return Server([NGINX, "-p", folder, "-c", conf, "-e", folder / f"{name}.errors"], port, folder / f"{name}.log")


def words(count, seed):
    source = random.Random(seed)
    return ["".join(source.choices("aeionrstlkmdpug", k=source.randint(2, 9))) for _ in range(count)]


def start_origin(folder, events_port):
    """A page of 100 kB with a few numbers that are new each time, an answer of 300 bytes with one, and the other origin's events.

    nginx puts both together from pieces that lie in its memory: no origin can do it for less.
    """
    port = free_port()
    pieces = []
    for number in range(27):  # a setting of nginx has up to 4 kB
        piece = f"<section data-token={('$request_id', '$msec', '$connection_requests')[number // 9]}><h2>{number}</h2>"
        if number % 3:
            piece = f"<section><h2>{number}</h2>"
        for item, text in enumerate(words(1000, seed=number)):
            piece += f"<li class=item><a href=/story/{number}/{item}>{text}</a>"
            if len(piece) > 3670:
                break
        pieces.append(piece + "</section>")
    sets = " ".join(f'set $p{number} "{piece}";' for number, piece in enumerate(pieces))
    page = "<!doctype html><title>News</title><h1>$request_uri</h1>" + "".join(f"$p{n}" for n in range(len(pieces)))
    small = '{"id":"$request_id","items":"' + " ".join(words(100, seed=99))[:SMALL_BYTES - 52] + '"}'
    return nginx(folder, "origin", port, f"""
  server {{ listen 127.0.0.1:{port};
    location = /small {{ default_type application/json; return 200 '{small}'; }}
    location = /events {{ proxy_pass http://127.0.0.1:{events_port}; }}
    location / {{ {sets} return 200 "{page}"; }} }}
""")


def start_nginx(folder, origin):
    """What people run today: nginx, TLS with certificates on both sides, nginx."""
    certificate, key = folder / "nginx.pem", folder / "nginx.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=near", "-addext", "subjectAltName=DNS:near", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    edge_port, near_port = free_port(), free_port()
    near = nginx(folder, "near", near_port, f"""
  upstream origin {{ server 127.0.0.1:{origin.port}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{near_port} ssl; ssl_protocols TLSv1.3;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    ssl_client_certificate {certificate}; ssl_verify_client on;
    location / {{ proxy_pass http://origin; }} }}
""")
    edge = nginx(folder, "edge", edge_port, f"""
  upstream near {{ server 127.0.0.1:{near_port}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{edge_port};
    location / {{ proxy_pass https://near; proxy_ssl_protocols TLSv1.3; proxy_ssl_name near;
      proxy_ssl_verify on; proxy_ssl_trusted_certificate {certificate};
      proxy_ssl_certificate {certificate}; proxy_ssl_certificate_key {key}; }} }}
""")
    return Chain("nginx", edge, near)


def start_railgun(folder, origin, binaries, listener_settings="", sender_settings=""):
    """rg-sender and rg-listener with their own certificates, as a first set-up makes them, and with more settings."""
    certificates = folder / "certificates"
    subprocess.run([binaries / "rg-sender", "cert", "--out", certificates, "--name", "127.0.0.1"], check=True, capture_output=True)
    edge_port, link_port = free_port(), free_port()
    (folder / "railgun-nat.conf").write_text(f"default = 127.0.0.1:{origin.port}\n")
    (folder / "railgun.conf").write_text(f"""wan.ip = 127.0.0.1
wan.port = {link_port}
cert.file = {certificates}/listener.pem
key.file = {certificates}/listener.key
wan.ca.bundle = {certificates}/ca.pem
map.file = {folder}/railgun-nat.conf
{listener_settings}""")
    (folder / "rg-sender.conf").write_text(f"""http.listen = 127.0.0.1:{edge_port}
listeners = 127.0.0.1:{link_port}
cert.file = {certificates}/sender.pem
key.file = {certificates}/sender.key
ca.bundle = {certificates}/ca.pem
{sender_settings}""")
    listener = Server(
        [binaries / "rg-listener", "--config", folder / "railgun.conf"], link_port, folder / "rg-listener.log")
    sender = Server([binaries / "rg-sender", "--config", folder / "rg-sender.conf"], edge_port, folder / "rg-sender.log")
    return Chain("railgun", sender, listener)
