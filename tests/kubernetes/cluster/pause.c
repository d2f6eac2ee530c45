/* The first process of every pod: holds the pod's namespaces until it is told to end. */
#include <signal.h>
#include <unistd.h>

static void end(int signal) { _exit(128 + signal); }

int main(void) {
  signal(SIGTERM, end);
  signal(SIGINT, end);
  signal(SIGCHLD, SIG_IGN); /* nobody else collects orphans */
  for (;;) pause();
}
