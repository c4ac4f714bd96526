#include "gateway/base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/utf8.h"

static const struct {
    int code;
    const char *name;
    const char *text;
} errors[] = {
#define GW_ERROR_ROW(name, value, text) { value, #name, text },
    GW_ERROR_MAP(GW_ERROR_ROW)
#undef GW_ERROR_ROW
};

const char *gw_error_text(int code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == code)
            return errors[i].text;
    return "unknown error";
}

const char *gw_error_name(int code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == code)
            return errors[i].name;
    return "GW_EUNKNOWN";
}

int fault_set(struct fault *fault, int code, const char *format, ...)
{
    if (fault == NULL || fault->code != 0)
        return code;
    fault->code = code;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(fault->text, sizeof(fault->text), format, args);
    va_end(args);
    if (n < 0)
        fault->text[0] = '\0';
    for (char *p = fault->text; *p != '\0'; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    size_t length = strlen(fault->text);
    if (n >= (int)sizeof(fault->text))
        length = utf8_whole((struct slice){ fault->text, length }).n;
    while (length > 0 && fault->text[length - 1] == ' ')
        length--;
    fault->text[length] = '\0';
    return code;
}
