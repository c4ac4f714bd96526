"""Tencent Cloud SMS 2021-01-11: TC3-HMAC-SHA256 verified from its description, SendSms, reply and status callbacks."""
import hashlib
import hmac
import json
import time

from aliyun import stamp
from provider import Message, Provider, Refusal, mobile


def authorization(headers, signed, body, secret_id, secret_key, service="sms"):
    """The Authorization header for a POST to / with these headers, by lower-case name."""
    at = int(headers["x-tc-timestamp"])
    date = time.strftime("%Y-%m-%d", time.gmtime(at))
    canonical = "POST\n/\n\n" + "".join(f"{h}:{headers[h].strip().lower()}\n" for h in signed) + \
        "\n" + ";".join(signed) + "\n" + hashlib.sha256(body).hexdigest()
    scope = f"{date}/{service}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("TC3" + secret_key).encode()
    for step in (date, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return (f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={';'.join(signed)}, "
            f"Signature={signature}")


class Tencent(Provider):
    name = "tencent"
    push_tries = 2
    # Of one number, or of the whole request.
    number_codes = {
        "LimitExceeded.PhoneNumberThirtySecondLimit", "LimitExceeded.PhoneNumberOneHourLimit",
        "LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit",
        "LimitExceeded.DeliveryFrequencyLimit", "LimitExceeded.AppDailyLimit",
        "LimitExceeded.AppMainlandChinaDailyLimit", "FailedOperation.MarketingSendTimeConstraint",
        "FailedOperation.PhoneNumberInBlacklist", "FailedOperation.PhoneNumberParseFail",
        "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.ContainSensitiveWord",
        "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "InvalidParameterValue.IncorrectPhoneNumber", "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidParameterValue.TemplateParameterFormatError", "InvalidParameterValue.ContentLengthLimit",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "InvalidParameter.DirtyWordFound",
        "InternalError.OtherError", "InternalError.SendAndRecvFail", "InternalError.Timeout",
        "InternalError.UnknownError", "UnauthorizedOperation.ServiceSuspendDueToArrears",
    }
    codes = dict.fromkeys(number_codes | {
        "LimitExceeded.PhoneNumberCountLimit", "RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded",
        "MissingParameter", "MissingParameter.EmptyPhoneNumberSet", "InternalError.RequestTimeException",
        "AuthFailure.SignatureFailure", "AuthFailure.SignatureExpire", "AuthFailure.SecretIdNotFound",
        "UnauthorizedOperation.SmsSdkAppIdVerifyFail"}, (200, "refused"))
    # The same text once in 30 s, 10 a day (sms.md 2.3).
    limits = ((30, 1, ("LimitExceeded.PhoneNumberThirtySecondLimit", "refused")),
              (86400, 10, ("LimitExceeded.PhoneNumberSameContentDailyLimit", "refused")))

    def verify(self, request):
        headers = {k.lower(): v for k, v in request.headers.items()}
        given = headers.get("authorization", "")
        try:
            signed = given.split("SignedHeaders=")[1].split(",")[0].split(";")
            expected = authorization(headers, signed, request.body, self.settings["secret_id"],
                                     self.settings["secret_key"])
        except (IndexError, KeyError, ValueError):
            raise Refusal("AuthFailure.SignatureFailure") from None
        if f"Credential={self.settings['secret_id']}/" not in given:
            raise Refusal("AuthFailure.SecretIdNotFound")
        if not {"content-type", "host"} <= set(signed) or not hmac.compare_digest(expected, given):
            raise Refusal("AuthFailure.SignatureFailure")
        if abs(int(headers["x-tc-timestamp"]) - self.clock()) > 300:
            raise Refusal("AuthFailure.SignatureExpire")
        if headers.get("x-tc-action") != "SendSms" or headers.get("x-tc-version") != "2021-01-11" or \
                not headers.get("x-tc-region") or (request.method, request.path) != ("POST", "/"):
            raise Refusal("MissingParameter")

    def read(self, request):
        self.verify(request)
        try:
            call = json.loads(request.body)
        except ValueError:
            raise Refusal("InvalidParameter") from None
        if not call.get("PhoneNumberSet"):
            raise Refusal("MissingParameter.EmptyPhoneNumberSet")
        if len(call["PhoneNumberSet"]) > 200:
            raise Refusal("LimitExceeded.PhoneNumberCountLimit")
        if call.get("SmsSdkAppId") != self.settings["sdk_app_id"]:
            raise Refusal("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        if call.get("SignName") != self.settings["signature"]:
            raise Refusal("FailedOperation.SignatureIncorrectOrUnapproved")
        template, params = call.get("TemplateId"), call.get("TemplateParamSet", [])
        if template not in self.settings["templates"]:
            raise Refusal("FailedOperation.TemplateUnapprovedOrNotExist")
        if len(params) != len(self.settings["templates"][template]):
            raise Refusal("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
        if any(len(p) > 6 for p in params):
            raise Refusal("InvalidParameterValue.TemplateParameterLengthLimit")
        if any(mobile(p) is None for p in call["PhoneNumberSet"]):
            raise Refusal("InvalidParameterValue.IncorrectPhoneNumber")
        return [Message(f"5000:10457106691570536578{self.next_id():08d}", mobile(p), template, params)
                for p in call["PhoneNumberSet"]]

    @staticmethod
    def status(serial, code):
        return {"SerialNo": serial, "PhoneNumber": "", "Fee": 1 if code == "Ok" else 0, "SessionContext": "",
                "Code": code, "Message": "send success" if code == "Ok" else "refused", "IsoCode": "CN"}

    def taken(self, messages):
        return 200, json.dumps({"Response": {"SendStatusSet": [
            self.status(m.id, "Ok") | {"PhoneNumber": "+86" + m.phone} for m in messages],
            "RequestId": "a0aabda6"}}).encode()

    def refusal(self, refused):
        if refused.code in self.number_codes:
            response = {"SendStatusSet": [self.status("", refused.code)]}
        else:
            response = {"Error": {"Code": refused.code, "Message": refused.words}}
        return 200, json.dumps({"Response": response | {"RequestId": "a0aabda6"}}).encode()

    @staticmethod
    def callback(content):
        return "", "", {"Content-Type": "application/json"}, json.dumps(content, ensure_ascii=False).encode()

    def push_message(self, phone, text):
        # A reply has no id: the second, and with it the key, has to be another one each time a person writes.
        return self.callback({"extend": str(self.next_id() % 100), "mobile": phone, "nationcode": "86",
                              "sign": self.settings["signature"], "text": text, "time": int(self.clock())})

    def push_reports(self, messages, delivered):
        entries = [{"user_receive_time": stamp(self.clock()), "nationcode": "86", "mobile": m.phone,
                    "report_status": "SUCCESS" if delivered else "FAIL",
                    "errmsg": "DELIVRD" if delivered else self.report_code,
                    "description": "用户短信送达成功" if delivered else "短信送达失败", "sid": m.id} for m in messages]
        return [self.callback(entries[i:i + 100]) for i in range(0, len(entries), 100)]

    def acknowledged(self, status, body):
        try:
            return json.loads(body)["result"] == 0
        except (ValueError, KeyError, TypeError):
            return False
