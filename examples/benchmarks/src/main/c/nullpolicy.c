/* SPDX-License-Identifier: Apache-2.0 */
/* nullpolicy PORT - answers every policy request DUNNO: the floor (kernel + generator) on this machine. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(atoi(argc > 1 ? argv[1] : "10900")) };
    int l = socket(AF_INET, SOCK_STREAM, 0), e = epoll_create1(0), one = 1, i, n; static char b[65536];
    struct epoll_event ev[64], x = { .events = EPOLLIN, .data.fd = l };
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(l, (void *)&a, sizeof a) || listen(l, 512)) return 1;
    epoll_ctl(e, EPOLL_CTL_ADD, l, &x);
    for (;;) for (n = epoll_wait(e, ev, 64, -1), i = 0; i < n; i++) {
        int fd = ev[i].data.fd; ssize_t r;
        if (fd == l) { x.data.fd = accept(l, 0, 0); setsockopt(x.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); epoll_ctl(e, EPOLL_CTL_ADD, x.data.fd, &x); continue; }
        if ((r = recv(fd, b, sizeof b, 0)) <= 0) { close(fd); continue; }
        if (r >= 2 && !memcmp(b + r - 2, "\n\n", 2)) send(fd, "action=DUNNO\n\n", 14, MSG_NOSIGNAL);
    }
}
