"""The parts of a bash script that are the same in each: what every script needs, and what some do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from amazonpay_conformance.forms.turns import Act, Admit, Learn, Rotate, Spoilt, Together

BASE: Final = r"""#
# Needs bash, curl, openssl 1.1.1 or newer and python3, and in the environment:
#   AMAZON_PAY_BASE_URL       https://localhost:PORT, as `amazonpay-conformance serve` prints it
#   AMAZON_PAY_PUBLIC_KEY_ID  id of the key
#   AMAZON_PAY_PRIVATE_KEY    file of the private key
#   AMAZON_PAY_CA_FILE        CA to trust, if need be
# Exits with 1 where the fault shows, 0 where not, 5 where a step cannot be taken.
set -euo pipefail

base=${AMAZON_PAY_BASE_URL:?}
key_id=${AMAZON_PAY_PUBLIC_KEY_ID:?}
key=${AMAZON_PAY_PRIVATE_KEY:?}
curl=(curl -sS --noproxy '*' --max-time 30)
if [ -n "${AMAZON_PAY_CA_FILE:-}" ]; then curl+=(--cacert "$AMAZON_PAY_CA_FILE"); fi
host=${base#*://}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
at=$work/0
mkdir "$at"
: > "$work/ids"
: > "$at/values"
racing=0

step() { number=$1; printf '%s. %s\n' "$1" "$2"; }

unreachable() { printf 'cannot reach: step %s: %s\n' "$number" "$1"; exit 5; }

filled() {
  local text=$1 line
  while IFS= read -r line; do
    text=${text//"{{${line%%=*}}}"/${line#*=}}
  done < <(cat "$work/ids" "$at/values")
  printf '%s' "$text"
}

sha256() { openssl dgst -sha256 -hex | sed 's/.*= *//'; }

# makes $signature over $at/canonical and the digest of $at/signed
sign() {
  local hash
  hash=$({ cat "$at/canonical"; printf '%s' "$(sha256 < "$at/signed")"; } | sha256)
  signature=$(printf '%s\n%s' "$1" "$hash" |
    openssl dgst -sha256 -sign "$3" -sigopt rsa_padding_mode:pss -sigopt "rsa_pss_saltlen:$2" |
    openssl base64 -A)
}

call() {
  local method=$1 path query names line headers=()
  path=$(filled "$2")
  query=$(filled "$3")
  filled "$4" > "$at/body"
  cp "$at/body" "$at/signed"
  shift 4
  {
    printf '%s\n' accept:application/json content-type:application/json "x-amz-pay-host:$host"
    printf '%s\n' "x-amz-pay-date:$(date -u +%Y%m%dT%H%M%SZ)" x-amz-pay-region:@REGION@
    for line in "$@"; do printf '%s\n' "$(filled "$line")"; done
  } | LC_ALL=C sort > "$at/headers"
  names=$(cut -d: -f1 "$at/headers" | paste -sd ';' -)
  {
    printf '%s\n%s\n%s\n' "$method" "$path" "$query"
    cat "$at/headers"
    printf '\n%s\n' "$names"
  } > "$at/canonical"
  sign @ALGORITHM@ @SALT@ "$key"
  while IFS= read -r line; do headers+=(-H "${line%%:*}: ${line#*:}"); done < "$at/headers"
  headers+=(-H "authorization: @ALGORITHM@ PublicKeyId=$key_id, SignedHeaders=$names, Signature=$signature")
  if [ -s "$at/body" ]; then
    cp "$at/body" "$at/last"
    headers+=(--data-binary "@$at/last")
  fi
  last=("$method" "$path${query:+?$query}" "${headers[@]}")
  again
}

again() { send "${last[@]}"; }

send() {
  local method=$1 target=$2 code=0
  shift 2
  : > "$at/answer"
  : > "$at/answered"
  if [ "$racing" = 1 ]; then wait_for_the_others; fi
  status=$("${curl[@]}" --path-as-is -X "$method" "$@" -D "$at/answered" -o "$at/answer" -w '%{http_code}' \
    "$base$target" 2> "$at/error") || code=$?
  case $code in 5 | 6 | 7 | 35 | 58 | 60 | 77) unreachable "$(cat "$at/error")" ;; esac
  printf '     %s %s -> %s\n' "$method" "$target" "${status/000/no answer}"
}

expect() {
  if [ "$status" != "$1" ]; then unreachable "expected ${1/000/no answer}"; fi
}

value_of() { grep -o "\"$1\" *: *\"[^\"]*\"" "$at/answer" | head -n 1 | cut -d '"' -f 4 || true; }

note() {
  local value
  value=$(value_of "$2")
  if [ -n "$value" ]; then printf '%s=%s\n' "$1" "$value" >> "$work/ids"; fi
  found=$value
}

keep() {
  note "$1" "$2"
  if [ -z "$found" ]; then unreachable "the answer has no $2"; fi
}

tell() { python3 "$work/digest.py" "$work" "$at" "$status" >> "$at/told"; }

fresh() { printf '%s=%s\n' "$1" "$(openssl rand -hex 16)" >> "$work/ids"; }
"""

CONTROL: Final = r"""
control() {
  local code
  code=$("${curl[@]}" -X "$1" --data-binary "$(filled "$3")" -o "$at/answer" -w '%{http_code}' \
    "$base/_mock/$2") || unreachable "nobody answers at $base"
  case $code in
    2??) ;;
    404) unreachable "$2 takes the kit's mock, which has /_mock/$2: $(cat "$at/answer")" ;;
    *) unreachable "$2 was refused: $(cat "$at/answer")" ;;
  esac
}

field() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$at/answer" "$1"
}
"""

ROTATE: Final = r"""
rotate() {
  former_id=$key_id
  former=$key
  control POST keys '{}'
  key_id=$(field public_key_id)
  key=$work/$key_id.pem
  field private_key > "$key"
  if [ "$1" = revoking ]; then control DELETE "keys/$former_id" ''; fi
}
"""

ADMIT: Final = r"""
# AMAZON_PAY_OTHER_PUBLIC_KEY_ID and AMAZON_PAY_OTHER_PRIVATE_KEY, where they are set, are another merchant's
admit() {
  merchant_id=${AMAZON_PAY_OTHER_PUBLIC_KEY_ID:-}
  merchant=${AMAZON_PAY_OTHER_PRIVATE_KEY:-}
  if [ -n "$merchant" ]; then return; fi
  control POST namespaces '{}'
  merchant_id=$(field public_key_id)
  merchant=$work/merchant.pem
  field private_key > "$merchant"
}
"""

LEARN: Final = r"""
learn() {
  local id
  control GET "objects?kind=$2" ''
  id=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[-1]["id"])' "$at/answer") ||
    unreachable "there is no $2"
  printf '%s=%s\n' "$1" "$id" >> "$work/ids"
}
"""

SPOIL: Final = r"""
cat > "$work/values.py" <<'PYTHON'
import os, sys, time

host, key_id = sys.argv[1:]
basic, now = "%Y%m%dT%H%M%SZ", time.time()
values = {
    "now": time.strftime(basic, time.gmtime(now)),
    "now, in the extended form": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
    "now, without a zone": time.strftime(basic, time.gmtime(now)).rstrip("Z"),
    "an hour ago": time.strftime(basic, time.gmtime(now - 3600)),
    "yesterday": time.strftime(basic, time.gmtime(now - 86400)),
    "tomorrow": time.strftime(basic, time.gmtime(now + 86400)),
    "host": host,
    "key id": key_id,
    "a new key": os.urandom(16).hex(),
}
sys.stdout.write("".join(f"{name}={value}\n" for name, value in values.items()))
PYTHON

# signs a canonical request that is not the one which is sent, or not as it should be
signs() {
  local by=$key id=$key_id
  case $1 in
    former) by=$former id=$former_id ;;
    merchant) by=$merchant id=$merchant_id ;;
    nobody)
      by=$work/nobody.pem
      openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$by" 2> /dev/null
      ;;
  esac
  python3 "$work/values.py" "$host" "$id" > "$at/values"
  printf 'a byte that is no UTF-8=\xff\n' >> "$at/values"
  filled "$4" > "$at/signed"
  filled "$5" > "$at/canonical"
  sign "$2" "$3" "$by"
  {
    printf 'signature=%s\n' "$signature"
    printf 'half a signature=%s\n' "${signature:0:172}"
    printf 'signature but its first letter=%s\n' "${signature:1}"
  } >> "$at/values"
}

sends() {
  local method=$1 target line name headers=()
  target=$(filled "$2")
  filled "$3" > "$at/body"
  shift 3
  for name in accept content-type; do  # or curl sends its own
    if [ "$(printf '%s\n' "$@" | grep -c "^$name[:;]")" = 0 ]; then headers+=(-H "$name:"); fi
  done
  for line in "$@"; do headers+=(-H "$(filled "$line")"); done
  if [ -s "$at/body" ]; then headers+=(--data-binary "@$at/body"); fi
  : > "$at/values"
  send "$method" "$target" "${headers[@]}"
}
"""

RACE: Final = r"""
meet() { expected=$1; callers=(); rm -rf "$work"/caller.*; }

caller() {
  at=$work/caller.$1
  mkdir "$at"
  : > "$at/values"
  : > "$at/told"
  racing=1
}

# until every caller has signed his first request, five seconds at most
wait_for_the_others() {
  local tries=0
  racing=0
  : > "$at/ready"
  while [ "$(find "$work" -name ready | wc -l)" -lt "$expected" ] && [ "$tries" -lt 250 ]; do
    sleep 0.02
    tries=$((tries + 1))
  done
}

known() { [ -z "$1" ] || grep -q "^$1=" "$work/ids"; }

# of a call: whether it was done, and with a key, to which object
became() {
  local id=''
  case $status in
    000 | 429 | 5??) echo unclear ;;
    4??) echo refused ;;
    *)
      if [ -n "$1" ]; then id=$(value_of "$2"); fi
      printf 'done%s\n' "${1:+ $1 $id}"
      ;;
  esac >> "$at/told"
}

together() {
  local each
  for each in "${callers[@]}"; do wait "$each" || exit 5; done
  cat "$work"/caller.*/told > "$at/told"
}
"""

PARTS: Final[Mapping[tuple[type, ...], str]] = {
    (Act, Rotate, Admit, Learn): CONTROL,
    (Rotate,): ROTATE,
    (Admit,): ADMIT,
    (Learn,): LEARN,
    (Spoilt,): SPOIL,
    (Together,): RACE,
}
"""What takes which part."""

DIGEST: Final = r"""
cat > "$work/digest.py" <<'PYTHON'
import hashlib, json, re, sys


@DIGEST@


work, at, status = sys.argv[1:]
ids = [line.rstrip("\n").split("=", 1) for line in open(work + "/ids", encoding="utf-8")]
ids = {name: value for name, value in ids if not name.startswith("key#")}
has_id = "x-amz-pay-request-id:" in open(at + "/answered", encoding="latin-1").read().lower()
print(answer_digest(int(status), has_id, open(at + "/answer", "rb").read(), ids))
PYTHON
"""

END: Final = r"""
cat "$at/answer"; echo
told=$(paste -sd ' ' "$at/told")
wrong='@WRONG@'
if @SHOWS@; then
  echo "still fails: this is the answer that was found wrong"
  exit 1
fi
echo "passes now: this is another answer than the one that was found wrong"
"""
END_OF_RACE: Final = r"""
history=$(python3 - "$at/told" <<'PYTHON'
import sys

calls = [line.split() for line in open(sys.argv[1], encoding="utf-8")]
words = []
for number, call in enumerate(calls):
    same = (n for n, other in enumerate(calls) if n == number or (len(call) == 3 and other == call))
    first = next(same)
    words.append(call[0] if first == number else f"done, as call {first + 1}")
print("; ".join(words))
PYTHON
)
printf 'the calls, caller by caller: %s\n' "$history"
case $history in *unclear*) unreachable "a call got no clear answer" ;; esac
while IFS= read -r permitted; do
  if [ "$history" = "$permitted" ]; then
    echo "passes now: some order of the calls permits this"
    exit 0
  fi
done << 'PERMITTED'
@PERMITTED@
PERMITTED
echo "still fails: no order of the calls permits this"
exit 1
"""
