"""The topology of docker/compose.yaml on loopback, from the Debian packages: the same nginx file, the same options of
Redis, the same settings of each gateway; only addresses, ports and folders are others. Stopped by process id."""
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import support  # noqa: E402
from redis_server import free_port  # noqa: E402

DOCKER = ROOT / "docker"
PASSWORD = "fleet-test-password"


def compose():
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def gateway_services(services):
    return sorted(name for name in services if name.startswith("linli"))


class Topology:
    """nginx and Redis run from the start; gateways are started and stopped by name."""

    def __init__(self, linli, **settings):
        self.linli, self.settings = linli, settings
        self.services = compose()["services"]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="linli-fleet-"))
        self.names = gateway_services(self.services)
        self.ports = {name: free_port() for name in self.names}
        self.redis_port, self.port = free_port(), free_port()
        self.running, self.children = {}, []

    def __enter__(self):
        self.start_redis()
        self.start_nginx()
        return self

    def __exit__(self, *error):
        if error[0] is not None:
            for log in self.folder.glob("**/serve.log"):
                sys.stderr.write(log.read_text(encoding="utf-8", errors="replace")[-2000:])
        for g in self.running.values():
            if g.process.poll() is None:
                g.kill()
        for child in self.children:
            child.terminate()
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def spawn(self, command, **more):
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **more)
        self.children.append(child)
        return child

    def start_redis(self):
        """The very command of the compose file, in its shell."""
        shell, flags, script = self.services["redis"]["command"]
        script = script.replace("$$", "$") + f" --port {self.redis_port} --bind 127.0.0.1 --dir {self.folder}"
        self.spawn([shell, flags, script], stdout=subprocess.DEVNULL,
                   env={"PATH": "/usr/bin:/bin", "LINLI_REDIS_PASSWORD": PASSWORD})

    def nginx_conf(self):
        """docker/nginx.fleet.conf with the addresses of the compose file's network replaced."""
        text = (DOCKER / "nginx.fleet.conf").read_text()
        for name in self.names:
            address = self.services[name]["networks"]["front"]["ipv4_address"]
            text, found = re.subn(rf"server {re.escape(address)}:8080 ", f"server 127.0.0.1:{self.ports[name]} ", text)
            support.equal(found, 1, f"{name}'s address {address} in nginx.fleet.conf")
        text, found = re.subn(r"listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl", text)
        support.equal(found, 1, "listen in nginx.fleet.conf")
        return text.replace("/etc/ssl/linli", str(self.folder)).replace("/var/log/nginx", str(self.folder))

    def start_nginx(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=localhost", "-days", "2", "-keyout", self.folder / "key.pem", "-out",
                        self.folder / "cert.pem"], check=True, capture_output=True)
        (self.folder / "linli.conf").write_text(self.nginx_conf())
        places = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in
                         ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;\n"
            f"events {{ worker_connections 1024; }}\nhttp {{ {places} include {self.folder}/linli.conf; }}\n")
        command = ["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
        support.equal(tested.returncode, 0, f"nginx -t: {tested.stderr}")
        self.spawn(command, stderr=subprocess.DEVNULL)

    def tls(self):
        context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        context.check_hostname = False
        return context

    def start(self, name, data="data"):
        """A gateway of the compose file: its node number, Redis with its password, its port in nginx."""
        own = self.folder / name
        own.mkdir(exist_ok=True)
        settings = {
            **self.settings,
            "node": int(self.services[name]["environment"]["LINLI_NODE"]),
            "listen": {"address": "127.0.0.1", "port": self.ports[name], "trusted_proxies": ["127.0.0.1"]},
            "data": {"dir": str(self.folder / data)},
            "redis": {"servers": [f"127.0.0.1:{self.redis_port}"], "password": PASSWORD,
                      "gateways": len(self.names)},
        }
        g = support.Gateway(self.linli, own, support.config(own, **settings))
        g.data = self.folder / data
        self.running[name] = g
        return g.start()
