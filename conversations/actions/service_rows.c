#include "conversations/actions/service_rows.h"

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/notify.h"

enum { WORDS_CHARACTERS = 10 };

struct slice row_words(struct slice name)
{
    struct slice rest = name;
    for (int i = 0; i < WORDS_CHARACTERS && rest.n > 0; i++)
        (void)utf8_next(&rest);
    return slice_head(name, name.n - rest.n);
}

void row_describe(const struct service *s, json_t *object, const struct hours *row)
{
    notify_set_past(s, object, "date", "in_month", row->day);
    json_put_slice(object, "what", row_words(row->name));
    json_put_int(object, "minutes", row->minutes);
    json_put_slice(object, "confirmer", row->confirmer_name);
    json_put_int(object, "waiting", row->state == HOURS_CLAIMED);
}

json_t *rows_describe(const struct service *s, const struct hours *rows, int count, int limit)
{
    json_t *list = json_array();
    for (int i = 0; i < count && i < limit; i++) {
        json_t *one = json_object();
        row_describe(s, one, &rows[i]);
        json_array_append_new(list, one);
    }
    return list;
}
