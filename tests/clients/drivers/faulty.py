"""The correct driver with one fault, named by the first argument: a function from a question to a line."""

import json
import os
import signal
import subprocess
import sys
import threading

from correct import answer, serve

CHILD = (
    "import socket, sys, threading; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.recv(1)"
)


def dies_at_start(_):
    print("Traceback and so on\nLicenceError: no licence\n\n(bye)", file=sys.stderr)
    sys.exit(3)


def dies_in_mid_call(question):
    if question["type"] == "call":
        os.kill(os.getpid(), signal.SIGKILL)
    return right(question)


def closes_stdout(_):
    os.close(1)
    forever()


def hangs(question):
    if question["type"] == "call":
        print("waiting for the moon", file=sys.stderr, flush=True)
        forever()
    return right(question)


def hangs_with_a_child(question):
    if question["type"] == "config":
        subprocess.Popen([sys.executable, "-S", "-E", "-c", CHILD, os.environ["CHILD_PORT"]])
    return hangs(question)


def never_ends(_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(right({"type": "hello"}), flush=True)
    forever()


def refuses_hello(_):
    return json.dumps({"type": "error", "message": f"not today, says {os.getpid()}"})


def prints_rubbish(_):
    return "Debug: about to say hello" + ", then hello" * 100


def prints_bytes(_):
    sys.stdout.buffer.write(b"\xff\xfe\n")
    return ""


def prints_a_list(_):
    return "[1]"


def prints_nesting(_):
    return "[" * 100_000


def says_other_type(question):
    return right({"type": "config", "public_key_id": ""}) if question["type"] == "hello" else right(question)


def says_other_id(question):
    said = answer(question)
    return json.dumps({**said, "id": said["id"] + 1} if "id" in said else said)


def says_other_version(question):
    return json.dumps({**answer(question), "protocol": 2})


def breaks_the_schema(question):
    said = answer(question)
    return json.dumps({**said, "status": "200"} if "outcome" in said else said)


def is_noisy(question):
    print("noise\n" * 10_000, file=sys.stderr)
    return right(question)


def right(question):
    return json.dumps(answer(question))


def forever():
    threading.Event().wait()


if __name__ == "__main__":
    serve(globals()[sys.argv[1]])
