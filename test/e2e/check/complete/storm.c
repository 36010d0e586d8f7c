// Makes, renames and removes files from many short-lived processes at once. Every name says which process made
// it, so that whoever reads of it can tell whether the right one is named.
//   usage: storm DIRECTORY WORKERS CHILDREN FILES
// Each of WORKERS processes forks CHILDREN, one after another; each makes FILES files INDEX.PID.START, then
// renames the files of the child before it to INDEX.PID.START~PID.START and removes them, so that maker and
// remover differ. START is field 22 of /proc/PID/stat (proc(5)).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int files;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void identity(char *name) {
  char stat[1024];
  int fd = open("/proc/self/stat", O_RDONLY);
  ssize_t length = read(fd, stat, sizeof stat - 1);
  if (length <= 0) die("/proc/self/stat");
  close(fd);
  stat[length] = 0;
  char *field = strrchr(stat, ')') + 1;
  for (int i = 3; i < 22; i++) field = strchr(field + 1, ' ');
  sprintf(name, "%d.%lu", getpid(), strtoul(field + 1, NULL, 10));
}

static void make(long index, const char *self) {
  char name[100];
  sprintf(name, "%ld.%s", index, self);
  int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (fd < 0 || write(fd, name, strlen(name)) < 0) die(name);
  close(fd);
}

static void take(long index, const char *maker, const char *self) {
  char from[100], to[200];
  sprintf(from, "%ld.%s", index, maker);
  sprintf(to, "%s~%s", from, self);
  if (rename(from, to) || unlink(to)) die(from);
}

static void work(long first, int children) {
  char before[64] = "", self[64];
  int pipes[2];
  if (pipe(pipes)) die("pipe");
  for (int child = 0; child <= children; child++) {
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
      identity(self);
      if (write(pipes[1], self, sizeof self) != sizeof self) die("pipe");
      long own = first + (long)child * files;
      for (int i = 0; i < files; i++) {
        if (child < children) make(own + i, self);
        if (child > 0) take(own - files + i, before, self);
      }
      _exit(0);
    }
    int status;
    if (read(pipes[0], before, sizeof before) != sizeof before) die("a child");
    if (waitpid(pid, &status, 0) != pid || status) die("a child failed");
  }
}

int main(int argc, char **argv) {
  if (argc != 5 || chdir(argv[1])) die("usage: storm DIRECTORY WORKERS CHILDREN FILES");
  int workers = atoi(argv[2]), children = atoi(argv[3]);
  files = atoi(argv[4]);
  for (int worker = 0; worker < workers; worker++) {
    char directory[20];
    sprintf(directory, "%d", worker);
    if (mkdir(directory, 0755)) die(directory);
    if (fork() == 0) {
      if (chdir(directory)) die(directory);
      work((long)worker * children * files, children);
      _exit(0);
    }
  }
  int status, failed = 0;
  while (wait(&status) > 0) failed |= status;
  return failed != 0;
}
