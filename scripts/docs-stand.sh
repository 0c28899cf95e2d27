# What a page of the guide finds when scripts/check-docs runs it: the commands, and ways to check configurations.
# $WORK is its folder, $ORIGIN its web server; HTTP, HTTPS, LINK, FRONT and STATS are ports that nobody uses.
PATH=${BINARIES:-$ROOT/.build/release}:$PATH

finish() {
    local pids
    pids=$(jobs -p)
    [[ -z $pids ]] || kill $pids 2>/dev/null || true
    wait 2>/dev/null || true
}
trap finish EXIT

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start() { # PORT COMMAND…: runs it, and waits until it listens
    local port=$1 try && shift
    "$@" &
    for try in {1..300}; do
        if listens "$port"; then return; fi
        kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    echo "nobody listens on port $port: $*" >&2
    return 1
}

stop() { # ends what was started last
    kill $!
    wait $! 2>/dev/null || true
}

# --- Configurations of railgun: a page shows what matters there, and the rest is put in here.

etc=$WORK/../etc # what /etc/railgun holds
prepare() {
    [[ ! -d $etc ]] || return 0
    mkdir "$etc"
    rg-sender cert --out "$etc" --name 127.0.0.1 --name www.example.org >/dev/null
    cp "$etc/listener.pem" "$etc/www.example.org.pem"
    cp "$etc/listener.key" "$etc/www.example.org.key"
    cat "$etc/listener.pem" "$etc/listener.key" >"$etc/both.pem"
    head -c 32 /dev/urandom >"$etc/store.key"
    touch "$etc/refused.txt"
    echo "default = $ORIGIN" >"$etc/railgun-nat.conf"
    chmod -R a+rX "$etc"
}

complete() { # NAME FILE: writes FILE, from standard input and what NAME needs in any case
    local line
    cat >"$2"
    while read -r line; do
        grep -q "^${line%% *} *=" "$2" || echo "$line" >>"$2"
    done < <(case $1 in
        railgun.conf) printf '%s\n' "cert.file = $etc/listener.pem" "key.file = $etc/listener.key" \
            "wan.ca.bundle = $etc/ca.pem" "map.file = $etc/railgun-nat.conf" "wan.port = $LINK" ;;
        rg-sender.conf) printf '%s\n' "cert.file = $etc/sender.pem" "key.file = $etc/sender.key" \
            "ca.bundle = $etc/ca.pem" "listeners = 127.0.0.1:$LINK" "http.listen = 127.0.0.1:$HTTP" ;;
    esac)
    if grep -q '^https.listen' "$2" && ! grep -q '^https.cert.file' "$2"; then
        printf '%s\n' "https.cert.file = $etc/www.example.org.pem" "https.key.file = $etc/www.example.org.key" >>"$2"
    fi
}

check_conf() { # NAME
    prepare
    local command=${1%.conf}
    case $1 in
        railgun-nat.conf)
            cat >"$etc/shown-nat.conf"
            complete railgun.conf "$etc/shown.conf" <<<"map.file = shown-nat.conf"
            command=rg-listener ;;
        railgun.conf) complete "$1" "$etc/shown.conf" && command=rg-listener ;;
        *) complete "$1" "$etc/shown.conf" ;;
    esac
    "$command" --config "$etc/shown.conf" --check
}

line() { # starts both ends; railgun.conf and rg-sender.conf have what the page wrote there
    prepare
    touch railgun.conf rg-sender.conf
    complete railgun.conf "$etc/railgun.conf" <railgun.conf
    complete rg-sender.conf "$etc/rg-sender.conf" <rg-sender.conf
    start "$LINK" rg-listener --config "$etc/railgun.conf"
    start "$HTTP" rg-sender --config "$etc/rg-sender.conf"
}

# Asks for a page twice: it comes whole, then as a delta, and is the origin's. CURL'S ARGUMENTS
twice() {
    curl -sSf --max-time 30 -D first -o first.html "$@"
    curl -sSf --max-time 30 -D second -o second.html --compressed "$@"
    cat first second
    grep -qi '^railgun: [0-9a-f]* normal ' first
    grep -qiE '^railgun: [0-9a-f]+ [0-9.]+ ' second
    grep -q '</ul>' second.html
}

# --- Configurations of others.

check_nginx() {
    prepare
    cat >"$WORK/../nginx.part"
    nginx_around "$WORK/../nginx.part" >"$WORK/../nginx.conf"
    nginx -t -c "$WORK/../nginx.conf" -e stderr
}

nginx_around() { # FILE: what nginx needs around servers to run from a folder of its own
    local name
    echo "daemon off; pid $WORK/nginx.pid; error_log stderr; worker_processes 1; events { }"
    echo "http { access_log off; default_type text/html;"
    for name in client_body proxy fastcgi uwsgi scgi; do echo "${name}_temp_path $WORK/nginx-$name;"; done
    cat "$1"
    echo "}"
}

check_haproxy() {
    prepare
    cat >"$WORK/../haproxy.part"
    haproxy -c -q -f "$WORK/../haproxy.part"
}

check_caddy() {
    cat >"$WORK/../Caddyfile"
    caddy validate --adapter caddyfile --config "$WORK/../Caddyfile"
}

check_apache() {
    cat >"$WORK/../apache.part"
    apache_around "$WORK/../apache.part" >"$WORK/../apache.conf"
    apache2 -t -f "$WORK/../apache.conf"
}

apache_around() { # FILE
    local name
    for name in mpm_event authz_core remoteip dir mime; do echo "LoadModule ${name}_module /usr/lib/apache2/modules/mod_$name.so"; done
    echo "ServerName www.example.org"
    echo "PidFile $WORK/apache.pid"
    echo "ErrorLog $WORK/apache.errors"
    echo "TypesConfig /dev/null"
    echo "AddType text/html .html"
    cat "$1"
}
