/* Counts the calls that change a file, and dies at the one that was asked for: before it, or with
   half of its bytes written (a torn write). Loaded with LD_PRELOAD by kills.py; Linux only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long armed = -1, torn = 0, seen = 0; /* armed: -1 not counting, 0 counting only */

void shim_arm(long at, long half) { armed = at; torn = half; seen = 0; }
long shim_seen(void) { return seen; }

static int is_file(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* True where the call is the one to die at. */
static int due(void) { return armed >= 0 && ++seen == armed; }
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    if (armed >= 0 && is_file(fd) && due()) {
        if (torn) real(fd, data, size / 2, at);
        die();
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
        die();
    }
    return real(fd, data, size);
}

#define BOUNDARY(name, parameters, arguments)      \
    int name parameters {                          \
        REAL(name);                                \
        if (due()) die();                          \
        return real arguments;                     \
    }

BOUNDARY(fsync, (int fd), (fd))
BOUNDARY(fdatasync, (int fd), (fd))
BOUNDARY(ftruncate, (int fd, off_t size), (fd, size))
BOUNDARY(ftruncate64, (int fd, off64_t size), (fd, size))
BOUNDARY(unlink, (const char *path), (path))
BOUNDARY(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
BOUNDARY(rename, (const char *from, const char *to), (from, to))
BOUNDARY(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
BOUNDARY(link, (const char *from, const char *to), (from, to))
BOUNDARY(linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
BOUNDARY(rmdir, (const char *path), (path))
BOUNDARY(mkdir, (const char *path, mode_t mode), (path, mode))
