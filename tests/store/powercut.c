/* Writes down, in order, what a program does to the files below $POWERCUT_DIR: for replaying with a power cut in between.
   One record: op (1 byte: w t s u r), length of path (2), offset or size (8), length of data (4), path, data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int out = -1;
static const char *below;

#define REAL(name, type, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

static ssize_t plain_write(int fd, const void *data, size_t size) {
    REAL("write", ssize_t, int, const void *, size_t);
    return real(fd, data, size);
}

static int watched(const char *path) {
    if (!below) below = getenv("POWERCUT_DIR");
    return below && !strncmp(path, below, strlen(below)) && !strstr(path, "-shm");
}

static int of_fd(int fd, char *path) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, 4095);
    if (size <= 0) return 0;
    path[size] = 0;
    return watched(path);
}

static void note(char op, const char *path, uint64_t at, const void *data, uint32_t size) {
    uint16_t length = strlen(path);
    char head[15];
    if (out < 0) out = open(getenv("POWERCUT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    head[0] = op;
    memcpy(head + 1, &length, 2);
    memcpy(head + 3, &at, 8);
    memcpy(head + 11, &size, 4);
    plain_write(out, head, 15);
    plain_write(out, path, length);
    if (size) plain_write(out, data, size);
}

#define IN pthread_mutex_lock(&lock)
#define OUT pthread_mutex_unlock(&lock)

/* The write or sync number $POWERCUT_FAIL, and as many as $POWERCUT_FAILS after it, fail with $POWERCUT_ERRNO. */
static int fails(void) {
    static int count, from = -1, many, number;
    if (from < 0) {
        char *text = getenv("POWERCUT_FAIL");
        from = text ? atoi(text) : 0;
        many = from ? atoi(getenv("POWERCUT_FAILS")) : 0;
        number = from ? atoi(getenv("POWERCUT_ERRNO")) : 0;
    }
    if (!from) return 0;
    count++;
    if (count < from || count >= from + many) return 0;
    errno = number;
    return 1;
}

#define PWRITE(name, offset_t_) \
    ssize_t name(int fd, const void *data, size_t size, offset_t_ at) { \
        REAL(#name, ssize_t, int, const void *, size_t, offset_t_); \
        char path[4096]; \
        if (!of_fd(fd, path)) return real(fd, data, size, at); \
        if (fails()) return -1; \
        IN; ssize_t done = real(fd, data, size, at); if (done > 0) note('w', path, at, data, done); OUT; \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    char path[4096];
    if (fd == out || !of_fd(fd, path)) return plain_write(fd, data, size);
    IN;
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (fcntl(fd, F_GETFL) & O_APPEND) at = lseek(fd, 0, SEEK_END);
    ssize_t done = plain_write(fd, data, size);
    if (done > 0) note('w', path, at, data, done);
    OUT;
    return done;
}

#define TRUNCATE(name, offset_t_) \
    int name(int fd, offset_t_ size) { \
        REAL(#name, int, int, offset_t_); \
        char path[4096]; \
        if (!of_fd(fd, path)) return real(fd, size); \
        IN; int done = real(fd, size); if (!done) note('t', path, size, 0, 0); OUT; \
        return done; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name) \
    int name(int fd) { \
        REAL(#name, int, int); \
        char path[4096]; \
        if (!of_fd(fd, path)) return real(fd); \
        if (fails()) return -1; \
        IN; int done = real(fd); if (!done) note('s', path, 0, 0, 0); OUT; \
        return done; \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    REAL("unlink", int, const char *);
    if (!watched(path)) return real(path);
    IN; int done = real(path); if (!done) note('u', path, 0, 0, 0); OUT;
    return done;
}

int rename(const char *from, const char *to) {
    REAL("rename", int, const char *, const char *);
    if (!watched(to)) return real(from, to);
    IN; int done = real(from, to); if (!done) note('r', from, 0, to, strlen(to)); OUT;
    return done;
}
