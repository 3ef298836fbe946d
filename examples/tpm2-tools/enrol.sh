#!/usr/bin/env bash
# Gets this device its certificate: a key, a request, a one-time token (RFC 7030).
# TOKEN is what `kiten token create --device DEVICE` printed; it is used up.
source "$(dirname "$(realpath "$0")")/settings.sh"
: "${TOKEN:?the one-time token}"

openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
openssl req -new -key key.pem -subj "/CN=$DEVICE" -outform DER -out request.der

openssl base64 -in request.der |
  ask /.well-known/est/simpleenroll --user "$DEVICE:$TOKEN" \
    --header 'Content-Type: application/pkcs10' --data-binary @- |
  openssl base64 -d | openssl pkcs7 -inform DER -print_certs -out certificate.pem

openssl x509 -in certificate.pem -noout -subject -enddate
