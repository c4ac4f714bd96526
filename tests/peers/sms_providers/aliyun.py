"""Aliyun, Dysmsapi 2017-05-25: signature V3 verified from its description, SendSms and SendBatchSms, HTTP batch pushes."""
import calendar
import hashlib
import hmac
import json
import time
import urllib.parse

from provider import Message, Provider, Refusal, mobile

CHINA_S = 8 * 3600


def stamp(seconds):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds + CHINA_S))


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def signature(method, path, query, headers, signed, body_hash, secret):
    """`headers` by lower-case name; `query` decoded pairs."""
    canonical_query = "&".join(f"{encode(k)}={encode(v)}" for k, v in sorted(query))
    canonical_headers = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    canonical = "\n".join([method, path, canonical_query, canonical_headers, ";".join(signed), body_hash])
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


class Aliyun(Provider):
    name = "aliyun"
    report_code = "MK:0001"
    lists = True     # QuerySendDetails knows what was sent; it is slow to, now and then
    send_status = 1  # of what QuerySendDetails lists: waiting for the report; 2: failed, 3: arrived
    codes = {
        "isv.BUSINESS_LIMIT_CONTROL": (200, "触发分钟级流控Permits:1"),
        "isv.DAY_LIMIT_CONTROL": (200, "触发日发送限额"),
        "isv.MONTH_LIMIT_CONTROL": (200, "触发月发送限额"),
        "isv.OUT_OF_SERVICE": (200, "业务停机"),
        "isv.AMOUNT_NOT_ENOUGH": (200, "账户余额不足"),
        "isv.ACCOUNT_ABNORMAL": (200, "账户异常"),
        "isv.ACCOUNT_NOT_EXISTS": (200, "账户不存在"),
        "isv.PRODUCT_UN_SUBSCRIPT": (200, "未开通云通信产品的阿里云客户"),
        "isv.PRODUCT_UNSUBSCRIBE": (200, "产品未开通"),
        "isp.RAM_PERMISSION_DENY": (200, "RAM权限DENY"),
        "isp.SYSTEM_ERROR": (200, "系统出现错误，请重新调用"),
        "isv.SYSTEM_ERROR": (200, "系统出现错误，请重新调用"),
        "isv.MOBILE_NUMBER_ILLEGAL": (200, "非法手机号"),
        "isv.MOBILE_COUNT_OVER_LIMIT": (200, "手机号码数量超过限制"),
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": (200, "国际/港澳台消息模板不支持发送境内号码"),
        "isv.BLACK_KEY_CONTROL_LIMIT": (200, "黑名单管控"),
        "isv.SMS_CONTENT_ILLEGAL": (200, "短信包含禁止发送内容"),
        "isv.PARAM_LENGTH_LIMIT": (200, "参数超出长度限制"),
        "isv.TEMPLATE_PARAMS_ILLEGAL": (200, "传入的变量内容和实际申请模板时变量所选择的属性类型不配"),
        "isv.PARAM_NOT_SUPPORT_URL": (200, "不支持URL"),
        "isv.TEMPLATE_MISSING_PARAMETERS": (200, "模版缺少变量"),
        "isv.INVALID_JSON_PARAM": (200, "JSON参数不合法，只接受字符串值"),
        "isv.INVALID_PARAMETERS": (200, "参数异常"),
        "isv.SMS_TEMPLATE_ILLEGAL": (200, "短信模版不合法"),
        "isv.SMS_SIGNATURE_ILLEGAL": (200, "短信签名不合法"),
        "isv.SMS_SIGN_ILLEGAL": (200, "签名禁止使用"),
        "isv.SIGN_STATE_ILLEGAL": (200, "签名状态异常"),
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL": (200, "短信所使用签名场景非法"),
        "isv.EXTEND_CODE_ERROR": (200, "扩展码使用错误"),
        "isv.DENY_IP_RANGE": (200, "源IP地址所在的地区被禁用"),
        "SignatureDoesNotMatch": (400, "Specified signature is not matched with our calculation."),
        "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
        "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
        "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
        "IncompleteSignature": (400, "The request signature does not conform to Aliyun standards."),
        "Throttling.User": (400, "Request was denied due to user flow control."),
    }
    # A notification: the same signature, template and number 50 times in 24 hours (sms.md 1.8).
    limits = ((86400, 50, ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50")),)

    def __init__(self, *args, **kwargs):
        self.nonces = set()
        super().__init__(*args, **kwargs)

    def verify(self, request):
        headers = {k.lower(): v for k, v in request.headers.items()}
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        fields = dict(part.partition("=")[::2] for part in rest.split(","))
        if scheme != "ACS3-HMAC-SHA256" or not {"Credential", "SignedHeaders", "Signature"} <= fields.keys():
            raise Refusal("IncompleteSignature")
        if fields["Credential"] != self.settings["access_key_id"]:
            raise Refusal("InvalidAccessKeyId.NotFound")
        signed = fields["SignedHeaders"].split(";")
        needed = {"host"} | {h for h in headers if h.startswith("x-acs-")}
        if "content-type" in headers:
            needed.add("content-type")
        body_hash = hashlib.sha256(request.body).hexdigest()
        if not needed <= set(signed) or signed != sorted(signed) or headers["x-acs-content-sha256"] != body_hash:
            raise Refusal("SignatureDoesNotMatch")
        query = urllib.parse.parse_qsl(request.query, keep_blank_values=True, strict_parsing=bool(request.query))
        expected = signature(request.method, request.path, query, headers, signed, body_hash,
                             self.settings["access_key_secret"])
        if not hmac.compare_digest(expected, fields["Signature"]):
            raise Refusal("SignatureDoesNotMatch")
        at = time.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ")
        if abs(calendar.timegm(at) - self.clock()) > 15 * 60:
            raise Refusal("InvalidTimeStamp.Expired")
        if headers["x-acs-signature-nonce"] in self.nonces:
            raise Refusal("SignatureNonceUsed")
        self.nonces.add(headers["x-acs-signature-nonce"])
        return headers, dict(query)

    def one(self, phone, sign, template, params, out_id, biz_id):
        if sign != self.settings["signature"]:
            raise Refusal("isv.SMS_SIGNATURE_ILLEGAL")
        if mobile(phone) is None:
            raise Refusal("isv.MOBILE_NUMBER_ILLEGAL")
        if template not in self.settings["templates"]:
            raise Refusal("isv.SMS_TEMPLATE_ILLEGAL")
        if not all(isinstance(v, str) for v in params.values()):
            raise Refusal("isv.INVALID_JSON_PARAM")
        if set(params) < set(self.settings["templates"][template]):
            raise Refusal("isv.TEMPLATE_MISSING_PARAMETERS")
        if any(len(v) > 20 for v in params.values()):
            raise Refusal("isv.PARAM_LENGTH_LIMIT")
        if any("://" in v for v in params.values()):
            raise Refusal("isv.PARAM_NOT_SUPPORT_URL")
        return Message(biz_id, mobile(phone), template, params, our_id=out_id)

    def read(self, request):
        headers, query = self.verify(request)
        biz_id = f"{900619746936498440 + self.next_id()}^0"
        try:
            if headers.get("x-acs-action") == "SendSms":
                params = json.loads(query.get("TemplateParam") or "{}")
                return [self.one(p, query.get("SignName"), query.get("TemplateCode"), params,
                                 query.get("OutId", ""), biz_id) for p in query["PhoneNumbers"].split(",")]
            form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
            lists = [json.loads(form[k]) for k in ("PhoneNumberJson", "SignNameJson")]
            params = json.loads(form["TemplateParamJson"]) if "TemplateParamJson" in form else [{}] * len(lists[0])
        except (KeyError, ValueError):
            raise Refusal("isv.INVALID_PARAMETERS") from None
        if headers.get("x-acs-action") != "SendBatchSms" or len({len(x) for x in (*lists, params)}) != 1:
            raise Refusal("isv.INVALID_PARAMETERS")
        if len(lists[0]) > 100:
            raise Refusal("isv.MOBILE_COUNT_OVER_LIMIT")
        return [self.one(phone, sign, query.get("TemplateCode"), values, query.get("OutId", ""), biz_id)
                for phone, sign, values in zip(*lists, params)]

    def question(self, request):
        """QuerySendDetails."""
        if request.headers.get("x-acs-action") != "QuerySendDetails":
            return None
        _, query = self.verify(request)
        if not {"PhoneNumber", "SendDate", "PageSize", "CurrentPage"} <= query.keys() or int(query["PageSize"]) > 50:
            raise Refusal("isv.INVALID_PARAMETERS")
        found = [m for m in reversed(self.messages) if self.lists and m.phone == query["PhoneNumber"] and
                 stamp(m.at)[:10].replace("-", "") == query["SendDate"]]
        details = [{"PhoneNum": m.phone, "OutId": m.our_id, "TemplateCode": m.content, "SendDate": stamp(m.at),
                    "SendStatus": self.send_status, "Content": "",
                    "ErrCode": self.report_code if self.send_status == 2 else ""} for m in found]
        return 200, json.dumps({"Code": "OK", "Message": "OK", "RequestId": "1", "TotalCount": str(len(found)),
                                "SmsSendDetailDTOs": {"SmsSendDetailDTO": details[:int(query["PageSize"])]}}).encode()

    def taken(self, messages):
        return 200, json.dumps({"Code": "OK", "Message": "OK", "BizId": messages[0].id,
                                "RequestId": f"F655A8D5-{self.next_id():012d}"}).encode()

    def refusal(self, refused):
        status, words = self.codes.get(refused.code, (400, refused.words))
        if refused.words != "refused" and refused.words != "on demand":
            words = refused.words
        return status, json.dumps({"Code": refused.code, "Message": words, "RequestId": "0"},
                                  ensure_ascii=False).encode()

    def batch(self, entries):
        return "", "", {"Content-Type": "application/json;charset=utf-8"}, json.dumps(entries, ensure_ascii=False).encode()

    def push_message(self, phone, text):
        return self.batch([{"phone_number": phone, "content": text, "send_time": stamp(self.clock()),
                            "dest_code": "1234", "sequence_id": str(1000000000 + self.next_id())}])

    def push_reports(self, messages, delivered):
        entries = [{"phone_number": m.phone, "send_time": stamp(m.at), "report_time": stamp(self.clock()),
                    "success": delivered, "err_code": "DELIVERED" if delivered else self.report_code,
                    "err_msg": "用户接收成功" if delivered else "空号", "sms_size": "1", "biz_id": m.id,
                    "out_id": m.our_id} for m in messages]
        return [self.batch(entries[i:i + 100]) for i in range(0, len(entries), 100)]

    def acknowledged(self, status, body):
        try:
            return isinstance(json.loads(body)["code"], int)
        except (ValueError, KeyError, TypeError):
            return False
