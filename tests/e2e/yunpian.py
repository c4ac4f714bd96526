"""Stands where Yunpian would: takes texts, and pushes messages and reports as it does."""
import hashlib
import http.server
import json
import threading
import urllib.parse

from support import equal

SECRET = "0123456789abcdef"


class Yunpian:
    """Takes every text but those to the numbers in `black`."""

    def __init__(self):
        self.black, self.received = set(), []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                provider.received.append(form)
                black = form["mobile"] in provider.black
                body = json.dumps({"http_status_code": 400, "code": 10, "msg": "x"} if black else
                                  {"code": 0, "sid": 3310228982 + len(provider.received)}).encode()
                self.send_response(400 if black else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def account(self):
        return {"name": "yun", "channel": "sms", "provider": "yunpian", "secret": SECRET, "signature": "思茅志愿",
                "settings": {"apikey": "k", "endpoint": f"http://127.0.0.1:{self.server.server_port}"}}

    def texts(self, phone):
        return [form["text"] for form in self.received if form["mobile"] == phone]


def report(gateway, sid, phone, code, status="FAIL"):
    """A status push as Yunpian sends it."""
    push = json.dumps([{"sid": sid, "uid": None, "mobile": phone, "report_status": status, "error_msg": code,
                        "user_receive_time": ""}])
    body = urllib.parse.urlencode({"sms_status": push})
    http_status, answer, _ = gateway.request("POST", f"/sms/yun/{SECRET}/status", body,
                                        {"Content-Type": "application/x-www-form-urlencoded"})
    equal((http_status, answer), (200, b"SUCCESS"), "the acknowledgement")


def reply(gateway, phone, text, number):
    """A signed push of a text."""
    values = {"id": f"id{number}", "mobile": phone, "text": text}
    sign = hashlib.md5(",".join([values[k] for k in sorted(values)] + ["k"]).encode()).hexdigest()
    body = urllib.parse.urlencode({"sms_reply": json.dumps({**values, "_sign": sign})})
    return gateway.request("POST", f"/sms/yun/{SECRET}", body,
                           {"Content-Type": "application/x-www-form-urlencoded"})[:2]
