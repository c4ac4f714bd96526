/* Vectors of the encrypted modes (wechat.md 1.8): O from Tencent's pages, X and N recomputed with
 * OpenSSL and npm's wechat-crypto, W from wechatpy's tests. */
#ifndef TESTS_ADAPTERS_WECHAT_VECTORS_H
#define TESTS_ADAPTERS_WECHAT_VECTORS_H

#define O_TOKEN  "AAAAA"
#define O_KEY    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define O_APP_ID "wxba5fad812f8e6fb9"

#define O3_ENCRYPT                                                                                 \
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqc"  \
    "vZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp"  \
    "3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIY"  \
    "nSeOBrebufAlr7F9mFUPAJGj04="
#define O3_MESSAGE                                                                                 \
    "{\"ToUserName\":\"gh_97417a04a28d\",\"FromUserName\":\"o9AgO5Kd5ggOC-bXrbNODIiE3bGY\","       \
    "\"CreateTime\":1714112445,\"MsgType\":\"event\",\"Event\":\"debug_demo\","                    \
    "\"debug_str\":\"hello world\"}"
#define O4_ENCRYPT                                                                                 \
    "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="

#define X_TOKEN  "volunteer2024"
#define X_KEY    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#define X_APP_ID "wx1234567890abcdef"

#define X1_ENCRYPT                                                                                 \
    "Q3stYC6hdFzMh9T8HCvyDFUfyNuVGup/dLg2XeML76f/rT8NFgjbGGu08J6OTGyOSKegeHqE2eLY6OKZMT9R4X1QKcK"  \
    "69CZy7cLu5/GJuD/nLHPJBgCMECuHGxPVT6boWlT2b3py6llpxQZ/yQPs7FUnzneoRgHDdI1i6z5+ugs21jtpHH8ZyH"  \
    "LHSgnoICflQdSWmDXI8GgJnAnHl3xcJ9Shnd/PV9wP+j1nt4vJrNwq/qqVHCq5/fsdDnPBhRHVT6ZJ2m4eljzYryLDA"  \
    "+p/kQeoEOCCcFXVbV7XohcGMX+kehbx2VnkaqgFsFNQ6fnZzMD0QBNW5Ur2cY6TiK65DLcUOYrVES95Wt9O7IPiVqzz"  \
    "YpwU4EI6m4DsYpY+XDLKi/MPCEPlgfdz6d82xM/07B+Xj1SKxUQXLsYIb62pgws="
#define X1_MESSAGE                                                                                 \
    "<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName>"                      \
    "<![CDATA[oABCDEFGHIJKLMNOPQRSTUVWXYZ0]]></FromUserName><CreateTime>1735689600</CreateTime>"   \
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[报名 1001]]></Content>"                \
    "<MsgId>24890000000000001</MsgId></xml>"
#define X1_QUERY                                                                                   \
    "signature=e312b2b699bce3d8fa370516ee7c30dac247f409&timestamp=1735689600&nonce=1234567890"     \
    "&encrypt_type=aes&msg_signature=216b152cd604c5d2d22b7c8d11182029387370a8&openid=oFORGED"
#define X2_ENCRYPT                                                                                 \
    "DpQeJfnf/MGZ/+GTIspwVGrHr0TgXKEoqOlCrZou6qpwnvDpeMu354W9gFSArIjdsWo3hR51NJWrbe1B5j4seTiLGpT"  \
    "sl8+y2qJVg3JHxb/Jcp9hDQJHm/+fonlqW8W8opBcyvYNv+6LLCgDlHbRxbzxUWwKarHdT17Wtup1rGkDKaALx8WWkS"  \
    "1tggqVr+qsCLoqrf1PPE/A2PxE46ujpnZ6A2zwrWSS8Ioyewjb00qPXC3XGsHGrkXABIOFLMrOlQf+99pUruOwgMLU+"  \
    "mmGqJg8JEAfhSz659leicUbi0YbQUUmnWryA5MBXwRKsVxCk9LZTWYtqNJ8/arSjkqlxSRW9MhkvT9cANHNM0+06q+h"  \
    "1+v1HaAlKkHA2SFOgDC4"
#define X2_MESSAGE                                                                                 \
    "<xml><ToUserName><![CDATA[oABCDEFGHIJKLMNOPQRSTUVWXYZ0]]></ToUserName><FromUserName>"         \
    "<![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1735689601</CreateTime><MsgType>"       \
    "<![CDATA[text]]></MsgType><Content><![CDATA[已登记]]></Content></xml>"
#define X3_ENCRYPT                                                                                 \
    "2nLK4qcOJ9LJdlCDACFQq4YdVsuOHb5CeXrUx319GLMeviEEl5hyjnGfpWni+KCYQ+XP4nA7KOVHdrZHoSy/frnotx7"  \
    "EYU7Rj+Mq0zw6gidGog7sSvL1vwzi4eib2/Du"
#define N1_ENCRYPT                                                                                 \
    "2nLK4qcOJ9LJdlCDACFQqwAMSNufKeND2JKYBhUL9IvUcKvk06u/jjPa1mxwiB2howPkjEpFsX6af68udD+21Q=="
#define N1_SIGNATURE "4b4a944a8501b89fc3264e3f398fbf9076f097ec"

#define W_TOKEN      "123456"
#define W_KEY        "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
#define W_APP_ID     "wx49f0ab532d5d035a"
#define W_ENCRYPT                                                                                  \
    "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="

#endif
