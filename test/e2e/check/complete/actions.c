// Does to files below a directory everything that a build can do, by every way that the kernel offers, and says
// what it did: usage: actions DIRECTORY OUTSIDE TRUTH. OUTSIDE is a directory of the same file system that is not
// observed. Each line of TRUTH is KIND PID HEX-PATH [HEX-PATH-OF-RENAME]; a path that begins with @ is in
// OUTSIDE. What the file system refuses is not said.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int truth;
static char top[4096], outside[4096], truth_path[4096];

static void die(const char *what) {
  fprintf(stderr, "actions: %s: %s\n", what, strerror(errno));
  exit(1);
}

static char *hex(char *to, const char *bytes) {
  for (; *bytes; bytes++) to += sprintf(to, "%02x", (unsigned char)*bytes);
  return to;
}

// Paths are given below DIRECTORY, without a slash before them.
static void did(const char *kind, const char *path, const char *to) {
  static __thread char line[40000];
  char *end = line + sprintf(line, "%s %d ", kind, getpid());
  end = hex(end, *path == '@' ? "" : "/"), end = hex(end, path);
  if (to) end += sprintf(end, " "), end = hex(end, *to == '@' ? "" : "/"), end = hex(end, to);
  *end++ = '\n';
  if (write(truth, line, end - line) != end - line) die("truth");
}

static char *in(const char *format, ...) {
  static __thread char paths[8][4200];
  static __thread int next;
  char *path = paths[next++ % 8];
  va_list args;
  va_start(args, format);
  vsnprintf(path, sizeof paths[0], format, args);
  va_end(args);
  return path;
}

static void make_dir(const char *path) {
  if (mkdir(path, 0755)) die(path);
  did("create", path, NULL);
}

static void make_file(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (fd < 0) die(path);
  did("create", path, NULL);
  if (write(fd, path, strlen(path)) < 0) die(path);
  close(fd);
  did("write", path, NULL);
}

static void append(const char *path) {
  int fd = open(path, O_WRONLY | O_APPEND);
  if (fd < 0) die(path);
  if (write(fd, "more\n", 5) != 5) die(path);
  close(fd);
  did("write", path, NULL);
}

static void move(const char *from, const char *to) {
  if (rename(from, to)) die(from);
  did("rename", from, to);
}

static void drop(const char *path) {
  if (unlink(path)) die(path);
  did("delete", path, NULL);
}

static void drop_dir(const char *path) {
  if (rmdir(path)) die(path);
  did("delete", path, NULL);
}

static pid_t child(void (*body)(const char *), const char *path) {
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    body(path);
    _exit(0);
  }
  return pid;
}

static void await(pid_t pid) {
  int status;
  if (waitpid(pid, &status, 0) != pid || status) die("a child failed");
}

static void fresh_directories(void) {
  char path[4096] = "deep";
  make_dir(path);
  for (int i = 0; i < 40; i++) {
    strcat(path, "/d");
    make_dir(path);
    make_file(in("%s/f", path));
  }
  make_dir("wide");
  for (int i = 0; i < 300; i++) {
    make_dir(in("wide/%d", i));
    make_file(in("wide/%d/f", i));
  }
  make_dir("brief");
  for (int i = 0; i < 300; i++) {
    make_dir(in("brief/%d", i));
    make_file(in("brief/%d/f", i));
    drop(in("brief/%d/f", i));
    drop_dir(in("brief/%d", i));
  }
}

static void trees(void) {
  make_dir("t1"), make_dir("t1/a"), make_dir("t1/a/b"), make_file("t1/a/b/f");
  move("t1", "t2"), make_file("t2/a/b/g"), append("t2/a/b/f");
  move("t2/a", "t3"), make_file("t3/b/h"), make_dir("t3/b/new"), make_file("t3/b/new/i");
  make_dir("chroot.tmp"), make_dir("chroot"), make_file("chroot/f");
  move("chroot", "chroot.tmp/chroot"), make_file("chroot.tmp/chroot/g"), move("chroot.tmp", "chroot");
  append("chroot/chroot/f");
  make_dir("empty"), make_dir("full"), make_file("full/f");
  move("full", "empty"), append("empty/f");
  for (int i = 0; i < 100; i++) {
    make_dir(in("r%d", i));
    make_file(in("r%d/f", i));
    move(in("r%d", i), in("s%d", i));
    make_file(in("s%d/g", i));
  }
}

static void crossing(void) {
  make_dir("leaves"), make_file("leaves/f"), make_file("file-leaves");
  char *away = in("%s/away", outside), *file_away = in("%s/file-away", outside);
  if (rename("leaves", away)) die("leaves");
  did("rename", "leaves", "@away");
  if (rename("file-leaves", file_away)) die("file-leaves");
  did("rename", "file-leaves", "@file-away");
  char *there = in("%s/g", away);
  int fd = open(there, O_WRONLY | O_CREAT, 0644);
  if (fd < 0) die(there);
  close(fd);
  if (rename(away, "returns")) die("returns");
  did("rename", "@away", "returns");
  if (rename(file_away, "file-returns")) die("file-returns");
  did("rename", "@file-away", "file-returns");
  // By another process: what the one did outside and does again inside, the kernel tells of at once, as outside.
  await(child(append, "returns/g"));
  append("returns/f"), append("file-returns"), make_file("returns/h");
}

static void links(void) {
  make_file("original");
  if (link("original", "hard")) die("link");
  did("create", "hard", NULL);
  append("hard");
  if (symlink("original", "soft")) die("symlink");
  did("create", "soft", NULL);
  int fd = open("soft", O_WRONLY);
  close(fd);
  did("write", "original", NULL);
  if (mkfifo("fifo", 0600)) die("mkfifo");
  did("create", "fifo", NULL);
  if (mknod("device", S_IFCHR | 0600, makedev(1, 3)) == 0) did("create", "device", NULL);
  drop("original");
  append("hard");
}

static void nameless(void) {
  int fd = open(".", O_TMPFILE | O_RDWR, 0644);
  if (fd < 0) return; // overlayfs of older kernels
  if (write(fd, "x", 1) != 1) die("O_TMPFILE");
  if (linkat(AT_FDCWD, in("/proc/self/fd/%d", fd), AT_FDCWD, "named", AT_SYMLINK_FOLLOW)) die("linkat");
  did("create", "named", NULL);
  close(fd);
  append("named");
}

static void cut(const char *path) {
  if (truncate(path, 3)) die(path);
  did("write", path, NULL);
}

static void contents(void) {
  int fd = open("mapped", O_RDWR | O_CREAT, 0644);
  did("create", "mapped", NULL);
  if (ftruncate(fd, 8192)) die("ftruncate");
  char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) die("mmap");
  close(fd);
  memset(map, 'm', 8192);
  munmap(map, 8192);
  did("write", "mapped", NULL);
  make_file("cut-by-path");
  await(child(cut, "cut-by-path"));
  int from = open("mapped", O_RDONLY), to = open("copied", O_WRONLY | O_CREAT, 0644);
  did("create", "copied", NULL);
  if (copy_file_range(from, NULL, to, NULL, 100, 0) < 0 && sendfile(to, from, NULL, 100) < 0) die("copy");
  close(to), close(from);
  did("write", "copied", NULL);
  fd = open("allocated", O_WRONLY | O_CREAT, 0644);
  did("create", "allocated", NULL);
  fallocate(fd, 0, 0, 65536);
  if (pwrite(fd, "p", 1, 70000) != 1) die("pwrite");
  close(fd);
  did("write", "allocated", NULL);
  struct open_how how = {.flags = O_WRONLY | O_CREAT, .mode = 0644, .resolve = RESOLVE_BENEATH};
  fd = syscall(SYS_openat2, AT_FDCWD, "by-openat2", &how, sizeof how);
  if (fd < 0) die("openat2");
  did("create", "by-openat2", NULL);
  close(fd);
  did("write", "by-openat2", NULL);
}

// A ring of one entry, driven without a library.
struct ring {
  int fd;
  unsigned *tail, *mask, *array, *head;
  struct io_uring_sqe *entries;
  struct io_uring_cqe *results;
  unsigned *result_mask, *result_head;
};

static int open_ring(struct ring *ring) {
  struct io_uring_params p = {0};
  ring->fd = syscall(SYS_io_uring_setup, 4, &p);
  if (ring->fd < 0) return -1;
  size_t size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  size_t other = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
  char *sq = mmap(NULL, size > other ? size : other, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
  ring->entries = mmap(NULL, p.sq_entries * sizeof *ring->entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
                       IORING_OFF_SQES);
  if (sq == MAP_FAILED || ring->entries == MAP_FAILED) return -1;
  ring->tail = (unsigned *)(sq + p.sq_off.tail), ring->mask = (unsigned *)(sq + p.sq_off.ring_mask);
  ring->array = (unsigned *)(sq + p.sq_off.array);
  ring->results = (struct io_uring_cqe *)(sq + p.cq_off.cqes);
  ring->result_mask = (unsigned *)(sq + p.cq_off.ring_mask), ring->result_head = (unsigned *)(sq + p.cq_off.head);
  return 0;
}

static int submit(struct ring *ring, struct io_uring_sqe entry) {
  unsigned tail = *ring->tail, index = tail & *ring->mask;
  ring->entries[index] = entry;
  ring->array[index] = index;
  __atomic_store_n(ring->tail, tail + 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -errno;
  int result = ring->results[*ring->result_head & *ring->result_mask].res;
  __atomic_store_n(ring->result_head, *ring->result_head + 1, __ATOMIC_RELEASE);
  return result;
}

static void by_io_uring(void) {
  struct ring ring;
  if (open_ring(&ring)) return;
  struct io_uring_sqe make = {.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = (uintptr_t) "uring", .len = 0755};
  if (submit(&ring, make) < 0) return;
  did("create", "uring", NULL);
  struct io_uring_sqe begin = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t) "uring/f",
                               .len = 0644, .open_flags = O_WRONLY | O_CREAT};
  int fd = submit(&ring, begin);
  if (fd < 0) return;
  did("create", "uring/f", NULL);
  struct io_uring_sqe put = {.opcode = IORING_OP_WRITE, .fd = fd, .addr = (uintptr_t) "uring", .len = 5};
  if (submit(&ring, put) != 5) die("io_uring write");
  struct io_uring_sqe end = {.opcode = IORING_OP_CLOSE, .fd = fd};
  if (submit(&ring, end)) die("io_uring close");
  did("write", "uring/f", NULL);
  struct io_uring_sqe rename = {.opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = (uintptr_t) "uring/f",
                                .len = AT_FDCWD, .addr2 = (uintptr_t) "uring/g"};
  if (submit(&ring, rename)) return;
  did("rename", "uring/f", "uring/g");
  struct io_uring_sqe remove = {.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t) "uring/g"};
  if (submit(&ring, remove)) return;
  did("delete", "uring/g", NULL);
}

static void attributes(void) {
  make_file("plain");
  if (chmod("plain", 0600)) die("chmod");
  did("attributes", "plain", NULL);
  make_file("owned");
  if (chown("owned", 12, 34)) die("chown");
  did("attributes", "owned", NULL);
  make_file("marked");
  if (setxattr("marked", "trusted.isotrace", "1", 1, 0) == 0) did("attributes", "marked", NULL);
  make_file("dated");
  struct timespec times[2] = {{1, 0}, {2, 0}};
  if (utimensat(AT_FDCWD, "dated", times, 0)) die("utimensat");
  did("attributes", "dated", NULL);
  make_file("modified-then");
  struct timespec only[2] = {{0, UTIME_OMIT}, {3, 0}};
  if (utimensat(AT_FDCWD, "modified-then", only, 0)) die("utimensat");
  did("write", "modified-then", NULL); // as the kernel tells it (fsnotify: a change of mtime alone is a modification)
  make_dir("moded");
  if (chmod("moded", 0700)) die("chmod");
  did("attributes", "moded", NULL);
  if (symlink("nowhere", "dangling") || lchown("dangling", 1, 1)) die("lchown");
  did("create", "dangling", NULL), did("attributes", "dangling", NULL);
  int fd = open("plain", O_RDONLY);
  if (fchmod(fd, 0640) || futimens(fd, times)) die("fchmod");
  did("attributes", "plain", NULL);
  close(fd);
}

static void replacing(void) {
  int fd = open("gone", O_WRONLY | O_CREAT, 0644);
  did("create", "gone", NULL);
  drop("gone");
  if (write(fd, "x", 1) != 1) die("write");
  close(fd);
  make_file("old"), make_file("new"), move("new", "old");
  make_file("left"), make_file("right");
  if (renameat2(AT_FDCWD, "left", AT_FDCWD, "right", RENAME_EXCHANGE) == 0) {
    did("rename", "left", "right"), did("rename", "right", "left");
    append("left");
  }
  make_dir("x"), make_dir("y"), make_file("x/of-x"), make_file("y/of-y");
  if (renameat2(AT_FDCWD, "x", AT_FDCWD, "y", RENAME_EXCHANGE) == 0) {
    did("rename", "x", "y"), did("rename", "y", "x");
    append("x/of-y"), append("y/of-x"), make_file("x/later");
  }
  make_file("unique");
  if (renameat2(AT_FDCWD, "unique", AT_FDCWD, "unique2", RENAME_NOREPLACE) == 0) did("rename", "unique", "unique2");
}

static void make_in_grandchild(const char *path) { await(child(make_file, path)); }

static int inherited;
static void close_inherited(const char *path) {
  if (write(inherited, "child", 5) != 5) die(path);
  close(inherited);
  did("write", path, NULL);
}

static void forks(void) {
  await(child(make_file, "by-child"));
  await(child(make_in_grandchild, "by-grandchild"));
  inherited = open("closed-by-child", O_WRONLY | O_CREAT | O_APPEND, 0644);
  did("create", "closed-by-child", NULL);
  int gate[2];
  if (pipe(gate)) die("pipe");
  pid_t pid = fork();
  if (pid == 0) {
    char go;
    close(gate[1]);
    if (read(gate[0], &go, 1) < 0) die("read");
    close_inherited("closed-by-child");
    _exit(0);
  }
  close(inherited);
  close(gate[0]), close(gate[1]);
  await(pid);
  make_dir("many");
  for (int i = 0; i < 500; i++) await(child(make_file, in("many/%d", i)));
  if (system("echo shell > by-shell; (echo sub > by-subshell); cat by-shell > by-cat; true")) die("system");
  if (system("printf '#!/bin/sh\\necho \"$@\" > by-script\\n' > script; chmod +x script; ./script 1 '' 2")) die("script");
}

static void *in_thread(void *path) {
  make_file(path);
  return NULL;
}

static void threads(void) {
  pthread_t a, b;
  pthread_create(&a, NULL, in_thread, "by-thread-1");
  pthread_create(&b, NULL, in_thread, "by-thread-2");
  pthread_join(a, NULL), pthread_join(b, NULL);
}

static void in_chroot(const char *unused) {
  (void)unused;
  if (chroot("root") || chdir("/")) die("chroot");
  int fd = open("/inner/f", O_WRONLY | O_CREAT, 0644);
  if (fd < 0) die("/inner/f");
  did("create", "root/inner/f", NULL);
  close(fd);
  did("write", "root/inner/f", NULL);
  fd = open("/link-to-inner/g", O_WRONLY | O_CREAT, 0644);
  if (fd < 0) die("/link-to-inner/g");
  did("create", "root/inner/g", NULL);
  close(fd);
  did("write", "root/inner/g", NULL);
}

static void chroots(void) {
  make_dir("root"), make_dir("root/inner");
  if (symlink("/inner", "root/link-to-inner")) die("symlink");
  did("create", "root/link-to-inner", NULL);
  await(child(in_chroot, NULL));
}

static void in_namespace(const char *path) {
  if (unshare(CLONE_NEWNS)) die("unshare");
  make_file(path), append(path);
}

static void append_in_namespace(const char *path) {
  if (unshare(CLONE_NEWNS)) die("unshare");
  append(path);
}

static void namespaces(void) {
  await(child(in_namespace, "by-namespace"));
  make_file("appended-by-namespace");
  await(child(append_in_namespace, "appended-by-namespace"));
}

static void names(void) {
  make_dir("names");
  static const char *odd[] = {"new\nline", "\xff\xfe\x80", "sp ace ", "quote\"'\\", "tab\t", "\xc3\xa4", "-dash", "\x01\x7f"};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) make_file(in("names/%s", odd[i]));
  make_dir("names/\xff\n"), make_file("names/\xff\n/f"), move("names/\xff\n", "names/\xfe\n"), append("names/\xfe\n/f");
  char *longest = in("names/%0255d", 0);
  make_file(longest);
  // A path longer than PATH_MAX can only be walked.
  char path[12000] = "long";
  make_dir("long");
  if (chdir("long")) die("chdir");
  char part[201];
  memset(part, 'p', 200), part[200] = 0;
  for (int i = 0; i < 25; i++) {
    if (mkdir(part, 0755) || chdir(part)) die("long path");
    strcat(path, "/"), strcat(path, part);
    did("create", path, NULL);
  }
  int fd = open("end", O_WRONLY | O_CREAT, 0644);
  if (fd < 0) die("end");
  strcat(path, "/end");
  did("create", path, NULL);
  close(fd);
  did("write", path, NULL);
  if (chdir(top)) die(top);
}

static void open_truth(void) {
  truth = open(truth_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (truth < 0) die(truth_path);
}

// One process, many commands: the same pid must show each of them.
static void chain(char **argv, int step) {
  make_file(in("chain-%d", step));
  if (step == 0) return;
  char next[16];
  sprintf(next, "%d", step - 1);
  execl(argv[0], argv[0], argv[1], argv[2], argv[3], next, NULL);
  die("exec");
}

int main(int argc, char **argv) {
  if (argc < 4 || !realpath(argv[1], top) || !realpath(argv[2], outside)) die("usage: actions DIRECTORY OUTSIDE TRUTH");
  strcpy(truth_path, argv[3]);
  open_truth();
  if (chdir(top)) die(top);
  umask(022);
  if (argc > 4) {
    chain(argv, atoi(argv[4]));
    return 0;
  }
  fresh_directories(), trees(), crossing(), links(), nameless(), contents(), by_io_uring(), attributes(), replacing();
  forks(), threads(), chroots(), namespaces(), names();
  chain(argv, 5);
}
