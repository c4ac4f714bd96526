/* Files that people sent, in the folder "media" of the data folder: each sealed like the texts, its
 * name is its row's id, mode 0600. Any thread. */
#ifndef GATEWAY_PROGRAM_MEDIA_FILE_H
#define GATEWAY_PROGRAM_MEDIA_FILE_H

#include "gateway/base/vault.h"

#define MEDIA_FOLDER "media"
/* What WeChat sends at most (wechat.md 4.9). */
enum { MEDIA_FILE_MAX = 10 * 1024 * 1024 };

/* "media/ID", in the arena. */
struct slice media_file_path(int64_t id, struct arena *a);
/* Seals and writes, synced before the name is there. 0 or GW_EIO. */
GW_MUSTCHECK int media_file_write(const char *data_dir, const struct vault *v, int64_t id,
                                  struct slice bytes, struct fault *fault);
/* Reads and opens. 0, GW_EIO or GW_ECRYPTO. */
GW_MUSTCHECK int media_file_read(const char *data_dir, const struct vault *v, int64_t id,
                                 struct arena *a, struct slice *bytes, struct fault *fault);
/* Removes it; that there is none is fine. */
void media_file_remove(const char *data_dir, int64_t id);
/* Ids of the files there, whatever their order, `limit` at most, in the arena: their number. */
int media_file_list(const char *data_dir, int limit, struct arena *a, int64_t **ids);

/* Copies the files as they are, sealed, from one folder (which need not be there) into another,
 * made when there is one to copy; each is whole or not there at all. How many, or GW_EIO. */
GW_MUSTCHECK int media_files_copy(const char *from, const char *to, struct fault *fault);

#endif
