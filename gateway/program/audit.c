/* linli audit: proves that no record of service was changed, removed or cut off. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/program/audit_roles.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/progress.h"
#include "handlers/seal.h"

struct audit_call {
    FILE *seals;
    char *line;
    size_t line_size;
    struct progress progress;
    struct audit_report report;
};

static int next_seal(void *context, struct slice *line)
{
    struct audit_call *call = context;
    if (call->seals == NULL)
        return 0;
    ssize_t n = getline(&call->line, &call->line_size, call->seals);
    if (n < 0)
        return ferror(call->seals) ? GW_EIO : 0;
    *line = (struct slice){ call->line, (size_t)n };
    return 1;
}

static void show(void *context, int64_t done, int64_t all)
{
    struct audit_call *call = context;
    progress_show(&call->progress, done, all);
}

static int audit(const struct service *s, void *context)
{
    struct audit_call *call = context;
    const struct audit_input input = { .next = next_seal, .progress = show, .context = call };
    return ledger_audit(s, &input, &call->report);
}

static void print_report(const struct audit_report *r, bool as_json)
{
    const char *finding = audit_finding_name(r->first.finding);
    if (as_json) {
        printf("{\"finding\":\"%s\",\"person\":\"%" PRId64 "\",\"seq\":%" PRId64 ",\"bad\":%" PRId64
               ",\"people\":%" PRId64 ",\"entries\":%" PRId64 ",\"minutes\":%" PRId64
               ",\"seals\":%" PRId64 ",\"outside\":%" PRId64 ",\"forgotten\":%" PRId64 "}\n",
               finding, r->first.person, r->first.seq, r->bad, r->people, r->entries, r->minutes,
               r->seals, r->outside, r->forgotten);
        return;
    }
    printf("%" PRId64 " volunteers, %" PRId64 " entries, %" PRId64 " minutes, %" PRId64
           " seals (%" PRId64 " outside the database): %s\n",
           r->people, r->entries, r->minutes, r->seals, r->outside, finding);
    if (r->first.finding != AUDIT_SOUND)
        fprintf(stderr,
                "linli audit: %" PRId64 " findings; the first: %s, volunteer %" PRId64
                ", entry %" PRId64 ". Compare with the last backup.\n",
                r->bad, finding, r->first.person, r->first.seq);
}

static int list_roles(const char *config, const char *dir, struct audit_roles_call *call)
{
    struct fault fault = { 0 };
    struct installation in;
    int rc = GW_OK;
    if (call->limit < 1 || call->limit > AUDIT_ROLES_MAX) {
        fault_set(&fault, GW_EINVAL, "--limit: say 1 to %d", AUDIT_ROLES_MAX);
        command_fail("audit", &fault);
        return 2;
    }
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = installation_look(&in, installation_clock(), audit_roles, call, &fault);
    if (rc >= 0 && !call->known)
        rc = fault_set(&fault, GW_ENOTFOUND,
                       "there is no organization '%s'; linli admin orgs lists them", call->org);
    installation_close(&in);
    return rc < 0 ? command_fail("audit", &fault) : 0;
}

int command_audit(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *seals = NULL;
    bool as_json = false, roles = false;
    struct audit_roles_call powers = { .limit = AUDIT_ROLES_DEFAULT };
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--seals", "FILE", "seals kept elsewhere (default: the configured file)",
          .text = &seals },
        { "--roles", NULL, "instead: every use of a power, newest first", .flag = &roles },
        { "--org", "O", "with --roles: of this organization and all below it",
          .text = &powers.org },
        { "--limit", "N", "with --roles: so many (default 200)", .number = &powers.limit },
        { "--json", NULL, "one JSON object, with --roles one a line", .flag = &as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv, "audit [options]",
        "Verifies every chain, total, text and seal of the ledger; names the first "
        "entry that was changed,\nremoved or cut off. Exits 1 when anything is found. With --roles it "
        "lists who used which power,\nwhen and on what.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    powers.as_json = as_json;
    if (roles)
        return list_roles(config, dir, &powers);
    struct fault fault = { 0 };
    struct installation in;
    struct audit_call call = { 0 };
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK) {
        call.seals = fopen(seals != NULL ? seals : in.seal_file, "re");
        if (call.seals == NULL && seals != NULL)
            rc = fault_set(&fault, GW_EIO, "%s cannot be read", seals);
    }
    if (rc == GW_OK) {
        progress_begin(&call.progress, "audit");
        rc = installation_look(&in, installation_clock(), audit, &call, &fault);
        progress_end(&call.progress);
    }
    if (rc >= 0)
        print_report(&call.report, as_json);
    if (call.seals != NULL)
        fclose(call.seals);
    free(call.line);
    installation_close(&in);
    if (rc < 0)
        return command_fail("audit", &fault);
    return call.report.first.finding != AUDIT_SOUND;
}
