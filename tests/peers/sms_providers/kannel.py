"""Kannel's smsbox as the gateway sees it: a GET for each message whose answer is the reply, sendsms for messages of the
gateway's own, and a GET of the dlr-url for what became of them."""
import time
import urllib.parse
import uuid

from provider import Inline, Message, Refusal, mobile

DELIVERED, UNDELIVERED = 1, 2  # of dlr-mask


class Kannel(Inline):
    """settings: username, password, from. `report_code` stands in the receipt of a failure."""
    name = "kannel"
    content_type = "text/html"
    codes = {"auth": (403, "Authorization failed for sendsms"), "receiver": (400, "Missing receiver number, rejected"),
             "empty": (400, "Empty text not allowed, rejected"), "denied": (403, "Denied receivers"),
             "busy": (503, "Temporal failure, try again later.")}

    def address(self):
        return {"sendsms_url": self.endpoint + "/cgi-bin/sendsms"}

    def read(self, request):
        query = dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True))
        if request.path != "/cgi-bin/sendsms" or (query.get("username"), query.get("password")) != (
                self.settings["username"], self.settings["password"]):
            raise Refusal("auth")
        if mobile(query.get("to", "")) is None:
            raise Refusal("receiver")
        # Without both, Chinese is destroyed on its way.
        if not query.get("text") or (query.get("coding"), query.get("charset")) != ("2", "UTF-8"):
            raise Refusal("empty")
        return [Message("", mobile(query["to"]), query["text"], status_url=query.get("dlr-url", ""))]

    def taken(self, messages):
        return 202, b"0: Accepted for delivery"

    def refusal(self, refused):
        status, words = self.codes.get(refused.code, (400, refused.words))
        return status, words.encode()

    def push_message(self, phone, text):
        return "", urllib.parse.urlencode({"from": phone, "to": self.settings["from"], "id": str(uuid.UUID(
            int=self.next_id())), "ts": int(self.clock()), "coding": "0", "charset": "UTF-8", "text": text}), {}, None

    def push_reports(self, messages, delivered):
        pushes = []
        hook = urllib.parse.urlsplit(self.hook).path
        for m in messages:
            receipt = f"id:1 sub:001 dlvrd:{delivered:03d} submit date:2611251000 done date:2611251000 " \
                f"stat:{'DELIVRD' if delivered else self.report_code} err:000 text:{m.content[:20]}"
            url = m.status_url.replace("%d", str(DELIVERED if delivered else UNDELIVERED)).replace(
                "%T", str(int(time.time()))).replace("%A", urllib.parse.quote_plus(receipt))
            parts = urllib.parse.urlsplit(url)
            if m.status_url:
                pushes.append((parts.path.removeprefix(hook), parts.query, {}, None))
        return pushes

    def acknowledged(self, status, body):
        return status == 200

    def inline(self, body):
        return [body.decode()] if body else []
