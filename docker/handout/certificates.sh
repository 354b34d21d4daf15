#!/bin/sh
# Makes what is missing or runs out within a month of the certificate authority and the servers' certificates, and gives
# each reader its secrets: certificates.sh SECRETS HANDOUT. SECRETS is a folder with a file a secret; HANDOUT has a folder
# a reader, which only that reader can look into. Safe to repeat.
set -eu
umask 077
secrets=$1 handout=$2
authority=$handout/authority
month=2592000

# The users as whom the images run.
root=0:0 elastic=1000:0 postgres=999:999 harmattan=10001:10001

give() { # FILE READER OWNER MODE: what stands on standard input, put there in one step
    target=$handout/$2/$1
    cat >"$target.new"
    own "$3" "$target.new"
    chmod "$4" "$target.new"
    mv -f "$target.new" "$target"
}

own() { # As root only, which in the container it is.
    [ "$(id -u)" -ne 0 ] || chown "$1" "$2"
}

secret() {
    if ! [ -s "$secrets/$1" ]; then
        echo "$secrets/$1: there is no such secret; run tools/secrets.sh" >&2
        exit 1
    fi
    tr -d '\n' <"$secrets/$1"
}

hand() { # SECRET FILE READER OWNER MODE
    value=$(secret "$1")
    printf '%s' "$value" | give "$2" "$3" "$4" "$5"
}

folder() { # READER OWNER
    mkdir -p "$handout/$1"
    own "$2" "$handout/$1"
    chmod 700 "$handout/$1"
}

lasts() {
    [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend "$month" >/dev/null
}

new_key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null
}

make_authority() {
    if lasts "$authority/ca.crt" && [ -s "$authority/ca.key" ]; then return; fi
    echo "making a new certificate authority"
    new_key | give ca.key authority "$root" 400
    openssl req -x509 -new -key "$authority/ca.key" -sha256 -days 3650 -subj "/O=Harmattan/CN=Harmattan local authority" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" |
        give ca.crt authority "$root" 444
}

make_certificate() { # SERVER OWNER: for the service's name and for localhost
    crt=$handout/$1/tls.crt key=$handout/$1/tls.key
    if lasts "$crt" && [ -s "$key" ] && openssl verify -CAfile "$authority/ca.crt" "$crt" >/dev/null 2>&1; then return; fi
    echo "making a new certificate for $1"
    work=$(mktemp -d)
    new_key >"$work/tls.key"
    openssl req -new -key "$work/tls.key" -sha256 -subj "/O=Harmattan/CN=$1" -out "$work/csr"
    cat >"$work/extensions" <<X
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:$1,DNS:localhost,IP:127.0.0.1
X
    openssl x509 -req -in "$work/csr" -CA "$authority/ca.crt" -CAkey "$authority/ca.key" -sha256 -days 825 \
        -set_serial "0x$(openssl rand -hex 16)" -extfile "$work/extensions" -out "$work/tls.crt" 2>/dev/null
    # The key last: a start that is cut off between the two makes both anew.
    rm -f "$key"
    give tls.crt "$1" "$2" 444 <"$work/tls.crt"
    give tls.key "$1" "$2" 400 <"$work/tls.key"
    rm -r "$work"
}

folder authority "$root"
make_authority

for reader in elasticsearch kibana postgres setup workers index web airflow; do
    case $reader in
        elasticsearch | kibana) owner=$elastic ;;
        postgres) owner=$postgres ;;
        *) owner=$harmattan ;;
    esac
    folder "$reader" "$owner"
    give ca.crt "$reader" "$owner" 444 <"$authority/ca.crt"
    case $reader in
        elasticsearch | kibana) make_certificate "$reader" "$owner" ;;
        setup | workers | index | web | airflow)
            hand harmattan-database-password database-password "$reader" "$owner" 400 ;;
    esac
done

hand elastic-password elastic-password elasticsearch "$elastic" 400
hand postgres-password postgres-password postgres "$postgres" 400
hand harmattan-database-password harmattan-password postgres "$postgres" 400
hand airflow-database-password airflow-password postgres "$postgres" 400
hand airflow-fernet-key fernet-key airflow "$harmattan" 400
hand airflow-jwt-secret jwt-secret airflow "$harmattan" 400
hand airflow-api-secret api-secret airflow "$harmattan" 400

password=$(secret airflow-database-password)
printf '*:*:airflow:airflow:%s\n' "$password" | give pgpass airflow "$harmattan" 400
# Airflow opens this one for writing, though it finds its only user in it.
password=$(secret airflow-password)
printf '{"operator": "%s"}\n' "$password" | give airflow-passwords.json airflow "$harmattan" 600
