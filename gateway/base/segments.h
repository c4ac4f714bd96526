/* How many SMS segments a text costs (sms.md 6.1). Pure; any thread. */
#ifndef GATEWAY_BASE_SEGMENTS_H
#define GATEWAY_BASE_SEGMENTS_H

#include "gateway/base/slice.h"

/* Mainland billing counts every character once, whatever its alphabet: up to 70 UTF-16 units are
 * one segment, longer texts ceil(units / 67) (sms.md 6.1, Aliyun and Tencent price rules). `text`
 * is the whole SMS with 【signature】 and opt-out suffix; the empty text is 0. */
int segments_mainland(struct slice text);

#endif
