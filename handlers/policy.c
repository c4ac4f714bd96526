#include "handlers/policy.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/civil.h"
#include "gateway/base/embed.h"
#include "gateway/base/mem.h"
#include "handlers/data.h"

enum { DAY = 24 * 60, STAR_HOURS_MAX = 100000 };

#define KEY(field, key_unit, key_fallback, key_least, key_most, key_source)                        \
    {                                                                                              \
        .name = #field, .unit = (key_unit), .source = (key_source), .fallback = (key_fallback),    \
        .least = (key_least), .most = (key_most), .offset = offsetof(struct policy, field)         \
    }
#define TEXT(field, key_source) KEY(field, "text", 0, 1, POLICY_TEXT_MAX - 1, key_source)

/* Documents: Regulation = State Council Order 685 (2017); Order 67 = MCA Order 67 (2021); Opinion =
 * Siwenweifa 2015 No. 3 of the district, with its part; Draft 2012 = MCA's draft record rules. */
static const struct policy_key keys[] = {
    TEXT(organization, "Opinion part 2: the district association keeps the records"),
    TEXT(lead_office, "Opinion part 9: coordinates; may have been handed over since 2024"),
    TEXT(district, "Opinion, title"),
    TEXT(rules_version, "Opinion part 5: the district's record rules"),

    KEY(star_minutes, "hours", 0, 1, STAR_HOURS_MAX,
        "Draft 2012 record rules: 100, 300, 600, 1000, 1500 hours; Order 67 sets none"),
    KEY(star_quality_percent, "percent", 300, 0, 500,
        "Order 67 Art. 10: by time and quality; the figure is ours: 3 of 5 on average"),
    KEY(quality_default, "points", 5, 1, 5, "ours: what the leader is shown and may change"),
    KEY(quality_min, "points", 1, 1, 5, "ours: the scale of the evaluation"),
    KEY(quality_max, "points", 5, 1, 5, "ours: the scale of the evaluation"),

    KEY(guardian_age, "age", 14, 1, 30, "PIPL Art. 31: under 14 a guardian consents"),
    KEY(adult_age, "age", 18, 1, 30, "Registered-volunteer rules 2013: 14 to 18 with consent"),
    KEY(oldest_age, "age", 120, 60, 150, "ours: GB 11643 sets no limit, a typing error does"),
    KEY(people_per_phone, "people", 9, 1, 9, "ours: as many as one numbered question holds"),
    KEY(guardian_days, "days", 7, 1, 60, "ours: as long as any question stays open"),
    KEY(proxy_days, "days", 7, 1, 60, "ours: told to the worker; then what was given is deleted"),
    KEY(proxy_day_max, "people", 50, 1, 1000, "ours: more come as a list (linli import)"),
    KEY(population, "people", 416188, 1, 100000000, "census 2020, Simao district"),
    KEY(target_percent, "percent", 10, 1, 100, "Opinion part 2: 10 % of the population"),
    KEY(trainings_per_year, "trainings", 2, 0, 50, "Opinion part 4: in principle two a year"),
    KEY(training_days_back, "days", 365, 1, 3650, "ours: as old as a claim of hours may be"),
    KEY(training_valid_days, "days", 730, 1, 3650, "ours: what was learnt fades in two years"),
    KEY(training_notice_month, "month", 11, 1, 12,
        "ours: two a year are due by its end, so two months are left"),
    KEY(training_notice_day, "day of month", 1, 1, 28, "ours: a day that every month has"),
    KEY(training_notice_at, "hh:mm", 10 * 60, 0, DAY - 1, "ours: when stations answer"),

    KEY(day_flag_minutes, "minutes", 720, 60, DAY, "ours: over 12 hours is shown to the station"),
    KEY(day_max_minutes, "minutes", DAY, 60, DAY, "ours: a day has 24 hours"),
    KEY(claim_days_back, "days", 365, 1, 3650, "ours: a claim of one's own within a year"),
    KEY(claim_min_minutes, "minutes", 1, 1, 240, "ours: whole minutes, never rounded up"),
    KEY(seal_at, "hh:mm", 125, 0, DAY - 1, "ours: when nobody writes"),
    KEY(record_workdays, "working days", 10, 1, 60, "Order 67 Art. 11"),
    KEY(checkin_early_minutes, "minutes", 120, 0, DAY, "ours: who helps to set up comes early"),
    KEY(checkin_late_minutes, "minutes", 120, 0, DAY, "ours: who forgot may say so afterwards"),
    KEY(checkin_slack_minutes, "minutes", 15, 0, DAY, "ours: setting up and clearing away"),
    KEY(checkin_tries, "attempts", 5, 1, 50, "ours: of a million codes five may be guessed"),
    KEY(checkin_tries_minutes, "minutes", 60, 1, DAY, "ours: over before the activity is"),
    KEY(record_remind_workdays, "working days", 2, 0, 60, "ours: time left to close the list"),
    KEY(alert_burst_minutes, "minutes", 960, 1, 525600, "ours: more than anybody serves in a day"),
    KEY(alert_burst_window, "minutes", 60, 1, DAY, "ours: 40 hours were sold in two minutes"),
    KEY(alert_strangers, "people", 3, 1, 1000, "ours: one or two may be guests"),
    KEY(alert_days, "days", 90, 1, 3650, "ours: a season"),
    KEY(alert_sample_percent, "percent", 10, 0, 100, "ours: one in ten make-up entries"),
    KEY(objection_days, "days", 3, 1, 60, "ours: told to the volunteer with the receipt"),

    KEY(clash_gap_minutes, "minutes", 0, 0, 480, "ours: overlap only; the way there is theirs"),
    KEY(minor_from, "hh:mm", 7 * 60, 0, DAY, "ours: not before it is light"),
    KEY(minor_until, "hh:mm", 20 * 60, 0, DAY, "ours: home before it is late"),
    KEY(minor_minutes, "minutes", 240, 30, DAY, "ours: half a day"),
    KEY(day_load_minutes, "minutes", 480, 60, DAY, "Opinion part 4: sensible times; 8 hours"),
    KEY(week_load_minutes, "minutes", 2400, 60, 7 * DAY,
        "Opinion part 4: sensible times; 40 hours"),
    KEY(capacity_max, "people", 5000, 1, 100000, "ours"),
    KEY(queue_max, "people", 50, 0, 10000, "ours: longer lists give false hope"),
    KEY(activity_max_minutes, "minutes", 3 * DAY, 60, 30 * DAY, "ours: longer ones are several"),
    KEY(series_max, "dates", 12, 2, 52, "ours: a season of weeks"),
    KEY(ahead_days, "days", 366, 1, 1000, "ours: one year, as i-Volunteer of Guangdong"),
    KEY(offer_minutes, "minutes", 120, 10, DAY, "ours: a held place helps nobody else"),
    KEY(offer_min_minutes, "minutes", 20, 1, DAY, "ours: time to see a text and answer it"),
    KEY(offer_until, "hh:mm", 20 * 60 + 30, 0, DAY - 1, "ours: ends before the quiet hours"),
    KEY(quiet_from, "hh:mm", 21 * 60, 0, DAY, "ours: no text of our own at night"),
    KEY(quiet_to, "hh:mm", 8 * 60, 0, DAY, "ours: no text of our own at night"),
    KEY(reminder_at, "hh:mm", 18 * 60 + 30, 0, DAY - 1,
        "ours: after supper, before the evening ends"),
    KEY(change_way_minutes, "minutes", 60, 0, DAY,
        "ours: the way there takes as long; a text in the morning finds them gone"),

    KEY(broadcast_wave, "people", 300, 1, 1000000, "ours: fifteen for each of twenty places"),
    KEY(broadcast_wave_minutes, "minutes", 60, 1, 7 * DAY, "ours: time to see a text and answer"),
    KEY(broadcast_rest_days, "days", 1, 0, 60, "ours: who got one yesterday is left alone today"),
    KEY(broadcast_day_max, "texts", 1, 1, 20, "ours: one a day is enough for anybody"),
    KEY(broadcast_week_max, "texts", 4, 1, 100, "ours: more and people opt out"),
    KEY(broadcast_weeks, "weeks", 8, 1, 52, "ours: two months of being called"),
    KEY(broadcast_second_over, "people", 5000, 1, 10000000,
        "ours: more than a township has; a second pair of eyes"),
    KEY(broadcast_recall_seconds, "seconds", 60, 10, 3600, "ours: told with the start"),
    KEY(broadcast_preview_hours, "hours", 24, 1, 168, "ours: figures of yesterday are not these"),
    KEY(broadcast_tries, "attempts", 5, 1, 20, "ours: of 9000 numbers five may be guessed"),
    KEY(broadcast_full_minutes, "minutes", 1, 0, 60, "ours: so that who crossed is counted too"),
    KEY(broadcast_progress_minutes, "minutes", 30, 5, DAY, "ours: an organizer reads on the way"),
    KEY(broadcast_result_at, "hh:mm", 9 * 60, 0, DAY - 1, "ours: at the start of work"),
    KEY(broadcast_lead_minutes, "minutes", 60, 0, 7 * DAY, "ours: the way there takes as long"),
    KEY(broadcast_question_minutes, "minutes", 30, 0, DAY,
        "ours: a bare 1 answers the newest text on the phone"),

    KEY(import_slice, "people", 50, 1, 1000, "ours: what a station can answer the calls about"),
    KEY(import_minutes, "minutes", 5, 1, DAY, "ours: the line stays free for others"),

    KEY(code_hours, "hours", 24, 1, 720, "ours: the code of a first role"),
    KEY(code_attempts, "attempts", 5, 1, 50, "ours: of a million codes five may be guessed a day"),
    KEY(code_failures, "attempts", 50, 5, 1000, "ours: then all open codes are dead"),
    KEY(bind_minutes, "minutes", 10, 1, 60, "ours: an SMS may take that long"),
    KEY(bind_tries, "attempts", 5, 1, 10, "ours: of a million codes five may be guessed"),
    KEY(bind_wait_seconds, "seconds", 60, 30, 3600, "ours: what providers ask between codes"),
    KEY(bind_codes_day, "texts", 5, 1, 50, "ours: nobody is flooded with codes"),
    KEY(bind_silent_days, "days", 365, 30, 3650, "ours: numbers come to others in some months"),
    KEY(checkout_ask_minutes, "minutes", 30, 0, DAY, "ours: who stays to tidy up signs out first"),
    KEY(role_sleep_days, "days", 180, 1, 3650, "ours: a forgotten power is no power"),
    KEY(offer_role_days, "days", 7, 1, 60, "ours: as long as any question stays open"),
    KEY(role_confirm_hours, "hours", 24, 1, 168, "ours: an appointment is not a week's matter"),
    KEY(question_days, "days", 7, 1, 60, "ours: a late answer still counts"),
    KEY(work_from, "hh:mm", 9 * 60, 0, DAY, "ours: when a station answers"),
    KEY(work_to, "hh:mm", 17 * 60, 0, DAY, "ours: when a station answers"),
    KEY(task_lead_minutes, "minutes", 60, 0, DAY, "ours: time to call before the day ends"),
    KEY(task_morning_minutes, "minutes", 120, 0, DAY, "ours: what is carried over comes first"),
    KEY(safety_minutes, "minutes", 15, 1, DAY, "ours: an ambulance is faster than that"),
    KEY(task_levels, "levels", 3, 1, 10, "ours: station, branch, district"),
};
enum { KEYS = sizeof keys / sizeof keys[0] };

const struct policy_key *policy_keys(int *count)
{
    *count = KEYS;
    return keys;
}

static int64_t *number_of(struct policy *p, const struct policy_key *key)
{
    return (int64_t *)(void *)((char *)p + key->offset);
}

static char *text_of(struct policy *p, const struct policy_key *key)
{
    return (char *)p + key->offset;
}

static bool is_unit(const struct policy_key *key, const char *unit)
{
    return strcmp(key->unit, unit) == 0;
}

static int refuse(struct fault *fault, const char *name, const struct policy_key *key,
                  const char *expected)
{
    return fault_set(fault, GW_ECONFIG, "%s: policy.%s: expected %s (%s)", name, key->name,
                     expected, key->unit);
}

static int read_text(struct policy *p, const struct policy_key *key, const json_t *value,
                     const char *name, struct fault *fault)
{
    const char *text = json_string_value(value);
    if (!text || text[0] == '\0' || json_string_length(value) >= POLICY_TEXT_MAX)
        return refuse(fault, name, key, "a text of 1 to 95 bytes");
    memcpy(text_of(p, key), text, json_string_length(value) + 1);
    return 0;
}

static int read_stars(struct policy *p, const struct policy_key *key, const json_t *value,
                      const char *name, struct fault *fault)
{
    int64_t before = 0;
    if (!json_is_array(value) || json_array_size(value) != POLICY_STARS)
        return refuse(fault, name, key, "an array of five numbers");
    for (int i = 0; i < POLICY_STARS; i++) {
        const json_t *hours = json_array_get(value, (size_t)i);
        int64_t n = json_integer_value(hours);
        if (!json_is_integer(hours) || n <= before || n > key->most)
            return refuse(fault, name, key, "five rising whole numbers");
        p->star_minutes[i] = n * 60;
        before = n;
    }
    return 0;
}

static int read_number(struct policy *p, const struct policy_key *key, const json_t *value,
                       const char *name, struct fault *fault)
{
    int64_t n = json_integer_value(value);
    if (is_unit(key, "hh:mm")) {
        int minutes = -1;
        if (!json_is_string(value) ||
            civil_parse_hhmm(slice_of(json_string_value(value)), &minutes) != 0)
            return refuse(fault, name, key, "a time of day such as \"18:30\"");
        n = minutes;
    } else if (!json_is_integer(value)) {
        return refuse(fault, name, key, "a whole number");
    }
    if (n < key->least || n > key->most)
        return fault_set(fault, GW_ECONFIG, "%s: policy.%s: expected %lld to %lld (%s)", name,
                         key->name, (long long)key->least, (long long)key->most, key->unit);
    *number_of(p, key) = n;
    return 0;
}

static bool is_stars(const struct policy_key *key)
{
    return key->offset == offsetof(struct policy, star_minutes);
}

/* In the configuration the thresholds are called "stars". */
static const char *shown_name(const struct policy_key *key)
{
    return is_stars(key) ? "stars" : key->name;
}

static const struct policy_key *find_key(const char *name)
{
    for (int i = 0; i < KEYS; i++)
        if (strcmp(shown_name(&keys[i]), name) == 0)
            return &keys[i];
    return NULL;
}

static int read_key(struct policy *p, const char *key_name, const json_t *value, const char *name,
                    struct fault *fault)
{
    const struct policy_key *key = find_key(key_name);
    if (!key)
        return fault_set(fault, GW_ECONFIG, "%s: policy.%.60s: unknown key, remove it", name,
                         key_name);
    if (is_stars(key))
        return read_stars(p, key, value, name, fault);
    if (is_unit(key, "text"))
        return read_text(p, key, value, name, fault);
    return read_number(p, key, value, name, fault);
}

/* Rules between keys. */
static int check_whole(const struct policy *p, const char *name, struct fault *fault)
{
    static const struct {
        size_t low, high;
        const char *rule;
    } rules[] = {
        { offsetof(struct policy, guardian_age), offsetof(struct policy, adult_age),
          "guardian_age may not be above adult_age" },
        { offsetof(struct policy, quality_min), offsetof(struct policy, quality_default),
          "quality_min may not be above quality_default" },
        { offsetof(struct policy, quality_default), offsetof(struct policy, quality_max),
          "quality_default may not be above quality_max" },
        { offsetof(struct policy, day_flag_minutes), offsetof(struct policy, day_max_minutes),
          "day_flag_minutes may not be above day_max_minutes" },
        { offsetof(struct policy, work_from), offsetof(struct policy, work_to),
          "work_from may not be after work_to" },
        { offsetof(struct policy, offer_until), offsetof(struct policy, quiet_from),
          "offer_until may not be after quiet_from" },
        { offsetof(struct policy, quiet_to), offsetof(struct policy, quiet_from),
          "quiet_to may not be after quiet_from" },
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const int64_t *low = (const void *)((const char *)p + rules[i].low);
        const int64_t *high = (const void *)((const char *)p + rules[i].high);
        if (*low > *high)
            return fault_set(fault, GW_ECONFIG, "%s: policy: %s", name, rules[i].rule);
    }
    return 0;
}

static int read_object(struct policy *p, const json_t *object, const char *name,
                       struct fault *fault)
{
    if (!object)
        return 0;
    if (!json_is_object(object))
        return fault_set(fault, GW_ECONFIG, "%s: policy: expected an object", name);
    for (void *it = json_object_iter((json_t *)(uintptr_t)object); it;
         it = json_object_iter_next((json_t *)(uintptr_t)object, it)) {
        int rc = read_key(p, json_object_iter_key(it), json_object_iter_value(it), name, fault);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Wording stands in a data file: C code holds none. */
static int read_names(struct policy *p, struct fault *fault)
{
    static const char path[] = "handlers/data/names.json";
    json_t *object = data_json(path, fault);
    if (!object)
        return GW_ECONFIG;
    int rc = read_object(p, object, path, fault);
    json_decref(object);
    return rc;
}

static void set_fallbacks(struct policy *p)
{
    static const int64_t star_hours[POLICY_STARS] = { 100, 300, 600, 1000, 1500 };
    for (int i = 0; i < KEYS; i++)
        if (!is_unit(&keys[i], "text") && !is_stars(&keys[i]))
            *number_of(p, &keys[i]) = keys[i].fallback;
    for (int i = 0; i < POLICY_STARS; i++)
        p->star_minutes[i] = star_hours[i] * 60;
}

int policy_read(const json_t *object, const char *name, struct policy **out, struct fault *fault)
{
    struct policy *p = mem_alloc(sizeof *p);
    set_fallbacks(p);
    int rc = read_names(p, fault);
    if (rc == 0)
        rc = workdays_load(handlers_files, &p->workdays, fault);
    if (rc == 0)
        rc = read_object(p, object, name, fault);
    if (rc == 0)
        rc = check_whole(p, name, fault);
    if (rc != 0) {
        policy_free(p);
        return rc;
    }
    *out = p;
    return 0;
}

struct policy *policy_default(void)
{
    struct policy *p = NULL;
    struct fault fault = { 0 };
    /* Only built-in data can be at fault here; a test reads them. */
    return policy_read(NULL, "policy", &p, &fault) == 0 ? p : NULL;
}

void policy_free(struct policy *p)
{
    free(p);
}

int policy_number(const struct policy *p, const char *name, int64_t *out)
{
    if (strncmp(name, "star_", 5) == 0 && name[5] >= '1' && name[5] <= '5' && name[6] == '\0') {
        *out = p->star_minutes[name[5] - '1'];
        return 0;
    }
    const struct policy_key *key = find_key(name);
    if (!key || is_stars(key) || is_unit(key, "text"))
        return GW_EINVAL;
    *out = *(const int64_t *)(const void *)((const char *)p + key->offset);
    return 0;
}
