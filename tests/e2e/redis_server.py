"""A real redis-server or redis-sentinel on loopback, on a free port, in a temporary folder, ended by its process id."""
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from support import eventually


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    def __init__(self, *options, port=None, sentinel_of=None, password=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="linli-redis-"))
        self.port = port or free_port()
        self.password = password
        if sentinel_of is None:
            self.command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                            "--enable-debug-command", "yes", "--dir", str(self.folder), *options]
            if password:
                self.command += ["--requirepass", password]
        else:
            file = self.folder / "sentinel.conf"
            file.write_text(f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\n"
                            f"sentinel monitor shared 127.0.0.1 {sentinel_of} 1\n"
                            "sentinel down-after-milliseconds shared 400\nsentinel failover-timeout shared 2000\n")
            self.command = ["redis-sentinel", str(file)]
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        eventually("redis answers", self.answers)

    def answers(self):
        try:
            return b"PONG" in self.raw("PING") or True
        except OSError:
            return False

    def raw(self, *words, timeout=10):
        """One command; the reply's bytes."""
        def pack(parts):
            return f"*{len(parts)}\r\n".encode() + b"".join(
                f"${len(p.encode())}\r\n".encode() + p.encode() + b"\r\n" for p in map(str, parts))
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            text = pack(["AUTH", self.password]) if self.password else b""
            s.sendall(text + pack(words))
            s.shutdown(socket.SHUT_WR)
            got = b""
            while chunk := s.recv(65536):
                got += chunk
        return got.removeprefix(b"+OK\r\n" if self.password else b"")

    def do(self, *words):
        reply = self.raw(*words)
        if reply.startswith(b"-"):
            raise AssertionError(f"{' '.join(map(str, words))}: {reply.decode()}")
        return reply

    def hang(self, yes=True):
        self.process.send_signal(signal.SIGSTOP if yes else signal.SIGCONT)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
