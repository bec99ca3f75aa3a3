/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fsyncrate - how often a second the disk under DIRECTORY makes 4 KiB durable: appends them to a file and calls
 * fdatasync, one after the other, for SECONDS. Prints that rate.
 *
 * Build:  gcc -O2 -Wall -Wextra -o fsyncrate fsyncrate.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static char block[4096];
    double begin, seconds, end;
    long count = 0;
    int fd;

    if (argc != 3 || (seconds = atof(argv[2])) <= 0) {
        fputs("usage: fsyncrate DIRECTORY SECONDS\n", stderr);
        return 2;
    }
    memset(block, 'x', sizeof block);
    /* A file without a name: nothing is left behind. */
    fd = open(argv[1], O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd == -1) {
        perror(argv[1]);
        return 1;
    }
    begin = now();
    do {
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd) == -1) {
            perror("fsyncrate");
            return 1;
        }
        count++;
        end = now();
    } while (end - begin < seconds);
    printf("%.0f\n", (double)count / (end - begin));
    return 0;
}
