/*
 * Preloaded into a program: while the file $FAILING_FILES exists, it names what fails there, one line each:
 * an error number, the operation (read, write, sync, open), and the start of the paths that it fails for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* System calls of libc that are not among the replaced ones. */
static int fails(const char *operation, const char *path) {
  static __thread int inside;
  const char *file = getenv("FAILING_FILES");
  char kind[16], start[4096];
  int number, found = 0, before = errno;
  if (inside || file == NULL || access(file, R_OK) != 0) {
    errno = before;
    return 0;
  }
  inside = 1;
  FILE *lines = fopen(file, "re");
  while (lines != NULL && !found && fscanf(lines, "%d %15s %4095s", &number, kind, start) == 3)
    found = strcmp(kind, operation) == 0 && strncmp(path, start, strlen(start)) == 0;
  if (lines != NULL) fclose(lines);
  inside = 0;
  errno = found ? number : before;
  return found;
}

static int fails_of(const char *operation, int fd) {
  char link[64], path[4096];
  int before = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = getenv("FAILING_FILES") == NULL ? -1 : readlink(link, path, sizeof path - 1);
  errno = before;
  if (length < 0 || path[0] != '/') return 0;
  path[length] = 0;
  return fails(operation, path);
}

#define FAILING(type, name, operation, parameters, arguments)                                                          \
  type name parameters {                                                                                               \
    return fails_of(operation, fd) ? -1 : REAL(name) arguments;                                                        \
  }

FAILING(ssize_t, read, "read", (int fd, void *to, size_t count), (fd, to, count))
FAILING(ssize_t, pread, "read", (int fd, void *to, size_t count, off_t at), (fd, to, count, at))
FAILING(ssize_t, pread64, "read", (int fd, void *to, size_t count, off64_t at), (fd, to, count, at))
FAILING(ssize_t, write, "write", (int fd, const void *from, size_t count), (fd, from, count))
FAILING(ssize_t, pwrite, "write", (int fd, const void *from, size_t count, off_t at), (fd, from, count, at))
FAILING(ssize_t, pwrite64, "write", (int fd, const void *from, size_t count, off64_t at), (fd, from, count, at))
FAILING(ssize_t, writev, "write", (int fd, const struct iovec *from, int count), (fd, from, count))
FAILING(ssize_t, pwritev, "write", (int fd, const struct iovec *from, int count, off_t at), (fd, from, count, at))
FAILING(ssize_t, pwritev64, "write", (int fd, const struct iovec *from, int count, off64_t at), (fd, from, count, at))
FAILING(int, fsync, "sync", (int fd), (fd))
FAILING(int, fdatasync, "sync", (int fd), (fd))

#define FAILING_OPEN(name)                                                                                             \
  int name(const char *path, int flags, ...) {                                                                         \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode_t mode = va_arg(more, mode_t);                                                                                \
    va_end(more);                                                                                                      \
    return fails("open", path) ? -1 : REAL(name)(path, flags, mode);                                                   \
  }

FAILING_OPEN(open)
FAILING_OPEN(open64)
