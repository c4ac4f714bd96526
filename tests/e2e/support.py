"""What the end-to-end tests share: a gateway of their own in a temporary folder, on its own port."""
import contextlib
import csv
import hashlib
import http.client
import http.server
import io
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "tests" / "peers"
TOKEN = "linlidemo"
ORIGINAL_ID = "gh_linlidemo"
database_numbers = itertools.count(1)


def server_url():
    """The PostgreSQL of LINLI_TEST_STORE (tests/support/postgres), None for SQLite."""
    where = os.environ.get("LINLI_TEST_STORE", "")
    return pathlib.Path(where).read_text().strip() if where and "://" not in where else where or None


def psql(url, sql):
    """What one statement gives, rows of texts."""
    run = subprocess.run(["psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only", "--set", "ON_ERROR_STOP=1",
                          "--dbname", url, "--command", sql], capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise AssertionError(f"psql: {run.stderr}")
    return list(csv.reader(io.StringIO(run.stdout)))


def new_database(url=None):
    """An empty database on the server; its URL."""
    name = f"e2e_{os.getpid()}_{next(database_numbers)}"
    url = url or server_url()
    psql(url, f'CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY file_copy')
    head, _, tail = url.partition("?")
    return head.rpartition("/")[0] + "/" + name + ("?" + tail if tail else "")


def drop_database(url):
    name = url.partition("?")[0].rpartition("/")[2]
    psql(url.replace("/" + name, "/postgres", 1), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def quoted(value):
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def config(folder, **changes):
    """A configuration with the two demo accounts, on a port that the system chooses."""
    base = {
        "listen": {"address": "127.0.0.1", "port": 0},
        "data": {"dir": str(folder / "data")},
        "log": {"level": "info"},
        "signature": "思茅志愿",
        "accounts": [
            {"name": "demo", "channel": "sms", "provider": "kannel", "signature": "思茅志愿",
             "settings": {}},
            {"name": "demo", "channel": "wechat", "provider": "wechat",
             "settings": {"token": TOKEN, "original_id": ORIGINAL_ID, "mode": "plaintext"}},
        ],
    }
    if server_url():
        base["store"] = {"url": new_database(), "workers": 2}
    base.update(changes)
    path = folder / "linli.json"
    path.write_text(json.dumps(base, ensure_ascii=False), encoding="utf-8")
    return path


class Gateway:
    """`linli serve` as a child process; stopped by process id."""

    def __init__(self, linli, folder, config_file):
        self.linli, self.folder, self.config = linli, pathlib.Path(folder), config_file
        self.data = self.folder / "data"
        self.log = self.folder / "serve.log"
        self.process = None
        self.port = 0

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.linli, "serve", "--config", self.config, "--port-file", port_file],
                stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.stderr.write(self.log.read_text(encoding="utf-8", errors="replace"))
                raise AssertionError("the gateway did not start")
            time.sleep(0.02)
        self.port = int(port_file.read_text())
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit status and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=30)
        return status, time.monotonic() - began

    def connection(self, timeout=20):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, timeout=20):
        c = self.connection(timeout)
        try:
            c.request(method, path, body, headers or {})
            r = c.getresponse()
            return r.status, r.read(), dict(r.getheaders())
        finally:
            c.close()

    def sms(self, phone, text, key, account="demo"):
        query = urllib.parse.urlencode(
            {"from": phone, "to": "10690000", "text": text, "id": key, "charset": "utf-8"})
        status, body, _ = self.request("GET", f"/sms/{account}?{query}")
        return status, body.decode("utf-8", "replace")

    def wechat(self, xml, stamp=None, nonce="42", token=TOKEN, signature=None):
        stamp = str(int(time.time()) if stamp is None else stamp)
        if signature is None:
            signature = hashlib.sha1("".join(sorted([token, stamp, nonce])).encode()).hexdigest()
        query = urllib.parse.urlencode({"signature": signature, "timestamp": stamp, "nonce": nonce})
        body = xml if isinstance(xml, bytes) else xml.encode("utf-8")
        return self.request("POST", f"/wechat/demo?{query}", body, {"Content-Type": "text/xml"})

    def metric(self, name, label=None):
        """The sum of a counter's values, of those whose labels hold `label`."""
        _, body, _ = self.request("GET", "/metrics")
        total = 0
        for line in body.decode().splitlines():
            if line.startswith(name) and (label is None or label in line):
                head, _, value = line.rpartition(" ")
                if head.split("{")[0] == name:
                    total += float(value)
        return total

    def store_url(self):
        return json.loads(pathlib.Path(self.config).read_text(encoding="utf-8")).get("store", {}).get("url")

    def rows(self, sql, *args):
        url = self.store_url()
        if url:
            parts = sql.split("?")
            text = parts[0] + "".join(quoted(a) + p for a, p in zip(args, parts[1:]))
            return [json.loads(row[0], object_pairs_hook=lambda pairs: tuple(v for _, v in pairs))
                    for row in psql(url, f"SELECT row_to_json(r) FROM ({text}) AS r")]
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/linli.db?mode=ro", uri=True)) as db:
            return db.execute(sql, args).fetchall()

    def execute(self, sql):
        """One statement behind the gateway's back."""
        url = self.store_url()
        if url:
            psql(url, sql.replace("x'00'", "'\\x00'"))
            return
        with contextlib.closing(sqlite3.connect(self.data / "linli.db")) as db:
            db.execute(sql)
            db.commit()


def text_xml(sender, text, message_id, to=ORIGINAL_ID, created=None):
    created = int(time.time()) if created is None else created
    return (f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]>"
            f"</FromUserName><CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            f"<Content><![CDATA[{text}]]></Content><MsgId>{message_id}</MsgId></xml>")


def peer_modules(name):
    """The folder in which tests/peers/NAME's npm packages are installed."""
    run = subprocess.run(["bash", "-c", '. gateway/setup && peer_modules "$1"', "-", name], cwd=ROOT,
                         stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    return run.stdout.strip()


@contextlib.contextmanager
def gateway(linli, **changes):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="linli-e2e-"))
    g = Gateway(linli, folder, config(folder, **changes))
    try:
        yield g.start()
    except BaseException:
        sys.stderr.write(g.log.read_text(encoding="utf-8", errors="replace")[-4000:])
        raise
    finally:
        if g.process is not None and g.process.poll() is None:
            g.kill()
        if g.store_url():
            drop_database(g.store_url())
        shutil.rmtree(folder, ignore_errors=True)


class Office:
    """A demo district of `people` volunteers with the commands on it; `gateway` is not started yet."""

    def __init__(self, linli, people, **changes):
        self.linli = linli
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="linli-office-"))
        self.config = config(self.path, **changes)
        self.gateway = Gateway(linli, self.path, self.config)
        self.run("demo", "--volunteers", people)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.gateway.process is not None and self.gateway.process.poll() is None:
            self.gateway.kill()
        if self.gateway.store_url():
            drop_database(self.gateway.store_url())
        shutil.rmtree(self.path, ignore_errors=True)

    def command(self, *args):
        return [self.linli, *map(str, args), "--config", self.config]

    def run(self, *args, status=0):
        done = subprocess.run(self.command(*args), capture_output=True, text=True, encoding="utf-8", timeout=300)
        if done.returncode != status:
            raise AssertionError(f"linli {' '.join(map(str, args))}: exit {done.returncode}: {done.stderr}")
        return done

    def broadcast(self, *args):
        return json.loads(self.run("broadcast", *args, "--json").stdout)

    def refused(self, words, *args):
        done = self.run("broadcast", *args, status=1)
        equal(done.stdout, "", f"output of what is refused: {args}")
        equal(len(done.stderr.splitlines()), 1, f"one line: {done.stderr}")
        equal(words in done.stderr, True, f"{words!r} in {done.stderr!r}")

    def number(self, sql, *args):
        return self.gateway.rows(sql, *args)[0][0]


class Provider:
    """Stands where Kannel's sendsms would: notes each request, refuses the first `fail` of them."""

    def __init__(self, fail=0, delay=0):
        self.received = received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                time.sleep(delay)
                received.append(dict(urllib.parse.parse_qsl(self.path.partition("?")[2])))
                status, body = (503, b"busy") if len(received) <= fail else (202, b"0: Accepted for delivery")
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            do_POST = do_GET

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a gateway that was killed leaves cut connections
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def accounts(self):
        url = f"http://127.0.0.1:{self.server.server_port}/cgi-bin/sendsms"
        return [{"name": "demo", "channel": "sms", "provider": "kannel", "signature": "思茅志愿",
                 "settings": {"sendsms_url": url, "username": "u", "password": "p", "from": "10690000"}}]


class Peer:
    """tests/peers/sms_peer as a child process; its record says who got what."""

    def __init__(self, folder, *arguments):
        self.record = pathlib.Path(folder) / "accepted.txt"
        port_file = pathlib.Path(folder) / "peer-port"
        script = pathlib.Path(__file__).parent.parent / "peers" / "sms_peer"
        self.process = subprocess.Popen(
            [sys.executable, script, "--port-file", port_file, "--record", self.record, *map(str, arguments)],
            stdin=subprocess.DEVNULL)
        eventually("the provider serves", port_file.exists, 60)
        self.port = int(port_file.read_text())

    def account(self, **more):
        return {"name": "demo", "channel": "sms", "provider": "kannel", "signature": "思茅志愿",
                "settings": {"sendsms_url": f"http://127.0.0.1:{self.port}/cgi-bin/sendsms", "username": "u",
                             "password": "p", "from": "10690000"}, **more}

    def ask(self, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            c.request("POST" if body else "GET", path, json.dumps(body) if body else None)
            return json.loads(c.getresponse().read())
        finally:
            c.close()

    def behave(self, **changes):
        self.ask("/behaviour", changes)

    def accepted(self):
        """(id, number, how) of each message it took."""
        return [tuple(line.split()[:3]) for line in self.record.read_text().splitlines()]

    def stop(self):
        self.process.kill()
        self.process.wait()


# No quiet hours: the tests run at any time of day.
AWAKE = {"quiet_from": "24:00", "quiet_to": "00:00"}


def eventually(what, check, seconds=60):
    """Polls until `check` gives something true."""
    deadline = time.monotonic() + seconds
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s: {what}")
        time.sleep(0.05)


def equal(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {got!r}")


# Broadcasts of one wave, without a second person.
ONE_WAVE = {**AWAKE, "broadcast_second_over": 1000000, "broadcast_recall_seconds": 10}


def broadcast(linli, g, *words):
    done = subprocess.run([linli, "broadcast", *words, "--json", "--config", g.config], capture_output=True, text=True)
    equal(done.returncode, 0, f"linli broadcast {' '.join(words)}: {done.stderr}")
    return json.loads(done.stdout)


def call_people(linli, g):
    """An organizer calls everybody who can be called by SMS, for an activity of the days to come: the audience."""
    phone = g.rows("SELECT a.sender FROM roles r JOIN addresses a ON a.id = r.address WHERE r.kind = 1 AND r.state = 2")
    code = g.rows("SELECT code FROM activities WHERE state = 2 AND starts_at > ? AND capacity > taken "
                  "ORDER BY starts_at DESC", time.time() + 86400)
    word, who = str(code[0][0]), ("--as", phone[0][0])
    drafted = broadcast(linli, g, "draft", word, *who, "--channel", "sms", "--area", "思茅区", "--wave", "1000000")
    shown = eventually("the audience is listed", lambda: previewed(linli, g, drafted["broadcast"], who), 60)
    equal(shown["first"], shown["able"], "people of the first wave")
    broadcast(linli, g, "confirm", drafted["broadcast"], str(shown["confirm"]), *who)
    return int(drafted["broadcast"]), shown["able"]


def previewed(linli, g, number, who):
    shown = broadcast(linli, g, "preview", number, *who)
    return shown if shown.get("confirm") else None


def main(tests):
    """Runs every function of the list with the path of the program; prints how many passed."""
    linli = os.path.abspath(sys.argv[1])
    failed = 0
    for test in tests:
        try:
            test(linli)
            print(f"ok {test.__name__}")
        except Exception as error:  # every test runs, also after one failed
            failed += 1
            print(f"not ok {test.__name__}: {type(error).__name__}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(failed > 0)
