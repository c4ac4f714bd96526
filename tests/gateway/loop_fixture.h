/* A libuv loop in a thread of its own, so that a test can use plain blocking sockets against what
 * runs on it. Things of the loop are touched through loop_call only. */
#ifndef TESTS_GATEWAY_LOOP_FIXTURE_H
#define TESTS_GATEWAY_LOOP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <uv.h>

struct loop_fixture {
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t async;
    uv_mutex_t mutex;
    uv_sem_t done;
    void (*call)(void *context); /* guarded by mutex */
    void *context;
};

static inline void loop_on_async(uv_async_t *async)
{
    struct loop_fixture *f = async->data;
    uv_mutex_lock(&f->mutex);
    void (*call)(void *context) = f->call;
    f->call = NULL;
    uv_mutex_unlock(&f->mutex);
    if (call) {
        call(f->context);
        uv_sem_post(&f->done);
    }
}

static inline void loop_thread(void *context)
{
    struct loop_fixture *f = context;
    uv_run(&f->loop, UV_RUN_DEFAULT);
}

/* Runs `call` on the loop's thread and waits for its end. */
static inline void loop_call(struct loop_fixture *f, void (*call)(void *context), void *context)
{
    uv_mutex_lock(&f->mutex);
    f->call = call;
    f->context = context;
    uv_mutex_unlock(&f->mutex);
    uv_async_send(&f->async);
    uv_sem_wait(&f->done);
}

/* Fails the test when the loop does not start. */
static inline void loop_start(struct loop_fixture *f)
{
    *f = (struct loop_fixture){ 0 };
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(uv_mutex_init(&f->mutex), 0);
    assert_int_equal(uv_sem_init(&f->done, 0), 0);
    assert_int_equal(uv_async_init(&f->loop, &f->async, loop_on_async), 0);
    f->async.data = f;
    assert_int_equal(uv_thread_create(&f->thread, loop_thread, f), 0);
}

static inline void loop_close_async(void *context)
{
    struct loop_fixture *f = context;
    uv_close((uv_handle_t *)&f->async, NULL);
}

/* Ends the loop; a handle that was left open makes the test fail. */
static inline void loop_stop(struct loop_fixture *f)
{
    loop_call(f, loop_close_async, f);
    assert_int_equal(uv_thread_join(&f->thread), 0);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    uv_sem_destroy(&f->done);
    uv_mutex_destroy(&f->mutex);
}

#endif
