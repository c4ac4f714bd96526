"""Submail: signed sends, SUBHOOK events by their token."""
import hashlib
import json
import secrets
import urllib.parse

from provider import Message, Provider, Refusal, mobile


class Submail(Provider):
    """settings: appid, appkey, subhook_key, signature."""
    name = "submail"
    codes = {code: (200, words) for code, words in {
        "101": "Incorrect APP ID", "102": "This APP has been disabled", "105": "This account is expired",
        "108": "Invalid signature", "109": "Invalid appkey", "113": "IP is not in the white list",
        "114": "This phone number has been blocked by account blocklist",
        "115": "This phone number request frequency limit", "116": "The SMS signature has been using other appid",
        "119": "Permission Denied", "151": "timestamp error", "152": "Invalid timestamp", "420": "refused"}.items()}

    def read(self, request):
        s = self.settings
        form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
        if (request.method, request.path) != ("POST", "/sms/send") or form.get("appid") != s["appid"]:
            raise Refusal("101")
        if abs(int(form.get("timestamp", 0)) - self.clock()) > 6:
            raise Refusal("152")
        kind = form.get("sign_type")
        signed = "&".join(f"{k}={v}" for k, v in sorted(form.items()) if k not in ("content", "tag", "signature"))
        text = s["appid"] + s["appkey"] + signed + s["appid"] + s["appkey"]
        expected = s["appkey"] if kind == "normal" else hashlib.new(kind, text.encode()).hexdigest()
        if form.get("signature") != expected:
            raise Refusal("108")
        if mobile(form.get("to", "")) is None or not form.get("content", "").startswith(f"【{s['signature']}】"):
            raise Refusal("420")
        return [Message(f"{self.next_id():032x}", mobile(form["to"]), form["content"], our_id=form.get("tag", ""))]

    def taken(self, messages):
        return 200, json.dumps({"status": "success", "send_id": messages[0].id, "fee": 1, "sms_credits": "99"}).encode()

    def refusal(self, refused):
        _, words = self.codes.get(refused.code, (200, refused.words))
        return 200, json.dumps({"status": "error", "code": int(refused.code), "msg": words}).encode()

    def event(self, rest, **members):
        token = secrets.token_hex(16)
        body = urllib.parse.urlencode({**members, "app": self.settings["appid"], "token": token, "signature": hashlib.md5(
            (token + self.settings["subhook_key"]).encode()).hexdigest()}).encode()
        return rest, "", {"Content-Type": "application/x-www-form-urlencoded"}, body

    def push_message(self, phone, text):
        return self.event("", events="mo", address=phone, content=text, timestamp=int(self.clock()))

    def push_reports(self, messages, delivered):
        pushes = []
        for m in messages:
            common = {"address": m.phone, "send_id": m.id, "tag": m.our_id, "timestamp": int(self.clock())}
            pushes.append(self.event("", events="sending", **common))
            pushes.append(self.event("", events="delivered", **common) if delivered else
                          self.event("", events="dropped", report=self.report_code, **common))
        return pushes

    def acknowledged(self, status, body):
        return status == 200
