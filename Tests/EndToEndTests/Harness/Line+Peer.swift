import Foundation
import TestSupport

extension Line {
    /// Starts what people run today in the daemons' place: nginx at the edge and near the origin, keep-alive between.
    static func startPeer(_ ports: Ports, in folder: TemporaryFolder) throws -> (Daemon, Daemon) {
        let listener = try startNginx(
            "near-origin", to: ports.origin, readyPort: ports.wan, listen: "listen 127.0.0.1:\(ports.wan);", in: folder)
        let sender = try startNginx(
            "edge", to: ports.relay, readyPort: ports.http,
            listen: """
                listen 127.0.0.1:\(ports.http); listen 127.0.0.1:\(ports.h2c) http2;
                listen 127.0.0.1:\(ports.https) ssl http2;
                ssl_certificate $FOLDER/front.pem; ssl_certificate_key $FOLDER/front.key;
                """, in: folder)
        return (listener, sender)
    }

    static func startNginx(
        _ name: String, to target: UInt16, readyPort: UInt16, listen: String, in folder: TemporaryFolder
    ) throws -> Daemon {
        try folder.write(
            """
            daemon off; master_process off; pid $FOLDER/\(name).pid; error_log stderr;
            events { worker_connections 512; }
            http {
              access_log off; client_body_temp_path $FOLDER/tmp; proxy_temp_path $FOLDER/tmp;
              fastcgi_temp_path $FOLDER/tmp; uwsgi_temp_path $FOLDER/tmp; scgi_temp_path $FOLDER/tmp;
              client_max_body_size 0;
              map $http_upgrade $hop { websocket upgrade; default ''; }
              map $http_upgrade $token { websocket websocket; default ''; }
              upstream next { server 127.0.0.1:\(target); keepalive 16; }
              server {
                \(listen) server_name localhost;
                location / {
                  proxy_pass http://next; proxy_http_version 1.1; proxy_buffering off; proxy_request_buffering off;
                  proxy_set_header Host $host; proxy_set_header Connection $hop; proxy_set_header Upgrade $token;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
              }
            }
            """.replacing("$FOLDER", with: folder.url.path), to: "\(name).conf")
        return try Daemon(
            Nginx.program, ["-p", folder.url.path, "-c", folder.path("\(name).conf"), "-e", "stderr"],
            readyPort: readyPort, in: folder, name: name)
    }
}
