#include "gateway/program/installation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/json.h"
#include "gateway/checkpoint.h"
#include "gateway/program/due.h"
#include "gateway/program/message.h"
#include "gateway/program/wakeup.h"
#include "gateway/store/parts.h"
#include "gateway/store/timers.h"
#include "handlers/district.h"
#include "handlers/policy.h"

int64_t installation_clock(void)
{
    struct timespec t = { 0 };
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

static char *join(const char *dir, const char *name)
{
    struct arena a = { 0 };
    struct slice path =
        name[0] == '/' ? arena_printf(&a, "%s", name) : arena_printf(&a, "%s/%s", dir, name);
    char *copy = mem_dup(path);
    arena_free(&a);
    return copy;
}

static int make_folder(const char *dir, struct fault *fault)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return GW_OK;
    return fault_set(fault, GW_EIO,
                     "%s: the data folder cannot be made: %s; name another with "
                     "--data-dir",
                     dir, strerror(errno));
}

/* Held until the process ends, however it ends. The file stays: removing it would let two gateways
 * lock two files of one name. */
static int lock_folder(struct installation *in, struct fault *fault)
{
    char *path = join(in->data_dir, "serve.lock");
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int rc;
    in->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    in->locked = in->lock >= 0;
    if (in->locked && fcntl(in->lock, F_SETLK, &lock) == 0)
        rc = GW_OK;
    else if (in->locked && (errno == EACCES || errno == EAGAIN))
        rc = fault_set(fault, GW_EBUSY,
                       "%s: another linli serve uses this data folder; stop it, or name another "
                       "with --data-dir",
                       path);
    else
        rc = fault_set(fault, GW_EIO, "%s: cannot be locked: %s", path, strerror(errno));
    free(path);
    return rc;
}

bool installation_is_served(const struct installation *in)
{
    char *path = join(in->data_dir, "serve.lock");
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int file = open(path, O_RDWR | O_CLOEXEC);
    bool served = file >= 0 && fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (file >= 0)
        close(file);
    free(path);
    return served;
}

#define DEFAULT_FOLDER "linli-data" /* design, "Names that tests rely on" */

/* The configuration named, else DIR/linli.json when it is there, else the defaults. */
static int read_config(struct installation *in, const char *file, const char *dir,
                       struct fault *fault)
{
    char *beside = join(dir != NULL ? dir : DEFAULT_FOLDER, "linli.json");
    if (file != NULL)
        in->config_file = mem_dup(slice_of(file));
    else if (access(beside, F_OK) == 0)
        in->config_file = mem_dup(slice_of(beside));
    free(beside);
    int rc = config_load(in->config_file, &in->config, fault);
    if (rc == GW_OK)
        rc =
            policy_read(config_json(in->config, "policy"),
                        in->config_file != NULL ? in->config_file : "defaults", &in->policy, fault);
    if (rc < 0)
        return rc;
    in->data_dir = mem_dup(slice_of(dir != NULL ? dir : config_text(in->config, "data.dir")));
    in->zone = config_zone(in->config);
    in->database = join(in->data_dir, "linli.db");
    in->key_file = join(in->data_dir, config_text(in->config, "data.key_file"));
    in->seal_file = join(in->data_dir, config_text(in->config, "data.seal_file"));
    in->signature = config_text(in->config, "signature");
    return GW_OK;
}

static const struct embedded_file *const migration_tables[] = { gw_store_files, handlers_files,
                                                                NULL };

int installation_migrate(struct installation *in, struct fault *fault)
{
    return store_migrate(in->store, migration_tables, fault);
}

static int node_number(const struct installation *in, unsigned use)
{
    if (use & INSTALLATION_GATEWAY)
        return (int)config_int(in->config, "node");
    return INSTALLATION_COMMAND_NODE + (int)(getpid() % INSTALLATION_COMMAND_NODE);
}

static int open_store(struct installation *in, unsigned use, struct fault *fault)
{
    const struct store_options options = {
        .path = in->database,
        .url = config_text(in->config, "store.url"),
        .cache_kib = (int)config_int(in->config, "data.cache_kib"),
        .checkpoint_pages = use & INSTALLATION_GATEWAY ? CHECKPOINT_PAGES : 0,
    };
    return store_open(&options, &in->store, fault);
}

static int lock_fault(struct installation *in, int rc, struct fault *fault)
{
    return fault_set(fault, rc, "the database: %s: %s", gw_error_text(rc),
                     store_error_text(in->store));
}

/* Two gateways of one number would make the same ids. */
static int claim_node(struct installation *in, struct fault *fault)
{
    int node = (int)config_int(in->config, "node");
    int rc = store_claim_node(in->store, node);
    if (rc < 0)
        return lock_fault(in, rc, fault);
    return rc == 1
               ? GW_OK
               : fault_set(fault, GW_EBUSY,
                           "node: another linli serve on this database has number %d: give each "
                           "gateway a number of its own",
                           node);
}

static int last_id(const struct service *s, void *context)
{
    return store_last_id(s->tx, context);
}

/* A folder without an organization gets the tree of the district, so that the first role can be
 * given. */
static int set_up(const struct service *s, void *context)
{
    (void)context;
    return district_setup(s);
}

/* What the first process on a new database does, and each that brings a newer schema. */
static int begin_locked(struct installation *in, unsigned use, struct fault *fault)
{
    int64_t last = 0;
    int rc = installation_migrate(in, fault);
    if (rc == GW_OK)
        rc = installation_check_key(in, fault);
    if (rc == GW_OK)
        rc = installation_transact(in, installation_clock(), NULL, last_id, &last, fault);
    if (rc < 0)
        return rc;
    ids_init(&in->ids, node_number(in, use), last, ids_real_clock, NULL);
    rc = installation_transact(in, installation_clock(), NULL, set_up, NULL, fault);
    return rc < 0 ? rc : GW_OK;
}

static int begin_store(struct installation *in, unsigned use, struct fault *fault)
{
    int rc = use & INSTALLATION_GATEWAY ? claim_node(in, fault) : GW_OK;
    if (rc < 0)
        return rc;
    rc = store_lock(in->store);
    if (rc < 0)
        return lock_fault(in, rc, fault);
    rc = begin_locked(in, use, fault);
    store_unlock(in->store);
    return rc;
}

int installation_open(const char *config_file, const char *data_dir, unsigned use,
                      struct installation *out, struct fault *fault)
{
    memset(out, 0, sizeof *out);
    int rc = read_config(out, config_file, data_dir, fault);
    if (rc == GW_OK)
        rc = make_folder(out->data_dir, fault);
    if (rc == GW_OK && use & INSTALLATION_GATEWAY)
        rc = lock_folder(out, fault);
    if (rc == GW_OK)
        rc = vault_open(out->key_file, true, &out->vault, fault);
    if (rc == GW_OK)
        rc = open_store(out, use, fault);
    if (rc == GW_OK)
        rc = begin_store(out, use, fault);
    if (rc < 0)
        return rc;
    return use & INSTALLATION_CATALOGUE
               ? catalogue_load(out->data_dir, out->zone, &out->catalogue, fault)
               : GW_OK;
}

int installation_workers(struct installation *in, struct fault *fault)
{
    if (!store_shared(in->store))
        return GW_OK;
    const struct store_options options = { .url = config_text(in->config, "store.url") };
    int64_t wanted = config_int(in->config, "store.workers") - 1;
    in->more = mem_alloc((size_t)(wanted + 1) * sizeof *in->more);
    for (int64_t i = 0; i < wanted; i++) {
        int rc = store_open(&options, &in->more[i], fault);
        if (rc < 0)
            return rc;
        in->more_count++;
    }
    return GW_OK;
}

void installation_close(struct installation *in)
{
    for (int i = 0; i < in->more_count; i++)
        store_close(in->more[i]);
    free(in->more);
    catalogue_release(in->catalogue);
    store_close(in->store);
    if (in->locked)
        close(in->lock); /* nothing was written */
    vault_close(in->vault);
    policy_free(in->policy);
    config_free(in->config);
    free(in->config_file);
    free(in->data_dir);
    free(in->database);
    free(in->key_file);
    free(in->seal_file);
    memset(in, 0, sizeof *in);
}

struct service installation_service(struct installation *in, struct tx *tx, int64_t now,
                                    struct arena *a)
{
    return (struct service){
        .tx = tx,
        .now = now,
        .zone = in->zone,
        .ids = &in->ids,
        .vault = in->vault,
        .policy = in->policy,
        .arena = a,
    };
}

struct account_terms installation_terms(const struct installation *in)
{
    struct account_terms terms = { .signature = in->signature };
    size_t i;
    json_t *one;
    json_array_foreach(config_json(in->config, "accounts"), i, one)
    {
        if (strcmp(json_text(one, "channel", ""), "sms") != 0)
            continue;
        terms.signature = json_text(one, "signature", in->signature);
        terms.price = json_int(one, "price_fen", 0);
        terms.templates = json_object_get(json_object_get(one, "settings"), "templates");
        break;
    }
    return terms;
}

static int store_fault(struct fault *fault, int rc, const char *words)
{
    return fault_set(fault, rc, "the database: %s%s%s", gw_error_text(rc), words[0] ? ": " : "",
                     words);
}

static int transact(struct installation *in, struct store *store, bool keep_id, int64_t now,
                    int (*run)(const struct service *s, void *context), void *context,
                    struct arena *arena, struct fault *fault)
{
    struct tx *tx = NULL;
    int rc = store_begin(store, &tx);
    if (rc < 0)
        return store_fault(fault, rc, "");
    const struct service s = installation_service(in, tx, now, arena);
    int result = run(&s, context);
    if (result >= 0 && tx_error(tx) != 0)
        result = tx_error(tx);
    if (result >= 0 && keep_id) {
        rc = store_keep_last_id(tx, in->ids.last);
        if (rc < 0)
            result = rc;
    }
    if (result < 0) {
        int failed = store_fault(fault, result, tx_error_text(tx));
        store_rollback(tx);
        return failed;
    }
    rc = store_commit(tx);
    return rc < 0 ? store_fault(fault, rc, "nothing was stored") : result;
}

int installation_transact(struct installation *in, int64_t now, struct arena *a,
                          int (*run)(const struct service *s, void *context), void *context,
                          struct fault *fault)
{
    struct arena own = { 0 };
    int rc = transact(in, in->store, in->ids.clock_ms != NULL, now, run, context,
                      a != NULL ? a : &own, fault);
    arena_free(&own);
    if (store_woken(in->store) != 0 && !in->locked)
        wakeup_touch(in->data_dir); /* a gateway may be serving this folder */
    return rc;
}

int installation_look(struct installation *in, int64_t now,
                      int (*run)(const struct service *s, void *context), void *context,
                      struct fault *fault)
{
    struct arena arena = { 0 };
    struct store *store = NULL;
    const struct store_options options = { .path = in->database,
                                           .url = config_text(in->config, "store.url"),
                                           .read_only = true };
    int rc = store_open(&options, &store, fault);
    if (rc == GW_OK)
        rc = transact(in, store, false, now, run, context, &arena, fault);
    store_close(store);
    arena_free(&arena);
    return rc;
}

static int check_key(const struct service *s, void *context)
{
    (void)context;
    return store_check_key(s->tx, s->vault, s->arena);
}

int installation_check_key(struct installation *in, struct fault *fault)
{
    struct fault inner = { 0 };
    int rc = installation_transact(in, installation_clock(), NULL, check_key, NULL, &inner);
    if (rc == GW_ECRYPTO)
        return fault_set(fault, rc,
                         "%s: these keys do not belong to this database; put the key file of that "
                         "time in its place",
                         in->key_file);
    return rc < 0 ? fault_set(fault, rc, "%s", inner.text) : GW_OK;
}

struct due_call {
    struct installation *in;
    bool ran;
    bool failed;
};

static int run_one(const struct service *s, void *context)
{
    struct due_call *call = context;
    struct timer_row *rows;
    int n = timers_due(s->tx, s->now, 1, s->arena, &rows);
    if (n <= 0)
        return n;
    call->ran = true;
    if (call->failed)
        return due_postpone(s->tx, &rows[0], s->now, s->arena);
    int rc = timers_take(s->tx, &rows[0]);
    if (rc <= 0)
        return rc;
    /* A timer runs at its own time: what it writes says so, also when `now` is later. */
    struct service then = *s;
    then.now = rows[0].due;
    if (slice_eq(rows[0].kind, SLICE(PARTS_TIMER)) && call->in->catalogue != NULL)
        return message_parts_end(call->in->catalogue, &then, rows[0].subject, false);
    return due_run(&then, &rows[0]);
}

int installation_run_due(struct installation *in, int64_t now, struct fault *fault)
{
    int count = 0;
    for (;;) {
        struct due_call call = { .in = in };
        struct fault inner = { 0 };
        int rc = installation_transact(in, now, NULL, run_one, &call, &inner);
        if (rc < 0 && !call.ran)
            return fault_set(fault, rc, "%s", inner.text);
        if (rc < 0) {
            call = (struct due_call){ .in = in, .failed = true };
            rc = installation_transact(in, now, NULL, run_one, &call, fault);
            if (rc < 0)
                return rc;
        }
        if (!call.ran)
            return count;
        count++;
    }
}
