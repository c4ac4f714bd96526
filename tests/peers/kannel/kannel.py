"""The real Kannel of Debian's packages kannel and kannel-extras: bearerbox and smsbox in a folder of their own, on ports
that were free, stopped by process id."""
import contextlib
import pathlib
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
WAIT_S = 30


def free_ports(count):
    """Ports nobody uses, all different because they are held until all are found."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def wait_for(what, check):
    deadline = time.monotonic() + WAIT_S
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {WAIT_S} s: {what}")
        time.sleep(0.05)


class Kannel:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.admin, self.box, self.smsc, self.send = free_ports(4)
        self.password = secrets.token_hex(8)
        self.running = []

    def spawn(self, name, *command):
        with open(self.folder / f"{name}.out", "wb") as out:
            process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=subprocess.STDOUT)
        self.running.append(process)
        return process

    def status(self):
        with contextlib.suppress(urllib.error.URLError, OSError):
            url = f"http://127.0.0.1:{self.admin}/status.txt?password={self.password}"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        return ""

    def start(self, conf, service_url, **more):
        """`conf` is a file beside this one; `more` what else stands in its braces."""
        values = {"admin_port": self.admin, "box_port": self.box, "smsc_port": self.smsc, "send_port": self.send,
                  "password": self.password, "service_url": service_url, **more}
        text = pathlib.Path(__file__).with_name(conf).read_text(encoding="utf-8")
        text = re.sub(r"\{(\w+)\}", lambda m: str(values[m.group(1)]), text)
        (self.folder / "kannel.conf").write_text(text, encoding="utf-8")
        self.spawn("bearerbox", BEARERBOX, "-v", "4", "kannel.conf")
        wait_for("bearerbox is up", lambda: "FAKE[FAKE]" in self.status())
        self.spawn("smsbox", SMSBOX, "-v", "4", "kannel.conf")
        wait_for("smsbox is connected", lambda: "on-line" in self.status())

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        self.running.remove(process)

    def stop(self):
        for process in reversed(list(self.running)):
            self.end(process)

    def logs(self):
        for log in sorted(self.folder.glob("*.out")) + sorted(self.folder.glob("*box.log")):
            text = log.read_text(encoding="utf-8", errors="replace")
            sys.stderr.write(f"--- {log.name}\n{text[-4000:]}\n")
