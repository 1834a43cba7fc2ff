/* Makes one system call of a program fail, or kills the program at it. Loaded before libc
 * (LD_PRELOAD), on Linux. Counted are the calls on relative paths and on what was opened by one: a
 * test runs the program in a folder of its own, so these are its inputs and outputs, and nothing that
 * the system's libraries do.
 *
 * FAULT_AT    which call, from 1; 0 for none
 * FAULT_HOW   kill: before the call; EIO, ENOSPC, EINTR: the call fails with it, once;
 *             full: it and every later call that needs room fails with ENOSPC; short: no call
 *             reads or writes more than three bytes
 * FAULT_LOG   a file that gets a line for each call: number, name, path, and the second path
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 1024
#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

enum need { PLAIN, ROOM };

static char *paths[FDS]; /* what each watched descriptor was opened by */
static struct { DIR *folder; char *path; } folders[FDS];
static atomic_long calls;
static long at;
static const char *how = "";
static int log_fd = -1;

__attribute__((constructor)) static void start(void) {
    const char *number = getenv("FAULT_AT"), *log = getenv("FAULT_LOG");
    at = number ? atol(number) : 0;
    how = getenv("FAULT_HOW") ? getenv("FAULT_HOW") : "";
    if (log)
        log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Whether the call is to fail; errno is set then. */
static int strikes(const char *name, const char *path, const char *other, enum need need) {
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (log_fd >= 0) {
        char line[4096];
        int size = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\n", number, name, path, other);
        int error = errno; /* which readdir leaves alone at the end of a folder */
        if (size > 0 && (size_t)size < sizeof line)
            (void)!syscall(SYS_write, log_fd, line, size);
        errno = error;
    }
    if (at <= 0 || number < at)
        return 0;
    if (!strcmp(how, "full")) {
        if (need == ROOM)
            errno = ENOSPC;
        return need == ROOM;
    }
    if (number > at)
        return 0;
    if (!strcmp(how, "kill"))
        syscall(SYS_kill, getpid(), SIGKILL);
    if (!strcmp(how, "EIO"))
        errno = EIO;
    else if (!strcmp(how, "ENOSPC"))
        errno = ENOSPC;
    else if (!strcmp(how, "EINTR"))
        errno = EINTR;
    else
        return 0;
    return 1;
}

static int is_watched(const char *path) { return path && path[0] != '/' && path[0] != 0; }
static const char *of(int fd) { return fd >= 0 && fd < FDS ? paths[fd] : NULL; }
static size_t shorter(size_t size) { return !strcmp(how, "short") && size > 3 ? 3 : size; }

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < FDS && is_watched(path))
        paths[fd] = strdup(path);
    return fd;
}

static int open_any(int dir, const char *path, int flags, mode_t mode) {
    const char *name = flags & O_CREAT ? "create" : "open";
    if (is_watched(path) && strikes(name, path, "", flags & O_CREAT ? ROOM : PLAIN))
        return -1;
    return opened(REAL(int, openat, int, const char *, int, ...)(dir, path, flags, mode), path);
}

#define MODE(flags)                                                                                \
    mode_t mode = 0;                                                                               \
    if ((flags) & O_CREAT) {                                                                       \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode = va_arg(rest, mode_t);                                                               \
        va_end(rest);                                                                              \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) {
    MODE(flags)
    if (dir == AT_FDCWD)
        return open_any(dir, path, flags, mode);
    return (int)syscall(SYS_openat, dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...) { MODE(flags) return openat(dir, path, flags, mode); }

int close(int fd) {
    if (of(fd)) {
        int failed = strikes("close", of(fd), "", PLAIN);
        free(paths[fd]);
        paths[fd] = NULL;
        if (failed) { /* as Linux does: the descriptor is gone all the same */
            int error = errno;
            syscall(SYS_close, fd);
            errno = error;
            return -1;
        }
    }
    return REAL(int, close, int)(fd);
}

ssize_t read(int fd, void *bytes, size_t size) {
    if (of(fd) && strikes("read", of(fd), "", PLAIN))
        return -1;
    return REAL(ssize_t, read, int, void *, size_t)(fd, bytes, of(fd) ? shorter(size) : size);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t from) {
    if (of(fd) && strikes("pread", of(fd), "", PLAIN))
        return -1;
    return REAL(ssize_t, pread64, int, void *, size_t, off64_t)(fd, bytes, of(fd) ? shorter(size) : size, from);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    if (of(fd) && strikes("write", of(fd), "", ROOM))
        return -1;
    return REAL(ssize_t, write, int, const void *, size_t)(fd, bytes, of(fd) ? shorter(size) : size);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (of(fd) && strikes("write", of(fd), "", ROOM))
        return -1;
    return REAL(ssize_t, writev, int, const struct iovec *, int)(fd, parts, count);
}

int fsync(int fd) {
    if (of(fd) && strikes("fsync", of(fd), "", ROOM))
        return -1;
    return REAL(int, fsync, int)(fd);
}

int fdatasync(int fd) {
    if (of(fd) && strikes("fsync", of(fd), "", ROOM))
        return -1;
    return REAL(int, fdatasync, int)(fd);
}

int ftruncate64(int fd, off64_t size) {
    if (of(fd) && strikes("ftruncate", of(fd), "", ROOM))
        return -1;
    return REAL(int, ftruncate64, int, off64_t)(fd, size);
}

int flock(int fd, int what) {
    if (of(fd) && strikes("flock", of(fd), "", PLAIN))
        return -1;
    return REAL(int, flock, int, int)(fd, what);
}

int rename(const char *from, const char *to) {
    if (is_watched(to) && strikes("rename", from, to, PLAIN))
        return -1;
    return REAL(int, rename, const char *, const char *)(from, to);
}

int unlink(const char *path) {
    if (is_watched(path) && strikes("unlink", path, "", PLAIN))
        return -1;
    return REAL(int, unlink, const char *)(path);
}

int rmdir(const char *path) {
    if (is_watched(path) && strikes("rmdir", path, "", PLAIN))
        return -1;
    return REAL(int, rmdir, const char *)(path);
}

int mkdir(const char *path, mode_t mode) {
    if (is_watched(path) && strikes("mkdir", path, "", ROOM))
        return -1;
    return REAL(int, mkdir, const char *, mode_t)(path, mode);
}

int statx(int dir, const char *restrict path, int flags, unsigned mask, struct statx *restrict out) {
    const char *shown = is_watched(path) ? path : of(dir);
    if (shown && strikes("stat", shown, "", PLAIN))
        return -1;
    return REAL(int, statx, int, const char *, int, unsigned, struct statx *)(dir, path, flags, mask, out);
}

char *realpath(const char *restrict path, char *restrict out) {
    if (is_watched(path) && strikes("realpath", path, "", PLAIN))
        return NULL;
    return REAL(char *, realpath, const char *, char *)(path, out);
}

DIR *opendir(const char *path) {
    if (is_watched(path) && strikes("opendir", path, "", PLAIN))
        return NULL;
    DIR *folder = REAL(DIR *, opendir, const char *)(path);
    for (int i = 0; folder && is_watched(path) && i < FDS; i++)
        if (!folders[i].folder) {
            folders[i].folder = folder;
            folders[i].path = strdup(path);
            break;
        }
    return folder;
}

struct dirent64 *readdir64(DIR *folder) {
    for (int i = 0; i < FDS; i++)
        if (folders[i].folder == folder && strikes("readdir", folders[i].path, "", PLAIN))
            return NULL;
    return REAL(struct dirent64 *, readdir64, DIR *)(folder);
}

int closedir(DIR *folder) {
    for (int i = 0; i < FDS; i++)
        if (folders[i].folder == folder) {
            folders[i].folder = NULL;
            free(folders[i].path);
        }
    return REAL(int, closedir, DIR *)(folder);
}
