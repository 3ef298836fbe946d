#!/usr/bin/env bash
# Shows the site which key attests for this device: one that lives in the TPM whose endorsement key the site sees.
source "$(dirname "$(realpath "$0")")/settings.sh"

# The attestation key lives below the endorsement key, and stays in the TPM.
tpm2_createek --ek-context ek.ctx --key-algorithm rsa --public ek.pub >/dev/null
flush
if ! tpm2_readpublic --object-context "$AK_HANDLE" --output ak.pub >/dev/null 2>&1; then
  tpm2_createak --ek-context ek.ctx --ak-context ak.ctx --key-algorithm ecc --hash-algorithm sha256 \
    --signing-algorithm ecdsa --public ak.pub >/dev/null
  flush
  tpm2_evictcontrol --hierarchy o --object-context ak.ctx "$AK_HANDLE" >/dev/null
fi
flush

# What the maker of the TPM certified, if it did.
certificate=
if tpm2_nvread 0x1c00002 --hierarchy o --output ek.crt >/dev/null 2>&1; then
  certificate=", \"endorsementCertificate\": \"$(to_base64url <ek.crt)\""
fi
printf '{"endorsementKey": "%s", "attestationKey": "%s"%s}' \
  "$(to_base64url <ek.pub)" "$(to_base64url <ak.pub)" "$certificate" >key-request.json
ask_as_device /attest/key --header 'Content-Type: application/json' --data-binary @key-request.json >activation.json

# A credential as tpm2-tools read it: a magic number, a version, and the two parts.
{
  printf '\xba\xdc\xc0\xde\x00\x00\x00\x01'
  member credential <activation.json | from_base64url
  member secret <activation.json | from_base64url
} >credential

# Only this TPM, holding that attestation key, finds the secret in it.
tpm2_startauthsession --policy-session --session session.ctx
trap 'tpm2_flushcontext session.ctx' EXIT
tpm2_policysecret --session session.ctx --object-context e >/dev/null
tpm2_activatecredential --credentialedkey-context "$AK_HANDLE" --credentialkey-context ek.ctx \
  --credential-blob credential --certinfo-data secret --credentialkey-auth session:session.ctx >/dev/null
trap - EXIT
flush

printf '{"activation": "%s", "secret": "%s"}' "$(member activation <activation.json)" "$(to_base64url <secret)" |
  ask_as_device /attest/key/confirm --header 'Content-Type: application/json' --data-binary @-
echo
