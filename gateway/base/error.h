/* The one list of error codes, and the fault that carries an error's words to a person. */
#ifndef GATEWAY_BASE_ERROR_H
#define GATEWAY_BASE_ERROR_H

/* Functions return 0 (or a value > 0 that their header names) for success and one of these for
 * failure. Running out of memory is not among them: it ends the program (see mem.h). */
#define GW_ERROR_MAP(X)                                                                            \
    X(GW_OK, 0, "ok")                                                                              \
    X(GW_EINVAL, -1, "not a valid value")                                                          \
    X(GW_ETOOBIG, -2, "larger than its limit")                                                     \
    X(GW_EPROTO, -3, "malformed")                                                                  \
    X(GW_EAUTH, -4, "signature or secret does not match")                                          \
    X(GW_ENOTFOUND, -5, "not found")                                                               \
    X(GW_EDB, -6, "the store refused a statement")                                                 \
    X(GW_ETXGONE, -7, "the store dropped the whole transaction")                                   \
    X(GW_EFULL, -8, "no space left")                                                               \
    X(GW_EIO, -9, "input or output failed")                                                        \
    X(GW_EBUSY, -10, "busy, try again")                                                            \
    X(GW_ECRYPTO, -11, "encrypted data does not open with the keys at hand")                       \
    X(GW_ECONFIG, -12, "a fault in a configuration or data file")                                  \
    X(GW_ECLOSED, -13, "already closed")                                                           \
    X(GW_EDATA, -14, "stored data are damaged")                                                    \
    X(GW_ECONFLICT, -15, "another transaction was in the way, try again")

enum gw_error {
#define GW_ERROR_ENUM(name, value, text) name = value,
    GW_ERROR_MAP(GW_ERROR_ENUM)
#undef GW_ERROR_ENUM
};

/* Callers must look at the result. */
#define GW_MUSTCHECK __attribute__((warn_unused_result))

/* The text of a code ("unknown error" for one not in the list). Static; any thread. */
const char *gw_error_text(int code);

/* The name of a code, e.g. "GW_EINVAL". Static; any thread. */
const char *gw_error_name(int code);

/* What went wrong, where, and what to do next, for the person who reads standard error or a log.
 * Never holds a secret, an ID number or a full phone number. The caller owns it; zero it first. */
struct fault {
    int code;       /* GW_E*, 0 when nothing is wrong */
    char text[400]; /* one line without a final newline, cut at the end if longer */
};

/* Fills `fault` (which may be NULL) and returns `code`. The first fault stays: a later call on a
 * fault that already has a code changes nothing. */
int fault_set(struct fault *fault, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
