#!/usr/bin/env bash
# Attests: what the TPM says of the registers that the site asks for, over the site's nonce, and the kernel's logs.
# Ends with 1 unless the site affirms this device.
source "$(dirname "$(realpath "$0")")/settings.sh"

ask_as_device /attest/challenge --request POST >challenge.json
nonce=$(member nonce <challenge.json)

# {"sha256":[0,1],"sha384":[4]} is sha256:0,1+sha384:4
selection=$(grep -o '"sha[0-9]*":\[[0-9,]*\]' challenge.json | tr -d '"[]' | paste -s -d '+')

tpm2_quote --key-context "$AK_HANDLE" --pcr-list "$selection" \
  --qualification "$(printf '%s' "$nonce" | from_base64url | od -A n -t x1 | tr -d ' \n')" --hash-algorithm sha256 \
  --message quote.msg --signature quote.sig --pcr quote.pcr >/dev/null

# After the quote: what the kernel measured since, the site leaves for the next one.
logs=()
if [ -r "$EVENTLOG" ]; then
  cat "$EVENTLOG" >eventlog
  logs+=(--form eventlog=@eventlog)
fi
if [ -r "$MEASUREMENTS" ]; then
  cat "$MEASUREMENTS" >measurements
  logs+=(--form ima=@measurements)
fi

ask_as_device /attest --form message=@quote.msg --form signature=@quote.sig --form pcrs=@quote.pcr \
  --form attester=@ak.pub --form "nonce=$nonce" "${logs[@]}" >result.json
cat result.json
echo
[ "$(grep -o '"status":"[a-z]*"' result.json | head -n 1)" = '"status":"affirming"' ]
