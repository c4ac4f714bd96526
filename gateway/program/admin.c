/* linli admin: the first role of an organization, and who holds which. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/store/people.h"
#include "handlers/nearest.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"

struct admin_call {
    const char *org;
    enum role_kind kind;
    char code[8];
    bool as_json;
    int64_t hours;
    const char *at;
    double latitude, longitude;
    bool known;
};

static int add(const struct service *s, void *context)
{
    struct admin_call *call = context;
    struct organization org;
    int rc = org_by_name(s, slice_of(call->org), &org);
    if (rc <= 0)
        return rc;
    call->known = true;
    call->hours = s->policy->code_hours;
    return role_code_make(s, org.id, call->kind, call->code);
}

static int admin_add(struct installation *in, struct admin_call *call, struct fault *fault)
{
    int rc = installation_transact(in, installation_clock(), NULL, add, call, fault);
    if (rc < 0)
        return rc;
    if (!call->known)
        return fault_set(fault, GW_ENOTFOUND,
                         "there is no organization '%s'; linli admin orgs lists them", call->org);
    if (call->as_json)
        printf("{\"code\":\"%s\",\"org\":\"%s\",\"role\":\"%s\",\"hours\":%" PRId64 "}\n",
               call->code, call->org, role_kind_name(call->kind), call->hours);
    else
        printf("%s\n", call->code);
    return GW_OK;
}

static const char *role_state_name(const struct role *role)
{
    return role->state == ROLE_ACTIVE    ? "active"
           : role->state == ROLE_OFFERED ? "offered"
                                         : "ended";
}

static int print_role(const struct service *s, const struct role *role, bool as_json)
{
    struct address address;
    char masked[16] = "";
    int rc = people_by_id(s->tx, s->vault, role->address, s->arena, &address);
    if (rc < 0)
        return rc;
    if (rc == 1)
        phone_mask(address.sender, masked);
    if (!as_json) {
        printf("%-10s %-8s %-24.*s %.*s %s\n", role_kind_name(role->kind), role_state_name(role),
               SLICE_ARG(role->org_shown), SLICE_ARG(role->name), masked);
        return GW_OK;
    }
    json_t *o = json_object();
    json_object_set_new(o, "role", json_string(role_kind_name(role->kind)));
    json_object_set_new(o, "state", json_string(role_state_name(role)));
    json_put_slice(o, "org", role->org_shown);
    json_put_slice(o, "name", role->name);
    json_object_set_new(o, "phone", json_string(masked));
    json_dumpf(o, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(o);
    return GW_OK;
}

static int list(const struct service *s, void *context)
{
    struct admin_call *call = context;
    struct organization *orgs;
    int n = org_list(s, 1000, &orgs);
    for (int i = 0; i < n; i++) {
        if (orgs[i].parent != 0)
            continue;
        struct role *roles;
        int count = roles_list(s, orgs[i].id, &roles);
        for (int k = 0; k < count; k++) {
            int rc = print_role(s, &roles[k], call->as_json);
            if (rc < 0)
                return rc;
        }
        if (count < 0)
            return count;
    }
    return n < 0 ? n : GW_OK;
}

static int orgs(const struct service *s, void *context)
{
    struct admin_call *call = context;
    struct organization *all;
    int n = org_list(s, 1000, &all);
    for (int i = 0; i < n; i++) {
        if (call->as_json)
            printf("{\"org\":\"%.*s\",\"kind\":\"%s\"}\n", SLICE_ARG(all[i].shown),
                   org_kind_name(all[i].kind));
        else
            printf("%-10s %.*s\n", org_kind_name(all[i].kind), SLICE_ARG(all[i].shown));
    }
    return n < 0 ? n : GW_OK;
}

static int place(const struct service *s, void *context)
{
    struct admin_call *call = context;
    struct organization org;
    int rc = org_by_name(s, slice_of(call->org), &org);
    if (rc <= 0)
        return rc;
    call->known = true;
    return nearest_place(s, org.id, call->latitude, call->longitude);
}

static int admin_place(struct installation *in, struct admin_call *call, struct fault *fault)
{
    int rc = installation_transact(in, installation_clock(), NULL, place, call, fault);
    if (rc < 0 || call->known)
        return rc;
    return fault_set(fault, GW_ENOTFOUND,
                     "there is no organization '%s'; linli admin orgs lists them", call->org);
}

static int run_word(struct installation *in, struct admin_call *call, const char *word,
                    struct fault *fault)
{
    if (strcmp(word, "add") == 0)
        return admin_add(in, call, fault);
    if (strcmp(word, "place") == 0)
        return admin_place(in, call, fault);
    return installation_look(in, installation_clock(), strcmp(word, "orgs") == 0 ? orgs : list,
                             call, fault);
}

/* "22.7866,100.9773", as maps show it. */
static bool read_place(const char *text, struct admin_call *call)
{
    char *end;
    if (text == NULL)
        return false;
    call->latitude = strtod(text, &end);
    if (end == text || *end != ',')
        return false;
    const char *second = end + 1;
    call->longitude = strtod(second, &end);
    return end != second && *end == '\0' && fabs(call->latitude) <= 90 &&
           fabs(call->longitude) <= 180;
}

static bool check_words(const struct command_line *line, struct admin_call *call, const char *role,
                        struct fault *fault)
{
    const char *word = line->word_count == 1 ? line->words[0] : "";
    if (strcmp(word, "add") != 0 && strcmp(word, "list") != 0 && strcmp(word, "orgs") != 0 &&
        strcmp(word, "place") != 0) {
        fault_set(fault, GW_EINVAL, "say add, list, orgs or place; see linli admin --help");
        return false;
    }
    if (strcmp(word, "place") == 0 && (call->org == NULL || !read_place(call->at, call))) {
        fault_set(fault, GW_EINVAL,
                  "place needs --org NAME and --at LATITUDE,LONGITUDE in degrees");
        return false;
    }
    if (strcmp(word, "add") != 0)
        return true;
    if (call->org == NULL || !role_kind_parse(slice_of(role), &call->kind) ||
        (call->kind != ROLE_LEAD && call->kind != ROLE_ORGANIZER)) {
        fault_set(fault, GW_EINVAL, "add needs --org NAME and --role lead or organizer");
        return false;
    }
    return true;
}

int command_admin(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *role = "lead";
    struct admin_call call = { 0 };
    const struct command_option options[] = {
        { "--org", "O", "name of the organization", .text = &call.org },
        { "--role", "R", "lead or organizer (default lead)", .text = &role },
        { "--at", "P", "where it stands: LATITUDE,LONGITUDE in degrees", .text = &call.at },
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--json", NULL, "JSON objects, one a line", .flag = &call.as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv,
        "admin add --org O --role R | admin list | admin orgs | admin place --org O --at P",
        "add prints a one-use code for the first role of an organization, good for 24 "
        "hours and one\nphone: that person texts 授权 and the code. list shows who "
        "holds which role, orgs the organizations. place says where one stands, so that "
        "who sends a\nlocation is told of the nearest station.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    if (!check_words(&line, &call, role, &fault)) {
        command_fail("admin", &fault);
        return 2;
    }
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = run_word(&in, &call, line.words[0], &fault);
    installation_close(&in);
    return rc < 0 ? command_fail("admin", &fault) : 0;
}
