#!/bin/sh
# ray 2.60.0: ray.init(log_to_driver=False, configure_logging=False) still prints the death of a
# worker on the driver's standard output, not on standard error. A command line program that prints
# JSON there, and embeds texts with Ray, prints a line "(raylet) A worker died ..." into its JSON.
# The listener of error messages in ray/_private/worker.py does not look at log_to_driver.
#
# Seen: one actor is ended by SIGKILL, as the kernel ends a process that takes too much memory. The
# driver catches ActorDiedError and prints one line of JSON. Its standard output has that line and
# lines of Ray. Redirecting sys.stdout to sys.stderr while Ray runs keeps them apart.
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ray==2.60.0
export HOME="$folder"  # Ray keeps a token there
cat > "$folder/driver.py" <<'PYTHON'
import contextlib
import json
import os
import signal
import sys
import time

import ray


def lose_a_worker():
    quiet = {"log_to_driver": False, "configure_logging": False, "include_dashboard": False}
    ray.init("local", num_cpus=1, **quiet)

    @ray.remote(max_restarts=0)
    class Worker:
        def pid(self):
            return os.getpid()

    worker = Worker.remote()
    os.kill(ray.get(worker.pid.remote()), signal.SIGKILL)
    try:
        ray.get(worker.pid.remote())
        lost = False
    except ray.exceptions.ActorDiedError:
        lost = True
    time.sleep(15)  # the message comes some seconds later
    ray.shutdown()
    return lost


redirected = sys.argv[1] == "redirected"
with contextlib.redirect_stdout(sys.stderr) if redirected else contextlib.nullcontext():
    lost = lose_a_worker()
print(json.dumps({"lost": lost}))
PYTHON
status=0
for how in plain redirected; do
    "$folder/venv/bin/python" "$folder/driver.py" "$how" > "$folder/$how.out" 2> "$folder/$how.err"
    lines=$(grep -c raylet "$folder/$how.out" || true)
    echo "$how: lines of Ray on standard output: $lines"
    grep -q '"lost": true' "$folder/$how.out" || status=1
done
grep raylet "$folder/plain.out" | cut -c1-60
grep -q raylet "$folder/plain.out" || status=1
! grep -q raylet "$folder/redirected.out" || status=1
exit $status
