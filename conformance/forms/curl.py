"""A counterexample against a server as a bash script: curl sends, openssl signs, ids are carried along."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.forms.answers import answer_digest
from amazonpay_conformance.forms.heading import heading
from amazonpay_conformance.forms.turns import Act, Ask, CannotPrint, as_json, played
from amazonpay_conformance.wire.signing import ALGORITHMS


def curl_script(run: Run, finding: Finding, lane: Lane) -> str:
    """Return the script. It exits with 1 where the fault shows, 0 where not, 5 where a step cannot be taken.

    Args:
        run: a run that showed the fault.
        finding: the fault.
        lane: how the client was configured.

    Raises:
        CannotPrint: the fault is a client's, or a step is one that only the kit can take.
    """
    if finding.requirement.subject != "server":
        raise CannotPrint("the fault is the client's, and curl would send what that should have sent")
    told = played(run, finding)
    lines = [f"# {line}".rstrip() for line in heading(finding)]
    head = _HEAD.replace("@ALGORITHM@", lane.algorithm).replace("@SALT@", str(ALGORITHMS[lane.algorithm]))
    head = head.replace("@REGION@", lane.region).replace(
        "@DIGEST@", inspect.getsource(answer_digest).rstrip()
    )
    keys = [f"fresh '{key}'" for key in told.keys]
    *before, last = told.turns
    turns = [*(line for turn in before for line in _turn(turn, "keep")), *_turn(last, "note")]
    end = _END.replace("@DIGEST@", told.digest)
    return "\n".join(("#!/usr/bin/env bash", *lines, head, *keys, *turns, end))


def _turn(turn: Ask | Act, keep: str) -> Iterator[str]:
    if isinstance(turn, Act):
        yield f"control {turn.verb} {shlex.quote(as_json(turn.body))}"
        return
    headers = "".join(f" {shlex.quote(f'{name}:{value}')}" for name, value in sorted(turn.headers.items()))
    yield f"call {turn.method} {shlex.quote(turn.path)} {shlex.quote(turn.body)}{headers}"
    if keep == "keep":
        yield f"expect {turn.status}"
    yield from (f"{keep} {shlex.quote(symbol)} {name}" for symbol, name in turn.keeps.items())


_HEAD: Final = r"""#
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
trust=()
if [ -n "${AMAZON_PAY_CA_FILE:-}" ]; then trust=(--cacert "$AMAZON_PAY_CA_FILE"); fi
host=${base#*://}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/ids"

filled() {
  local text=$1 name value
  while IFS='=' read -r name value; do text=${text//"{{$name}}"/$value}; done < "$work/ids"
  printf '%s' "$text"
}

sha256() { openssl dgst -sha256 -hex | sed 's/.*= *//'; }

call() {
  local method=$1 path headers=() line names hash signature
  path=$(filled "$2")
  filled "$3" > "$work/body"
  shift 3
  {
    printf '%s\n' accept:application/json content-type:application/json "x-amz-pay-host:$host"
    printf '%s\n' "x-amz-pay-date:$(date -u +%Y%m%dT%H%M%SZ)" x-amz-pay-region:@REGION@
    for line in "$@"; do printf '%s\n' "$(filled "$line")"; done
  } | LC_ALL=C sort > "$work/headers"
  while IFS= read -r line; do headers+=(-H "${line%%:*}: ${line#*:}"); done < "$work/headers"
  names=$(cut -d: -f1 "$work/headers" | paste -sd ';' -)
  hash=$(sha256 < "$work/body")
  hash=$(printf '%s\n%s\n\n%s\n\n%s\n%s' "$method" "$path" "$(cat "$work/headers")" "$names" "$hash" | sha256)
  signature=$(printf '%s\n%s' @ALGORITHM@ "$hash" |
    openssl dgst -sha256 -sign "$key" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:@SALT@ |
    openssl base64 -A)
  headers+=(-H "authorization: @ALGORITHM@ PublicKeyId=$key_id, SignedHeaders=$names, Signature=$signature")
  if [ -s "$work/body" ]; then headers+=(--data-binary "@$work/body"); fi
  status=$(curl -sS --noproxy '*' "${trust[@]}" -X "$method" "${headers[@]}" \
    -D "$work/answered" -o "$work/answer" -w '%{http_code}' "$base$path")
  touch "$work/answer"
  printf '%s %s -> %s\n' "$method" "$path" "$status"
}

expect() {
  if [ "$status" != "$1" ]; then echo "cannot reach: expected $1"; exit 5; fi
}

note() {
  local value
  value=$(grep -o "\"$2\" *: *\"[^\"]*\"" "$work/answer" | head -n 1 | cut -d '"' -f 4 || true)
  if [ -n "$value" ]; then printf '%s=%s\n' "$1" "$value" >> "$work/ids"; fi
  found=$value
}

keep() {
  note "$1" "$2"
  if [ -z "$found" ]; then echo "cannot reach: the answer has no $2"; exit 5; fi
}

fresh() { printf '%s=%s\n' "$1" "$(openssl rand -hex 16)" >> "$work/ids"; }

control() {
  local code
  code=$(curl -sS --noproxy '*' "${trust[@]}" -X POST --data-binary "$(filled "$2")" \
    -o "$work/answer" -w '%{http_code}' "$base/_mock/$1")
  printf '%s %s -> %s\n' "$1" "$(filled "$2")" "$code"
  if [ "$code" != 204 ]; then echo "cannot reach: $1 was refused"; exit 5; fi
}

cat > "$work/digest.py" <<'PYTHON'
import hashlib, json, re, sys


@DIGEST@


work, status = sys.argv[1:]
ids = dict(line.rstrip("\n").split("=", 1) for line in open(work + "/ids", encoding="utf-8"))
ids = {name: value for name, value in ids.items() if not name.startswith("key#")}
has_id = "x-amz-pay-request-id:" in open(work + "/answered", encoding="latin-1").read().lower()
print(answer_digest(int(status), has_id, open(work + "/answer", "rb").read(), ids))
PYTHON
"""

_END: Final = r"""
cat "$work/answer"; echo
if [ "$(python3 "$work/digest.py" "$work" "$status")" = @DIGEST@ ]; then
  echo "still fails: this is the answer that was found wrong"
  exit 1
fi
echo "passes now: this is another answer than the one that was found wrong"
"""
