/* What WeChat's API answers and what to do (wechat.md 4.12). One table for every call: the numbers
 * mean the same everywhere but for 40001, which a token call answers for a wrong secret. */
#include "adapters/wechat/client.h"

const struct sms_code wechat_codes[] = {
    { "0", CODE_TAKEN, 0, "taken" },
    { "-1", CODE_LATER, 1, "WeChat is busy" },
    { "61450", CODE_LATER, 1, "a fault at WeChat" },
    /* the access token */
    { "40001", CODE_TOKEN, 0, "the access token is not the latest" },
    { "40014", CODE_TOKEN, 0, "the access token is wrong" },
    { "42001", CODE_TOKEN, 0, "the access token has expired" },
    /* the person, or what may still be sent to them: another way */
    { "45015", CODE_CLOSED, 0, "no message of theirs in 48 hours, or no follower any more" },
    { "45047", CODE_CLOSED, 0, "the messages their last one allows are used up" },
    { "48002", CODE_CLOSED, 0, "this follower takes no messages" },
    { "43101", CODE_CLOSED, 0, "this follower agreed to no further notice" },
    { "70000", CODE_CLOSED, 0, "not delivered, to protect a minor" },
    { "40003", CODE_NUMBER, 0, "no openid of a follower of this account" },
    { "43004", CODE_NUMBER, 0, "no follower any more" },
    { "43019", CODE_NUMBER, 0, "this follower is on the account's blacklist" },
    { "50005", CODE_NUMBER, 0, "no follower any more" },
    { "46004", CODE_NUMBER, 0, "there is no such user" },
    /* quotas */
    { "45009", CODE_ACCOUNT_TODAY, 0, "the day's calls are used up" },
    { "45011", CODE_SLOW_DOWN, 60, "the minute's calls are used up" },
    { "42010", CODE_SLOW_DOWN, 60, "too many calls" },
    { "45028", CODE_ACCOUNT_TODAY, 0, "the period's mass messages are used up" },
    { "45065", CODE_TAKEN, 0, "taken before under this id" },
    { "45066", CODE_LATER, 60, "the same id too soon" },
    /* the configuration */
    { "40013", CODE_ACCOUNT, 0, "app_id is wrong" },
    { "40125", CODE_ACCOUNT, 0, "app_secret is wrong: reset it in the platform and copy it again" },
    { "40164", CODE_ACCOUNT, 0,
      "this server's address is not on the IP allow-list of the platform: add it" },
    { "61004", CODE_ACCOUNT, 0,
      "this server's address is not on the IP allow-list of the platform: add it" },
    { "45035", CODE_ACCOUNT, 0, "this server's address is not registered" },
    { "40200", CODE_ACCOUNT, 0, "this kind of account may not call this" },
    { "40243", CODE_ACCOUNT, 0, "app_secret is frozen: unfreeze it in the platform" },
    { "48001", CODE_ACCOUNT, 0,
      "the account has no right to this call: it is not verified, or of another kind" },
    { "48003", CODE_ACCOUNT, 0, "the agreement on mass messages is not accepted" },
    { "48004", CODE_ACCOUNT, 0, "WeChat has barred this call for the account" },
    { "48008", CODE_ACCOUNT, 0, "the account has no right to this kind of message" },
    { "50002", CODE_ACCOUNT, 0, "the account is limited" },
    { "50004", CODE_ACCOUNT, 0, "WeChat has barred the account from access tokens" },
    { "50007", CODE_ACCOUNT, 0, "the account is frozen" },
    { "40037", CODE_ACCOUNT, 0, "a template's id is wrong" },
    { "89501", CODE_ACCOUNT, 0, "the call waits for the administrator's yes" },
    { "89503", CODE_ACCOUNT, 0, "the call waits for the administrator's yes" },
    { "89506", CODE_ACCOUNT, 0, "the administrator has refused the call for a day" },
    { "89507", CODE_ACCOUNT, 0, "the administrator has refused the call for an hour" },
    /* the text */
    { "45002", CODE_TEXT, 0, "too long" },
    { "44004", CODE_TEXT, 0, "no text" },
    { "47003", CODE_TEXT, 0, "a parameter does not fit the template" },
    /* our requests */
    { "40002", CODE_BUG, 0, "grant_type is wrong" },
    { "40008", CODE_BUG, 0, "msgtype is wrong" },
    { "40033", CODE_BUG, 0, "the request holds \\u escapes" },
    { "40035", CODE_BUG, 0, "a parameter is wrong" },
    { "41001", CODE_BUG, 0, "no access token in the request" },
    { "41002", CODE_BUG, 0, "no app_id in the request" },
    { "41004", CODE_BUG, 0, "no secret in the request" },
    { "43001", CODE_BUG, 0, "the call wants GET" },
    { "43002", CODE_BUG, 0, "the call wants POST" },
    { "43003", CODE_BUG, 0, "the call wants HTTPS: see api_url" },
    { "44002", CODE_BUG, 0, "no body in the request" },
    { "47001", CODE_BUG, 0, "the body is no JSON" },
    { NULL },
};

/* The same numbers where a token is asked for. */
const struct sms_code wechat_token_codes[] = {
    { "40001", CODE_ACCOUNT, 0, "app_secret is wrong: reset it in the platform and copy it again" },
    { "45009", CODE_ACCOUNT_TODAY, 0, "the day's token calls are used up" },
    { NULL },
};
