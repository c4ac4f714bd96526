#include "gateway/base/segments.h"

#include "gateway/base/utf8.h"

enum { SINGLE_UNITS = 70, PART_UNITS = 67 };

int segments_mainland(struct slice text)
{
    size_t units = utf8_utf16_units(text);
    if (units == 0)
        return 0;
    if (units <= SINGLE_UNITS)
        return 1;
    return (int)((units + PART_UNITS - 1) / PART_UNITS);
}
