/* pause: the first process of a pod. It holds the pod's namespaces, and as process 1 of a shared
 * pid namespace it reaps the orphans of the other containers. It ends on SIGTERM and SIGINT.
 * pause -d ...: gives up root first; what follows is for whoever reads the process list.
 * pause -u, pause -n: makes a user namespace, with -n a network namespace of that one's too, says so with
 * a byte, 0 or the error's number, and is there for them until its input ends. A program of many threads cannot do that itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The user of the pause image: nobody, and nobody's in particular. */
#define NOBODY 65535

#ifndef VERSION
#define VERSION "dev"
#endif

static int hold_namespaces(int which)
{
    char byte = unshare(which) ? (char)errno : 0;
    ssize_t count;

    if (write(STDOUT_FILENO, &byte, 1) != 1 || byte)
        return 1;
    while ((count = read(STDIN_FILENO, &byte, 1)) > 0)
        ;
    return count < 0;
}

int main(int argc, char **argv)
{
    sigset_t set;
    int signal_number, status;

    if (argc > 1 && strcmp(argv[1], "-v") == 0)
        return puts("pause " VERSION) == EOF;

    if (argc > 1 && strcmp(argv[1], "-u") == 0)
        return hold_namespaces(CLONE_NEWUSER);
    if (argc > 1 && strcmp(argv[1], "-n") == 0)
        return hold_namespaces(CLONE_NEWUSER | CLONE_NEWNET);

    if (argc > 1 && strcmp(argv[1], "-d") == 0 &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))) {
        perror("pause: give up root");
        return 1;
    }

    /* Blocked and fetched by sigwait: as process 1 it gets no default action, and no handler can be interrupted. */
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);

    /* A child may have been inherited and be dead already, before SIGCHLD was blocked: look before waiting. */
    for (;;) {
        while (waitpid(-1, &status, WNOHANG) > 0)
            ;
        if (sigwait(&set, &signal_number) == 0 && signal_number != SIGCHLD)
            return 0;
    }
}
