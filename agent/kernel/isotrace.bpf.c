// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What processes do, and what they ask of their environment, into one ring buffer.
 *
 * The object beside this file is committed and is made by build-bpf.sh with Debian clang version 14.0.6:
 *
 *   clang -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu \
 *     -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. -Wall -Werror -c isotrace.bpf.c -o isotrace.bpf.o
 *   llvm-strip-14 -g isotrace.bpf.o
 *
 * The records' layout is defined here and, for the reader, in layout.ts; a test compares the two with the compiler's.
 * Kernel 5.17 or later. Tracepoints only: locked-down kernels, and those without kprobes, refuse the other ways.
 *
 * Kernel types are cut down to the fields used; libbpf relocates them to the running kernel (CO-RE).
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* ---- kernel types ------------------------------------------------------------------------------------- */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
	struct pid *pids[4];
	unsigned int flags;
	int group_exit_code;
};

struct super_block {
	unsigned int s_dev;
};

struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct sock {
	unsigned short sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct file {
	unsigned int f_mode;
	struct inode *f_inode;
	struct path f_path;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end;
	struct file *exe_file;
};

typedef struct {
	unsigned int val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct thread_info {
	unsigned int status;
};

struct task_struct {
	struct thread_info thread_info;
	int pid, tgid;
	__u64 start_boottime;
	struct task_struct *group_leader, *real_parent;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	const struct cred *cred;
	int exit_code;
};

struct linux_binprm {
	const char *filename;
};

struct pt_regs {
	unsigned long r10, r9, r8, ax, dx, si, di, orig_ax;
};

#pragma clang attribute pop

/* ---- records (layout.ts holds the same) ------------------------------------------------------------- */

enum kind {
	KIND_FORK = 1,
	KIND_EXEC = 2,
	KIND_EXIT = 3,
	KIND_NEEDS = 4,
	KIND_CONNECT = 5,
	/* Not a record: processes whose needs found no room in the table. Only counted in `losses`. */
	KIND_NEEDS_TABLE = 6,
	KINDS = 8,
};

enum exec_flag {
	ARGV_TRUNCATED = 1 << 0,
	/* Part of the argument block was not resident: what follows it is missing. */
	ARGV_UNREADABLE = 1 << 1,
	EXE_TRUNCATED = 1 << 2,
	/* The walk up ended above or beside the task's root: a detached mount, memfd or escaped directory. */
	EXE_UNREACHABLE = 1 << 3,
	CWD_TRUNCATED = 1 << 4,
	CWD_UNREACHABLE = 1 << 5,
	/* The environment block was read (maintainer scripts only). */
	ENV_PRESENT = 1 << 6,
	/* Its beginning is missing: setenv(3) appends, so the end is worth more. */
	ENV_TRUNCATED = 1 << 7,
	ENV_UNREADABLE = 1 << 8,
	FILENAME_TRUNCATED = 1 << 9,
};

struct header {
	__u32 size; /* of the whole record; the ring's own length may be larger */
	__u16 kind;
	__u16 flags;
	__u64 time; /* CLOCK_BOOTTIME, ns */
	__u32 pid; /* thread group id in the reader's pid namespace */
	__u32 reserved;
	__u64 start; /* the group leader's start, CLOCK_BOOTTIME, ns */
};

struct fork_record {
	struct header h; /* the process that called fork, vfork, clone */
	__u32 child;
	__u32 reserved;
	__u64 child_start;
};

struct exit_record {
	struct header h;
	__u32 status; /* as wait(2) would give it */
	__u32 reserved;
};

struct exec_record {
	struct header h;
	__u32 parent; /* 0: not in the reader's pid namespace */
	__u32 uid; /* in the initial user namespace */
	__u64 parent_start;
	__u64 root_inode;
	__u64 cwd_inode;
	__u64 exe_inode;
	__u64 stdout_inode; /* 0: not a regular file that it can write to */
	__u64 stderr_inode;
	__u32 root_device; /* kernel encoding: major << 20 | minor */
	__u32 cwd_device;
	__u32 exe_device;
	__u32 argv_total; /* bytes in the process, also if fewer follow */
	__u32 env_total;
	/* Bytes that follow, in this order. */
	__u32 filename_size;
	__u32 exe_size; /* components, each ended by NUL, leaf first */
	__u32 cwd_size;
	__u32 env_size;
	__u32 argv_size;
};

enum need {
	NEED_GETRANDOM = 0, /* calls other than glibc's own draw */
	NEED_GETRANDOM_FLAGS, /* of those, or-ed */
	NEED_GLIBC_DRAW, /* 8 bytes, GRND_NONBLOCK: malloc's tcache key at program start */
	NEED_VDSO_RANDOM, /* mmap(MAP_DROPPABLE): the state of glibc 2.41's getrandom, whose draws no tap sees */
	NEED_UNAME,
	NEED_SYSINFO,
	NEED_AFFINITY,
	NEED_DEV_RANDOM,
	NEED_DEV_URANDOM,
	NEED_RANDOM_BOOT_ID,
	NEED_RANDOM_UUID,
	NEED_RANDOM_OTHER,
	NEED_CPUINFO,
	NEED_MEMINFO,
	NEED_UPTIME,
	NEED_VERSION,
	NEED_KERNEL_HOSTNAME,
	NEED_OSRELEASE,
	NEED_MACHINE_ID,
	NEED_ETC_HOSTNAME,
	NEED_TIMEZONE,
	NEED_LOCALTIME,
	NEEDS,
};

struct needs_record {
	struct header h;
	__u64 getrandom_bytes; /* of the calls in NEED_GETRANDOM */
	__u32 counts[NEEDS];
};

struct connect_record {
	struct header h;
	__u16 family; /* AF_INET 2, AF_INET6 10 */
	__u16 port;
	__u32 protocol; /* IPPROTO_TCP 6, IPPROTO_UDP 17, ... */
	__u8 address[16]; /* AF_INET: the first four */
	__s32 result; /* 0 or -EINPROGRESS */
	__u32 reserved;
};

/* ---- settings and maps ------------------------------------------------------------------------------ */

struct settings {
	__u64 wake_bytes; /* wake the reader when this much is unread */
	__u32 pid_namespace; /* inode of /proc/self/ns/pid */
	__u32 needs; /* 1: flush needs at exec and exit */
};

/* Written by user space before loading; in a section, so a map, of its own. */
const volatile struct settings settings SEC(".rodata.settings") = { .wake_bytes = 1 << 21 };

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

/* Records of each kind that found no room in `events`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KINDS);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

#define PATH_MAX 4096
#define NAME_ROOM 256
#define DEPTH 64
#define ENV_MAX 4096
#define ARGV_SMALL 8192
#define ARGV_MAX 131072
/* What precedes argv: a mask, which the verifier follows more easily than comparisons. */
#define PREFIX_MASK 0x3fff
_Static_assert(3 * (PATH_MAX + NAME_ROOM) + ENV_MAX < PREFIX_MASK + 1 + PATH_MAX, "prefix fits");

struct walk {
	struct vfsmount *mnt, *root_mnt;
	struct dentry *dentry, *root_dentry;
	__u32 offset;
};

struct scratch {
	struct exec_record r;
	__u8 data[PREFIX_MASK + 1 + ARGV_SMALL];
	struct walk walk;
};

struct large {
	struct exec_record r;
	__u8 data[PREFIX_MASK + 1 + ARGV_MAX];
};

/* One exec on one CPU at a time: tracepoints run with preemption off, and a program's nested run is refused. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct needs {
	__u64 start;
	__u64 getrandom_bytes;
	__u32 counts[NEEDS];
};

/* By thread group id (of the initial namespace). An entry with another start is a leftover and is overwritten. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct needs);
} needs_table SEC(".maps");

/* ---- common ----------------------------------------------------------------------------------------- */

static __always_inline void lose(__u32 kind)
{
	__u64 *count = bpf_map_lookup_elem(&losses, &kind);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/* The reader polls on a timer: waking it for each record would cost more than the record. */
static __always_inline __u64 wakeup(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > settings.wake_bytes ? BPF_RB_FORCE_WAKEUP
										    : BPF_RB_NO_WAKEUP;
}

/* The thread group's id in the reader's pid namespace, 0 if it has none there. */
static __always_inline __u32 pid_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, signal, pids[1]);
	unsigned int level = BPF_CORE_READ(pid, level);
	/* An array of a length known at run time only (a flexible one on newer kernels): stepped through by hand. */
	void *numbers = (void *)pid + bpf_core_field_offset(struct pid, numbers);
	unsigned int step = bpf_core_type_size(struct upid);

	for (unsigned int i = 0; i < 33 && i <= level; i++) {
		struct upid *upid = numbers + i * step;

		if (BPF_CORE_READ(upid, ns, ns.inum) == settings.pid_namespace)
			return BPF_CORE_READ(upid, nr);
	}
	return 0;
}

static __always_inline __u64 start_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader, start_boottime);
}

static __always_inline void head(struct header *h, __u16 kind, __u32 size, __u32 pid, __u64 start)
{
	h->size = size;
	h->kind = kind;
	h->flags = 0;
	h->time = bpf_ktime_get_boot_ns();
	h->pid = pid;
	h->reserved = 0;
	h->start = start;
}

/* ---- needs: flushed before what ends them ------------------------------------------------------------ */

static __always_inline void flush_needs(struct task_struct *task, __u32 pid, __u64 start)
{
	__u32 tgid = task->tgid;
	struct needs_record *record;
	struct needs *needs;
	__u32 any = 0;

	if (!settings.needs)
		return;
	needs = bpf_map_lookup_elem(&needs_table, &tgid);
	if (!needs)
		return;
	if (needs->start == start) {
		for (int i = 0; i < NEEDS; i++)
			if (i != NEED_GLIBC_DRAW)
				any |= needs->counts[i];
	}
	if (any) {
		record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
		if (record) {
			head(&record->h, KIND_NEEDS, sizeof(*record), pid, start);
			record->getrandom_bytes = needs->getrandom_bytes;
			__builtin_memcpy(record->counts, needs->counts, sizeof(record->counts));
			bpf_ringbuf_submit(record, wakeup());
		} else {
			lose(KIND_NEEDS);
		}
	}
	bpf_map_delete_elem(&needs_table, &tgid);
}

/* ---- fork, exit ----------------------------------------------------------------------------------------- */

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct fork_record *record;
	__u32 pid;

	if (child->pid != child->tgid)
		return 0;
	pid = pid_of(child);
	if (!pid)
		return 0;
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		lose(KIND_FORK);
		return 0;
	}
	head(&record->h, KIND_FORK, sizeof(*record), pid_of(parent), start_of(parent));
	record->child = pid;
	record->reserved = 0;
	record->child_start = child->start_boottime;
	bpf_ringbuf_submit(record, wakeup());
	return 0;
}

#define SIGNAL_GROUP_EXIT 4

/*
 * When the last thread dies. Two threads that die together may both find themselves last: then there are two records,
 * and the reader ignores the second. Files are closed after this point: their events come later.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	struct exit_record *record;
	__u64 start;
	__u32 pid;

	if (signal->live.counter)
		return 0;
	pid = pid_of(task);
	if (!pid)
		return 0;
	start = start_of(task);
	flush_needs(task, pid, start);
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		lose(KIND_EXIT);
		return 0;
	}
	head(&record->h, KIND_EXIT, sizeof(*record), pid, start);
	record->status = signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : task->group_leader->exit_code;
	record->reserved = 0;
	bpf_ringbuf_submit(record, wakeup());
	return 0;
}

/* ---- exec -------------------------------------------------------------------------------------------------- */

/*
 * Components of a path from its leaf up to the task's root, each ended by NUL, into data at offset.
 * Returns the offset after them, in the low 16 bits, and flags above: 1 truncated, 2 unreachable.
 * The walk's state is kept in the map, where the verifier knows nothing of it, so each round looks the same to it.
 */
static __noinline __u64 put_path(struct scratch *s, __u32 begin, struct vfsmount *mnt, struct dentry *dentry)
{
	volatile struct walk *walk = &s->walk;

	walk->offset = begin;
	walk->mnt = mnt;
	walk->dentry = dentry;
	for (int i = 0; i < DEPTH; i++) {
		struct dentry *parent, *mount_root;
		__u32 offset = walk->offset;
		long n;

		mnt = walk->mnt;
		dentry = walk->dentry;
		if (dentry == walk->root_dentry && mnt == walk->root_mnt)
			return offset & 0xffff;
		mount_root = BPF_CORE_READ(mnt, mnt_root);
		parent = BPF_CORE_READ(dentry, d_parent);
		if (dentry == mount_root || dentry == parent) {
			struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
			struct mount *above = BPF_CORE_READ(mount, mnt_parent);

			if (dentry != mount_root || above == mount)
				return (offset & 0xffff) | 2 << 16;
			walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			walk->mnt = (void *)above + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		if (offset - begin > PATH_MAX)
			break;
		n = bpf_probe_read_kernel_str(&s->data[offset & PREFIX_MASK], NAME_ROOM,
					      BPF_CORE_READ(dentry, d_name.name));
		if (n <= 0)
			break;
		walk->offset = offset + n;
		walk->dentry = parent;
	}
	return (walk->offset & 0xffff) | 1 << 16;
}

static __always_inline void identity(struct dentry *dentry, __u64 *inode, __u32 *device)
{
	struct inode *node = BPF_CORE_READ(dentry, d_inode);

	*inode = BPF_CORE_READ(node, i_ino);
	*device = BPF_CORE_READ(node, i_sb, s_dev);
}

#define FMODE_WRITE 2
#define S_IFMT 0170000
#define S_IFREG 0100000

/* The inode of the regular file that the task's descriptor writes to, 0 if there is none. */
static __always_inline __u64 written_by(struct task_struct *task, unsigned int fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file *file, **files = BPF_CORE_READ(table, fd);
	struct inode *inode;

	if (fd >= BPF_CORE_READ(table, max_fds) || bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	if (!(BPF_CORE_READ(file, f_mode) & FMODE_WRITE) || (BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG)
		return 0;
	return BPF_CORE_READ(inode, i_ino);
}

static __always_inline int is_maintainer_script(struct scratch *s)
{
	static const char directory[] = "/var/lib/dpkg/";

	for (int i = 0; i < sizeof(directory) - 1; i++)
		if (s->data[i] != directory[i])
			return 0;
	return 1;
}

/* Up to ARGV_MAX bytes of argv behind the prefix, in a record of the largest size. */
static __noinline int submit_large(struct scratch *s, __u32 offset, __u64 from, __u32 total)
{
	struct large *large = bpf_ringbuf_reserve(&events, sizeof(*large), 0);
	__u32 n = total;

	if (!large)
		return 0;
	if (n > ARGV_MAX)
		n = ARGV_MAX;
	offset &= PREFIX_MASK;
	bpf_probe_read_kernel(large, sizeof(struct exec_record) + offset, s);
	if (n < total)
		large->r.h.flags |= ARGV_TRUNCATED;
	if (bpf_probe_read_user(&large->data[offset], n, (void *)from)) {
		bpf_ringbuf_discard(large, BPF_RB_NO_WAKEUP);
		return 0;
	}
	large->r.argv_size = n;
	large->r.h.size = sizeof(struct exec_record) + offset + n;
	bpf_ringbuf_submit(large, wakeup());
	return 1;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct mm_struct *mm = task->mm;
	struct fs_struct *fs = task->fs;
	struct file *exe = mm->exe_file;
	__u64 from = mm->arg_start, env_from = mm->env_start;
	__u32 total = mm->arg_end - from, env_total = mm->env_end - env_from;
	struct task_struct *parent = task->real_parent;
	__u32 zero = 0, pid = pid_of(task), offset, n;
	__u64 start = start_of(task), walked;
	struct exec_record *r;
	struct scratch *s;
	__u16 flags = 0;
	long length;

	if (!pid)
		return 0;
	flush_needs(task, pid, start);
	s = bpf_map_lookup_elem(&scratches, &zero);
	if (!s)
		return 0;
	s->walk.root_mnt = fs->root.mnt;
	s->walk.root_dentry = fs->root.dentry;
	r = &s->r;
	head(&r->h, KIND_EXEC, 0, pid, start);
	r->parent = pid_of(parent);
	r->parent_start = start_of(parent);
	r->uid = task->cred->uid.val;
	identity(fs->root.dentry, &r->root_inode, &r->root_device);
	identity(fs->pwd.dentry, &r->cwd_inode, &r->cwd_device);
	identity(exe->f_path.dentry, &r->exe_inode, &r->exe_device);
	r->stdout_inode = written_by(task, 1);
	r->stderr_inode = written_by(task, 2);
	r->argv_total = total;
	r->env_total = env_total;
	r->env_size = 0;

	length = bpf_probe_read_kernel_str(s->data, PATH_MAX, bprm->filename);
	if (length == PATH_MAX)
		flags |= FILENAME_TRUNCATED;
	offset = length > 0 ? length - 1 : 0;
	r->filename_size = offset;

	walked = put_path(s, offset, exe->f_path.mnt, exe->f_path.dentry);
	r->exe_size = (walked & 0xffff) - offset;
	flags |= (walked >> 16) * EXE_TRUNCATED;
	offset = walked & 0xffff;

	walked = put_path(s, offset, fs->pwd.mnt, fs->pwd.dentry);
	r->cwd_size = (walked & 0xffff) - offset;
	flags |= (walked >> 16) * CWD_TRUNCATED;
	offset = walked & PREFIX_MASK;

	if (is_maintainer_script(s)) {
		flags |= ENV_PRESENT;
		n = env_total;
		if (n > ENV_MAX) {
			env_from += n - ENV_MAX;
			n = ENV_MAX;
			flags |= ENV_TRUNCATED;
		}
		if (bpf_probe_read_user(&s->data[offset], n, (void *)env_from)) {
			n = 0;
			flags |= ENV_UNREADABLE;
		}
		r->env_size = n;
		offset += n;
	}
	r->h.flags = flags;

	if (total > ARGV_SMALL && submit_large(s, offset, from, total))
		return 0;

	offset &= PREFIX_MASK;
	n = total;
	if (n > ARGV_SMALL) {
		n = ARGV_SMALL;
		flags |= ARGV_TRUNCATED;
	}
	if (bpf_probe_read_user(&s->data[offset], n, (void *)from)) {
		/* Rather its first page than nothing. */
		__u32 first = 4096 - (from & 4095);

		if (n > first)
			n = first;
		flags |= ARGV_UNREADABLE;
		if (bpf_probe_read_user(&s->data[offset], n, (void *)from))
			n = 0;
	}
	r->argv_size = n;
	r->h.flags = flags;
	r->h.size = sizeof(*r) + offset + n;
	if (bpf_ringbuf_output(&events, s, sizeof(*r) + offset + n, wakeup()))
		lose(KIND_EXEC);
	return 0;
}

/* ---- taps: what a process asks of its environment ------------------------------------------------------ */

#define EINPROGRESS 115
#define AF_INET 2
#define AF_INET6 10
#define GRND_NONBLOCK 1
#define MAP_TYPE 0x0f
#define MAP_DROPPABLE 0x08
#define TS_COMPAT 2

/* The current process's counts, made on first use; NULL if the table is full (counted) or it has no pid for us. */
static __always_inline struct needs *own_needs(void)
{
	static const struct needs none;
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 start = task->group_leader->start_boottime;
	__u32 tgid = task->tgid;
	struct needs *needs;

	if (task->thread_info.status & TS_COMPAT)
		return 0;
	needs = bpf_map_lookup_elem(&needs_table, &tgid);
	if (needs && needs->start == start)
		return needs;
	if (bpf_map_update_elem(&needs_table, &tgid, &none, BPF_ANY)) {
		lose(KIND_NEEDS_TABLE);
		return 0;
	}
	needs = bpf_map_lookup_elem(&needs_table, &tgid);
	if (needs)
		needs->start = start;
	return needs;
}

static __always_inline int count(enum need need)
{
	struct needs *needs = own_needs();

	if (needs)
		__sync_fetch_and_add(&needs->counts[need], 1);
	return 0;
}

static __always_inline int tap_getrandom(unsigned long size, unsigned long flags, long result)
{
	struct needs *needs;

	if (size == 8 && flags == GRND_NONBLOCK)
		return count(NEED_GLIBC_DRAW);
	needs = own_needs();
	if (!needs)
		return 0;
	__sync_fetch_and_add(&needs->counts[NEED_GETRANDOM], 1);
	if (result > 0)
		__sync_fetch_and_add(&needs->getrandom_bytes, result);
	needs->counts[NEED_GETRANDOM_FLAGS] |= (__u32)flags;
	return 0;
}

#define WORD(a, b, c, d, e, f, g, h) \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 | (__u64)(f) << 40 | \
	 (__u64)(g) << 48 | (__u64)(h) << 56)

struct place {
	char path[40];
	__u32 length; /* compared; with the NUL: exactly, without: a prefix */
	enum need need;
};

#define EXACTLY(path, need) { path, sizeof(path), need }
#define BELOW(path, need) { path, sizeof(path) - 1, need }

/*
 * Absolute paths only, as the program spelled them: a relative path would need the directory's walk at each open, and
 * no program is known that opens these relatively.
 */
static const struct place places[] = {
	EXACTLY("/etc/localtime", NEED_LOCALTIME),
	EXACTLY("/proc/sys/kernel/random/boot_id", NEED_RANDOM_BOOT_ID),
	EXACTLY("/proc/sys/kernel/random/uuid", NEED_RANDOM_UUID),
	BELOW("/proc/sys/kernel/random/", NEED_RANDOM_OTHER),
	EXACTLY("/proc/sys/kernel/hostname", NEED_KERNEL_HOSTNAME),
	EXACTLY("/proc/sys/kernel/osrelease", NEED_OSRELEASE),
	EXACTLY("/proc/cpuinfo", NEED_CPUINFO),
	EXACTLY("/proc/meminfo", NEED_MEMINFO),
	EXACTLY("/proc/uptime", NEED_UPTIME),
	EXACTLY("/proc/version", NEED_VERSION),
	EXACTLY("/dev/urandom", NEED_DEV_URANDOM),
	EXACTLY("/dev/random", NEED_DEV_RANDOM),
	EXACTLY("/etc/machine-id", NEED_MACHINE_ID),
	EXACTLY("/etc/hostname", NEED_ETC_HOSTNAME),
	EXACTLY("/etc/timezone", NEED_TIMEZONE),
};

static __noinline int tap_place(unsigned long address)
{
	char path[40] = {};

	if (bpf_probe_read_user_str(path, sizeof(path), (void *)address) < 0)
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int same = 1;

#pragma clang loop unroll(full)
		for (int j = 0; j < 40; j++)
			if (j < places[i].length && path[j] != places[i].path[j])
				same = 0;
		if (same)
			return count(places[i].need);
	}
	return 0;
}

/* Most opens end after one read of eight bytes. It cannot fail for a path of interest: the kernel has just read it. */
static __always_inline int tap_open(unsigned long address, long result)
{
	__u64 first;

	if (result < 0 || bpf_probe_read_user(&first, sizeof(first), (void *)address))
		return 0;
	switch (first) {
	case WORD('/', 'e', 't', 'c', '/', 'l', 'o', 'c'):
	case WORD('/', 'e', 't', 'c', '/', 'm', 'a', 'c'):
	case WORD('/', 'e', 't', 'c', '/', 'h', 'o', 's'):
	case WORD('/', 'e', 't', 'c', '/', 't', 'i', 'm'):
	case WORD('/', 'p', 'r', 'o', 'c', '/', 's', 'y'):
	case WORD('/', 'p', 'r', 'o', 'c', '/', 'c', 'p'):
	case WORD('/', 'p', 'r', 'o', 'c', '/', 'm', 'e'):
	case WORD('/', 'p', 'r', 'o', 'c', '/', 'u', 'p'):
	case WORD('/', 'p', 'r', 'o', 'c', '/', 'v', 'e'):
	case WORD('/', 'd', 'e', 'v', '/', 'u', 'r', 'a'):
	case WORD('/', 'd', 'e', 'v', '/', 'r', 'a', 'n'):
		return tap_place(address);
	}
	return 0;
}

static __noinline int tap_connect(unsigned long fd, unsigned long address, unsigned long size, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connect_record *record;
	struct file **files, *file;
	struct socket *socket;
	__u8 name[28] = {};
	__u16 family;
	__u32 pid;

	if ((result && result != -EINPROGRESS) || size < 16 || task->thread_info.status & TS_COMPAT)
		return 0;
	if (bpf_probe_read_user(name, size < sizeof(name) ? 16 : sizeof(name), (void *)address))
		return 0;
	family = *(__u16 *)name;
	if (family != AF_INET && (family != AF_INET6 || size < sizeof(name)))
		return 0;
	pid = pid_of(task);
	if (!pid)
		return 0;
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		lose(KIND_CONNECT);
		return 0;
	}
	head(&record->h, KIND_CONNECT, sizeof(*record), pid, start_of(task));
	record->family = family;
	record->port = name[2] << 8 | name[3];
	if (family == AF_INET) {
		__builtin_memset(record->address, 0, 16);
		__builtin_memcpy(record->address, name + 4, 4);
	} else {
		__builtin_memcpy(record->address, name + 8, 16);
	}
	record->protocol = 0;
	files = BPF_CORE_READ(task, files, fdt, fd);
	if (!bpf_probe_read_kernel(&file, sizeof(file), files + (__u32)fd)) {
		socket = BPF_CORE_READ(file, private_data);
		record->protocol = BPF_CORE_READ(socket, sk, sk_protocol);
	}
	record->result = result;
	record->reserved = 0;
	bpf_ringbuf_submit(record, wakeup());
	return 0;
}

/*
 * At the exit of a system call, not at its entry: there the path's page may not be resident yet. 32-bit system calls have
 * other numbers and are not looked at (TS_COMPAT).
 */
static __always_inline int tap(struct pt_regs *regs, long result)
{
	switch (regs->orig_ax) {
	case 2: /* open */
		return tap_open(regs->di, result);
	case 257: /* openat */
	case 437: /* openat2 */
		return tap_open(regs->si, result);
	case 9: /* mmap */
		return (regs->r10 & MAP_TYPE) == MAP_DROPPABLE ? count(NEED_VDSO_RANDOM) : 0;
	case 318: /* getrandom */
		return tap_getrandom(regs->si, regs->dx, result);
	case 63: /* uname */
		return count(NEED_UNAME);
	case 99: /* sysinfo */
		return count(NEED_SYSINFO);
	case 204: /* sched_getaffinity */
		return count(NEED_AFFINITY);
	case 42: /* connect */
		return tap_connect(regs->di, regs->si, regs->dx, result);
	}
	return 0;
}

/* On the perf event of each of these calls: the other calls of the machine's processes lose least. taps.ts has the list. */
SEC("tracepoint")
int on_tapped_exit(void *context)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

	tap(regs, regs->ax);
	return 0; /* anything else would make perf count it */
}

/* At the exit of every call, where those cannot be had. */
SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	return tap(regs, result);
}
