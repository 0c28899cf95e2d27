"""TLS of each front, and of the link, as testssl.sh, sslscan and sslyze see it. A row for each thing asked."""

import json
import pathlib
import re
import socket
import ssl
import subprocess

from sslyze import ScanCommand, Scanner, ServerNetworkConfiguration, ServerNetworkLocation, ServerScanRequest

LINK_PROTOCOL = "railgun/1"
OLD = ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1")
STRONG = re.compile(r"(ECDHE|DHE|TLS_AES|TLS_CHACHA20).*(GCM|POLY1305|CCM)")


def row(id, words, fault=None):
    return {"id": id, "words": words, "fault": fault or None}


def sslyze(port):
    """Protocols, ciphers and known weaknesses, each a row."""
    location = ServerNetworkLocation(hostname="localhost", ip_address="127.0.0.1", port=port)
    wanted = {ScanCommand(f"{name}_cipher_suites") for name in OLD + ("tls_1_2", "tls_1_3")} | {
        ScanCommand.TLS_COMPRESSION, ScanCommand.HEARTBLEED, ScanCommand.ROBOT, ScanCommand.OPENSSL_CCS_INJECTION,
        ScanCommand.SESSION_RENEGOTIATION, ScanCommand.TLS_FALLBACK_SCSV, ScanCommand.ELLIPTIC_CURVES}
    scanner = Scanner()
    scanner.queue_scans([ServerScanRequest(
        location, ServerNetworkConfiguration(tls_server_name_indication="localhost"), scan_commands=wanted)])
    found = next(iter(scanner.get_results())).scan_result
    if found is None:
        return [row("sslyze", "a connection", "no connection")]

    def of(name):
        return getattr(found, name).result

    rows = []
    for name in OLD:
        accepted = of(f"{name}_cipher_suites").accepted_cipher_suites
        rows.append(row(f"sslyze {name}", "is refused", f"{len(accepted)} ciphers accepted" if accepted else None))
    for name in ("tls_1_2", "tls_1_3"):
        accepted = [one.cipher_suite.name for one in of(f"{name}_cipher_suites").accepted_cipher_suites]
        weak = [one for one in accepted if not STRONG.search(one)]
        rows.append(row(f"sslyze {name}", "is spoken", None if accepted else "it isn't"))
        rows.append(row(f"sslyze {name} ciphers", "all with forward secrecy and authenticated encryption",
                        ", ".join(weak)))
    heartbleed, ccs = of("heartbleed").is_vulnerable_to_heartbleed, of("openssl_ccs_injection")
    renegotiation = of("session_renegotiation")
    robot = of("robot").robot_result.name
    rows += [
        row("sslyze compression", "is off (CRIME)", of("tls_compression").supports_compression and "it is on"),
        row("sslyze heartbleed", "isn't there", heartbleed and "it is"),
        row("sslyze CCS injection", "isn't there", ccs.is_vulnerable_to_ccs_injection and "it is"),
        row("sslyze ROBOT", "isn't there", None if robot.startswith("NOT_VULNERABLE") else robot),
        row("sslyze renegotiation", "no client can ask for it",
            renegotiation.is_vulnerable_to_client_renegotiation_dos and "it can"),
        row("sslyze fallback", "to older versions is noticed (TLS_FALLBACK_SCSV)",
            None if of("tls_fallback_scsv").supports_fallback_scsv else "it isn't"),
    ]
    return rows


def sslscan(port):
    """What sslscan calls weak, by colour and words."""
    done = subprocess.run(["sslscan", "--no-colour", "--no-fallback", "--sni-name=localhost", f"127.0.0.1:{port}"],
                          capture_output=True, text=True, timeout=120)
    output = done.stdout
    enabled = dict(re.findall(r"(?m)^(SSLv\d|TLSv1\.\d)\s+(enabled|disabled)", output))
    ciphers = re.findall(r"(?m)^(?:Preferred|Accepted)\s+(TLSv1\.\d)\s+\d+ bits\s+(\S+)", output)
    weak = [name for _, name in ciphers if not STRONG.search(name)]
    rows = [row(f"sslscan {version}", "is refused", None if enabled.get(version) == "disabled" else "it isn't")
            for version in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1")]
    rows.append(row("sslscan ciphers", "none is weak", ", ".join(weak) or (None if ciphers else "none was found")))
    return rows


def testssl(port, folder):
    """What testssl.sh finds that is worse than LOW; the certificate is the stand's own and is left out."""
    report = pathlib.Path(folder) / f"testssl-{port}.json"
    report.unlink(missing_ok=True)
    subprocess.run(
        ["testssl", "--quiet", "--warnings", "off", "--color", "0", "--ip", "127.0.0.1", "--nodns", "none", "-p", "-s",
         "-f", "-U", "--jsonfile", report, f"localhost:{port}"], capture_output=True, timeout=600)
    found = json.loads(report.read_text())
    return [row(f"testssl {one['id']}", one["severity"],
                one["finding"] if one["severity"] in ("MEDIUM", "HIGH", "CRITICAL") else None)
            for one in found if one["severity"] in ("OK", "LOW", "MEDIUM", "HIGH", "CRITICAL")]


def measure(target, folder):
    return sslyze(target.https) + sslscan(target.https) + testssl(target.https, folder)


def attempt(port, version, pair=None):
    """None where a handshake succeeds and the server then lets us stay; else why not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols([LINK_PROTOCOL])
    if pair:
        context.load_cert_chain(pair.with_suffix(".pem"), pair.with_suffix(".key"))
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, context.wrap_socket(plain) as one:
            one.settimeout(2)
            return None if one.recv(1) else "closed"
    except TimeoutError:
        return None  # it waits for more of us
    except OSError as error:
        return str(error)


def link(port, folder):
    """The link's own port: TLS 1.3 only, and only for peers with a certificate of its authority."""
    rows = [row(f"link {version.name}", "is refused", None if attempt(port, version) else "it is spoken")
            for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2)]
    done = subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=120)
    enabled = dict(re.findall(r"(?m)^(SSLv\d|TLSv1\.\d)\s+(enabled|disabled)", done.stdout))
    others = [version for version, state in enabled.items() if state == "enabled" and version != "TLSv1.3"]
    rows += [
        row("link sslscan", "TLS 1.3 and nothing else",
            ", ".join(others) or (None if enabled.get("TLSv1.3") == "enabled" else "no TLS 1.3 found")),
        row("link, no certificate", "is refused",
            None if attempt(port, ssl.TLSVersion.TLSv1_3) else "it may stay"),
        row("link, a stranger's certificate", "is refused",
            None if attempt(port, ssl.TLSVersion.TLSv1_3, pathlib.Path(folder) / "front") else "it may stay"),
        row("link, the sender's certificate", "is accepted",
            attempt(port, ssl.TLSVersion.TLSv1_3, pathlib.Path(folder) / "certificates/sender")),
    ]
    return rows


