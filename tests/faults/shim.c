/* Loaded before the C library by the fault-point sweep: lets the n-th write or sync of files below
   one folder fail, as a full or broken disk does. Nothing fails until it is armed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITES = 0, SYNCS = 1 };

static char folder[4096];
static int armed_kind = -1;
static long armed_at;
static int armed_error;
static int armed_for_good;
static long counted[2];
static int failed;

/* Args: kind 0 writes, 1 syncs; at: which one fails, from 1; for_good: all later ones as well. */
void fault_arm(const char *below, int kind, long at, int error, int for_good)
{
    snprintf(folder, sizeof folder, "%s", below);
    counted[WRITES] = counted[SYNCS] = 0;
    failed = 0;
    armed_at = at;
    armed_error = error;
    armed_for_good = for_good;
    armed_kind = kind;
}

/* The disk is well again; how many calls failed. */
int fault_disarm(void)
{
    armed_kind = -1;
    return failed;
}

long fault_count(int kind) { return counted[kind]; }

static int below_folder(int file)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int fails(int kind, int file)
{
    if (armed_kind < 0 || !below_folder(file))
        return 0;
    counted[kind]++;
    if (kind != armed_kind)
        return 0;
    if (counted[kind] != armed_at && !(armed_for_good && counted[kind] > armed_at))
        return 0;
    failed++;
    errno = armed_error;
    return 1;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *data, size_t size)
{
    REAL(write);
    return fails(WRITES, file) ? -1 : real(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    REAL(pwrite);
    return fails(WRITES, file) ? -1 : real(file, data, size, at);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at)
{
    REAL(pwrite64);
    return fails(WRITES, file) ? -1 : real(file, data, size, at);
}

int fsync(int file)
{
    REAL(fsync);
    return fails(SYNCS, file) ? -1 : real(file);
}

int fdatasync(int file)
{
    REAL(fdatasync);
    return fails(SYNCS, file) ? -1 : real(file);
}
