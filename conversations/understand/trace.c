#include "conversations/understand/trace.h"

#include <stdio.h>
#include <string.h>

static bool is_noted(const struct trace *t, const char *slot)
{
    for (int i = 0; i < t->slot_count; i++) {
        if (strcmp(t->slots[i].slot, slot) == 0) {
            return true;
        }
    }
    return false;
}

void trace_slots(struct trace *t, const json_t *slots, const char *kind, const char *by)
{
    const char *slot;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)slots, slot, value)
    {
        if (t->slot_count < TRACE_SLOTS && !is_noted(t, slot)) {
            struct trace_slot *s = &t->slots[t->slot_count++];
            *s = (struct trace_slot){ .kind = kind, .by = by };
            snprintf(s->slot, sizeof(s->slot), "%s", slot);
        }
    }
}
