/* Counts the calls that change a file, and dies at the one that was asked for: before it, or with
   half of its bytes written (a torn write). Or lets it and all that follow fail with an error: a
   full disk, where what frees space still works, or rights that were lost, where nothing does.
   Loaded with LD_PRELOAD by kills.py; Linux only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long armed = -1, torn = 0, seen = 0; /* armed: -1 not counting, 0 counting only */
static int failing = 0;                     /* the error that calls end with; 0: to die */

void shim_arm(long at, long half, long error) {
    armed = at; torn = half; seen = 0; failing = (int)error;
}
long shim_seen(void) { return seen; }

static int is_file(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* True where the call is the one to die at. */
static int due(void) {
    if (armed < 0) return 0;
    ++seen;
    return failing ? armed > 0 && seen >= armed : seen == armed;
}
/* -1 where the call is to fail. */
static int die(void) {
    if (failing) { errno = failing; return -1; }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    if (armed >= 0 && is_file(fd) && due()) {
        if (torn) real(fd, data, size / 2, at);
        return die();
    }
    return real(fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return pwrite64(fd, data, size, at);
}
ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    if (armed >= 0 && is_file(fd) && due()) {
        if (torn) real(fd, data, size / 2);
        return die();
    }
    return real(fd, data, size);
}

#define CALL(name, parameters, arguments, may_fail)                  \
    int name parameters {                                            \
        REAL(name);                                                  \
        if (due() && (!failing || (may_fail))) return die();         \
        return real arguments;                                       \
    }
#define BOUNDARY(name, parameters, arguments) CALL(name, parameters, arguments, 1)
#define FREEING(name, parameters, arguments) CALL(name, parameters, arguments, failing != ENOSPC)

FREEING(fsync, (int fd), (fd))
FREEING(fdatasync, (int fd), (fd))
FREEING(ftruncate, (int fd, off_t size), (fd, size))
FREEING(ftruncate64, (int fd, off64_t size), (fd, size))
FREEING(unlink, (const char *path), (path))
FREEING(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
FREEING(rename, (const char *from, const char *to), (from, to))
FREEING(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
BOUNDARY(link, (const char *from, const char *to), (from, to))
BOUNDARY(linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
FREEING(rmdir, (const char *path), (path))
BOUNDARY(mkdir, (const char *path, mode_t mode), (path, mode))
