/* What libcurl's own multi loop does with the same requests: so many at once, each to a URL with a
 * number of its own, nothing stored and nothing read. Prints requests, seconds and failures.
 * usage: curl_multi URL COUNT AT_ONCE */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { POLL_MS = 1000 };

struct bench {
    CURLM *multi;
    const char *url;
    int count, begun, done, failed;
};

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    (void)bytes;
    (void)context;
    return size * n;
}

/* The next request, by a handle that is used again. */
static void begin(struct bench *b, CURL *easy)
{
    char url[2048];
    if (b->begun == b->count) {
        curl_easy_cleanup(easy);
        return;
    }
    snprintf(url, sizeof(url), "%s&to=%lld", b->url, 13000000000LL + b->begun++);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_multi_add_handle(b->multi, easy);
}

static void reap(struct bench *b)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(b->multi, &left))) {
        CURL *easy = message->easy_handle;
        b->failed += message->data.result != CURLE_OK;
        b->done++;
        curl_multi_remove_handle(b->multi, easy);
        begin(b, easy);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: curl_multi URL COUNT AT_ONCE\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct bench b = { .multi = curl_multi_init(),
                       .url = argv[1],
                       .count = (int)strtol(argv[2], NULL, 10) };
    long at_once = strtol(argv[3], NULL, 10);
    curl_multi_setopt(b.multi, CURLMOPT_MAXCONNECTS, at_once);
    uint64_t begun = uv_hrtime();
    for (long i = 0; i < at_once; i++)
        begin(&b, curl_easy_init());
    while (b.done < b.count) {
        int running;
        if (curl_multi_perform(b.multi, &running) != CURLM_OK ||
            curl_multi_poll(b.multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            break;
        reap(&b);
    }
    printf("%d %.3f %d\n", b.done, (double)(uv_hrtime() - begun) / 1e9, b.failed);
    curl_multi_cleanup(b.multi);
    curl_global_cleanup();
    return b.done < b.count;
}
