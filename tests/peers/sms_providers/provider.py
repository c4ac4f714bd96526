"""What all simulated SMS providers share: an HTTP API that takes messages, pushes back to a gateway, and what can
go wrong on purpose. A provider of its own is one file beside this: a class with the methods that raise
NotImplementedError here, named in __main__.py."""
import collections
import dataclasses
import http.client
import http.server
import random
import socket
import struct
import threading
import time
import urllib.parse


@dataclasses.dataclass
class Faults:
    """What goes wrong; shares are of 1."""
    duplicates: float = 0.0  # pushes that come twice
    lost: float = 0.0        # sends that are taken and get no answer
    held_back: float = 0.0   # reports that come with a later batch
    slow_s: float = 0.0      # before each answer
    page: bool = False       # status 200 and an HTML page instead of an answer
    silent: bool = False     # takes messages and never reports
    shuffle: bool = False    # reports in another order
    codes: collections.deque = dataclasses.field(default_factory=collections.deque)  # of the next answers
    by_phone: dict = dataclasses.field(default_factory=dict)  # code of every answer about this phone


@dataclasses.dataclass
class Message:
    """One that a gateway sent."""
    id: str             # ours, the provider's
    phone: str          # 11 digits
    content: str        # the text, or the template's code
    params: object = None
    our_id: str = ""    # the gateway's, where it gives one
    status_url: str = ""
    lost: bool = False  # taken, but the gateway was not told
    inline: bool = False  # came in the response to a push
    at: float = 0.0


@dataclasses.dataclass
class Request:
    method: str
    path: str
    query: str
    headers: object
    body: bytes


class Refusal(Exception):
    """A code of the provider, instead of taking the message."""

    def __init__(self, code, words="refused"):
        super().__init__(code)
        self.code, self.words = code, words


class Limits:
    """Quotas of a number as providers count them: (seconds, most, code); a window of a minute or an hour is aligned
    with the clock, a day rolls."""

    def __init__(self, rules, clock):
        self.rules, self.clock, self.sent = rules, clock, collections.defaultdict(list)

    def check(self, key):
        now = self.clock()
        for seconds, most, refusal in self.rules:
            begin = now - seconds if seconds not in (60, 3600) else now - now % seconds
            if sum(1 for at in self.sent[key] if at > begin) >= most:
                raise Refusal(*refusal)
        self.sent[key].append(now)


def mobile(number):
    """11 digits, or None."""
    digits = "".join(c for c in number if c not in " -").removeprefix("+86").removeprefix("0086")
    return digits if len(digits) == 11 and digits.isdigit() and digits[0] == "1" and digits[1] > "2" else None


class Provider:
    """`hook` is where the gateway's account listens, like http://127.0.0.1:8080/sms/NAME/SECRET."""
    name = ""
    content_type = "application/json"  # of answers
    report_code = "UNDELIV"            # a failure is reported with it
    codes = {}       # code → (HTTP status, words): each can be had on demand
    limits = ()      # rules for Limits
    push_tries = 4   # of a push that is not acknowledged

    def __init__(self, hook, settings, faults=None, seed=1, clock=time.time, limits=None, listen=("127.0.0.1", 0)):
        self.hook, self.settings, self.clock = hook, settings, clock
        self.faults = faults or Faults()
        self.seed, self.random = seed, random.Random(seed)
        self.quota = Limits(self.limits if limits is None else limits, clock)
        self.lock = threading.RLock()
        self.serial = 0
        self.messages, self.refused, self.reports = [], [], []
        self.pushes = self.duplicates = self.lost = self.questions = 0
        self.unheard = collections.Counter()  # by phone: answers to pushes that broke off
        self.server = self._listen(listen)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"

    # What each provider does its own way.

    def read(self, request):
        """The messages of a request, verified. Raises Refusal."""
        raise NotImplementedError

    def question(self, request):
        """Status and body of the answer to what is no message but a question; None: it is a message."""
        return None

    def taken(self, messages):
        """Status and body of the answer."""
        raise NotImplementedError

    def refusal(self, refused):
        raise NotImplementedError

    def push_message(self, phone, text):
        """(path behind the hook, query, headers, body) of a person's message."""
        raise NotImplementedError

    def push_reports(self, messages, delivered):
        """A list of such pushes for reports on these messages."""
        raise NotImplementedError

    def acknowledged(self, status, body):
        raise NotImplementedError

    def inline(self, body):
        """Texts for the phone in the response to a push."""
        return []

    # The API.

    def next_id(self):
        with self.lock:
            self.serial += 1
            return self.serial

    def chance(self, share, *what):
        """Decided by the seed and by what it is about, so that who is quicker changes nothing."""
        return random.Random(repr((self.seed, *what))).random() < share

    def handle(self, request):
        """(status, content type, body), or None to hang up."""
        with self.lock:
            if self.faults.page:
                return 200, "text/html", b"<html><body>Welcome to the hotel's network</body></html>"
            try:
                if self.faults.codes:
                    raise Refusal(self.faults.codes.popleft(), "on demand")
                answer = self.question(request)
                if answer is not None:
                    self.questions += 1
                    return answer[0], self.content_type, answer[1]
                messages = self.read(request)
                for m in messages:
                    if m.phone in self.faults.by_phone:
                        raise Refusal(self.faults.by_phone[m.phone], "on demand")
                    self.quota.check(m.phone if m.params is None else (m.phone, m.content, str(m.params)))
            except Refusal as refused:
                self.refused.append(refused.code)
                status, body = self.refusal(refused)
                return status, self.content_type, body
            lost = any(self.chance(self.faults.lost, "lost", m.phone, m.content,
                                   sum(1 for n in self.messages if (n.phone, n.content) == (m.phone, m.content)))
                       for m in messages)
            for m in messages:
                m.lost, m.at = lost, self.clock()
                self.messages.append(m)
                if not self.faults.silent:
                    self.reports.append(m)
            if lost:
                self.lost += 1
                return None
            status, body = self.taken(messages)
            return status, self.content_type, body

    def address(self):
        """What an account of the gateway has among its settings to reach this."""
        return {"endpoint": self.endpoint}

    def _listen(self, listen):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path, _, query = self.path.partition("?")
                answer = provider.handle(Request(self.command, path, query, self.headers, body))
                time.sleep(provider.faults.slow_s)
                if answer is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, content_type, body = answer
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            do_GET = do_POST

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(listen, Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # a gateway that was stopped leaves cut connections
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # The pushes.

    def post(self, push):
        """One HTTP request to the gateway, a GET where there is no body; status and body, (0, b"") without an
        answer."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.hook).netloc, timeout=20)
        try:
            self.request(connection, push)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def request(self, connection, push):
        rest, query, headers, body = push
        path = urllib.parse.urlsplit(self.hook).path + rest + (f"?{query}" if query else "")
        connection.request("GET" if body is None else "POST", path, body, headers)

    def deliver(self, push, *about):
        """A push as the provider makes it: again until it is acknowledged, and sometimes once too often, as what it
        is about decides. Gives the bodies of all answers."""
        bodies = []
        for _ in range(self.push_tries):
            status, body = self.post(push)
            with self.lock:
                self.pushes += 1
            if status == 200 and self.acknowledged(status, body):
                bodies.append(body)
                break
        else:
            raise RuntimeError(f"{self.name}: the push was never acknowledged, last {status} {body[:200]!r}")
        if self.chance(self.faults.duplicates, "twice", *about):
            with self.lock:
                self.duplicates += 1
            bodies.append(self.post(push)[1])
        return bodies

    def write(self, phone, text):
        """A person writes."""
        self.take_answer(phone, text, self.push_message(phone, text))

    def take_answer(self, phone, text, push):
        """Of a push that is acknowledged and comes once more the provider has the answer already."""
        for body in self.deliver(push, phone, text)[:1]:
            for said in self.inline(body):
                with self.lock:
                    self.messages.append(Message(str(self.next_id()), phone, said, inline=True, at=self.clock()))

    def report(self, delivered=True, all_of_them=False):
        """Pushes what became of the messages taken so far."""
        with self.lock:
            due, kept = [], []
            for m in self.reports:
                held = not all_of_them and self.chance(self.faults.held_back, "held back", m.phone, m.content, m.lost)
                (kept if held else due).append(m)
            self.reports = kept
            if self.faults.shuffle:
                self.random.shuffle(due)
        pushes = self.push_reports(due, delivered) if due else []
        if self.faults.shuffle:
            self.random.shuffle(pushes)
        for push in pushes:
            self.deliver(push, repr(push))

    def to(self, phone):
        with self.lock:
            return [m for m in self.messages if m.phone == phone]


class Inline(Provider):
    """One whose reply is the answer to the push: so that is what gets lost. The connection breaks, and the push comes
    again, sometimes after the gateway has sent the reply by a request of its own."""

    def write(self, phone, text):
        push = self.push_message(phone, text)
        if self.chance(self.faults.lost, "lost", phone, text):
            with self.lock:
                self.lost += 1
                self.unheard[phone] += 1
            if self.chance(0.5, "when", phone, text):
                self.hang_up(push, lambda c: c.sock.recv(1, socket.MSG_PEEK))  # the answer is there
            else:
                self.hang_up(push)
                self.give_it_time(phone)
        self.take_answer(phone, text, push)

    def give_it_time(self, phone, seconds=2.5):
        """The push comes again after the reply went by a request, or when none came: the gateway may not have read
        what broke off at once."""
        before, until = len(self.to(phone)), time.monotonic() + seconds
        while len(self.to(phone)) == before and time.monotonic() < until:
            time.sleep(0.05)

    def hang_up(self, push, when=lambda connection: None):
        """Breaks the connection with whatever was or will be answered unread, after `when`."""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.hook).netloc, timeout=20)
        self.request(connection, push)
        when(connection)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
