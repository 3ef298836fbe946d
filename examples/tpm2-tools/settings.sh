# What all three scripts need. To be read by them, not run.
set -euo pipefail

: "${SITE:?the devices’ port of the site, such as https://site.example:8443}"
: "${CA:?file: the root certificate of the site, PEM}"
: "${DEVICE:?the name under which the site knows this device}"
# Where this device keeps its own files.
FOLDER=${FOLDER:-/var/lib/kiten-device}
# Where the TPM keeps its attestation key; it survives a reboot.
AK_HANDLE=${AK_HANDLE:-0x81010050}
# What the kernel measured.
EVENTLOG=${EVENTLOG:-/sys/kernel/security/tpm0/binary_bios_measurements}
MEASUREMENTS=${MEASUREMENTS:-/sys/kernel/security/ima/binary_runtime_measurements}

umask 077
mkdir -p "$FOLDER"
cd "$FOLDER"

# Asks the site. $1 is the path, the rest goes to curl.
ask() { curl --silent --show-error --fail-with-body --cacert "$CA" "${@:2}" "$SITE$1"; }
# The same as this device.
ask_as_device() { ask "$@" --cert certificate.pem --key key.pem; }

# A text member of a JSON object on standard input.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

to_base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
from_base64url() {
  local text
  text=$(tr -- '-_' '+/')
  while [ $((${#text} % 4)) -ne 0 ]; do text="$text="; done
  printf '%s' "$text" | openssl base64 -d -A
}

# Without a resource manager a TPM has room for three objects.
flush() { tpm2_flushcontext --transient-object; }
