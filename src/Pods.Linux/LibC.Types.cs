using System.Runtime.InteropServices;

namespace Pods.Linux;

// Numbers and layouts of the kernel's interface. Where x86-64 and arm64 differ, the value is chosen when first used.
internal static unsafe partial class LibC
{
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_EXCL = 0x80;
    internal const int O_NOCTTY = 0x100;
    internal const int O_TRUNC = 0x200;
    internal const int O_APPEND = 0x400;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_PATH = 0x200000;
    internal static readonly int O_DIRECTORY = IsArm ? 0x4000 : 0x10000;
    internal static readonly int O_NOFOLLOW = IsArm ? 0x8000 : 0x20000;

    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int F_SETFD = 2;
    internal const int F_SETSIG = 10;
    internal const int F_SETLEASE = 1024;
    internal const int F_RDLCK = 0;
    internal const int F_SETPIPE_SZ = 1031;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int FD_CLOEXEC = 1;

    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const int AT_EMPTY_PATH = 0x1000;
    internal const uint STATX_BASIC_STATS = 0x7ff;

    internal const uint SPLICE_F_MOVE = 1;
    internal const uint SPLICE_F_NONBLOCK = 2;

    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;
    internal const uint EPOLLIN = 0x1;
    internal const uint EPOLLPRI = 0x2;
    internal const uint EPOLLOUT = 0x4;
    internal const uint EPOLLERR = 0x8;
    internal const uint EPOLLHUP = 0x10;
    internal const uint EPOLLRDHUP = 0x2000;
    internal const uint EPOLLONESHOT = 1u << 30;

    // struct epoll_event is packed on x86-64 only: 4 bytes of events, then the user's 8 bytes at once or after a gap.
    internal static readonly int EpollEventSize = IsArm ? 16 : 12;
    internal static readonly int EpollEventToken = IsArm ? 8 : 4;

    internal const short POLLIN = 1;
    internal const short POLLOUT = 4;

    internal const short POSIX_SPAWN_SETPGROUP = 0x02;
    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x08;
    internal const short POSIX_SPAWN_SETSID = 0x80;

    internal const int P_ALL = 0;
    internal const int P_PID = 1;
    internal const int WNOHANG = 1;
    internal const int WEXITED = 4;
    internal const int WNOWAIT = 0x01000000;
    internal const int SIGCHLD = 17;
    internal const int SIGPIPE = 13;

    internal const int MADV_DONTNEED = 4;
    internal const int M_ARENA_MAX = -8;
    internal const int CLOSE_RANGE_CLOEXEC = 4;

    internal const int PR_SET_CHILD_SUBREAPER = 36;
    internal const int PR_GET_CHILD_SUBREAPER = 37;
    internal const int PR_SET_THP_DISABLE = 41;
    internal const int PR_SCHED_CORE = 62;

    internal const int SOL_SOCKET = 1;
    internal const int SCM_RIGHTS = 1;
    internal const int SO_PEERCRED = 17;
    internal const int SO_ACCEPTCONN = 30;
    internal const int MSG_CTRUNC = 0x8;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;
    internal const int AF_UNIX = 1;
    internal const int AF_INET = 2;
    internal const int SOCK_STREAM_CLOEXEC = 1 | O_CLOEXEC;
    internal const int SOCK_DGRAM_CLOEXEC = 2 | O_CLOEXEC;

    internal const nuint TIOCGWINSZ = 0x5413;
    internal const nuint TIOCSWINSZ = 0x5414;
    internal const nuint TIOCGPTPEER = 0x5441;
    internal const nuint TIOCSPTLCK = 0x40045431;
    internal const nuint SIOCGIFFLAGS = 0x8913;
    internal const nuint SIOCSIFFLAGS = 0x8914;
    internal const nuint LOOP_CONFIGURE = 0x4C0A;
    internal const nuint LOOP_CTL_GET_FREE = 0x4C82;
    internal const uint LO_FLAGS_READ_ONLY = 1;
    internal const uint LO_FLAGS_AUTOCLEAR = 4;
    internal const uint LO_FLAGS_DIRECT_IO = 16;
    internal const int LO_NAME_SIZE = 64;

    internal const int CLONE_FS = 0x00000200;
    internal const int CLONE_NEWNS = 0x00020000;
    internal const int CLONE_NEWUTS = 0x04000000;
    internal const int CLONE_NEWIPC = 0x08000000;
    internal const int CLONE_NEWPID = 0x20000000;
    internal const int CLONE_NEWNET = 0x40000000;

    internal const int OPEN_TREE_CLONE = 1;
    internal const int MOVE_MOUNT_F_EMPTY_PATH = 0x04;
    internal const int MOVE_MOUNT_T_SYMLINKS = 0x10;
    internal const int AT_RECURSIVE = 0x8000;
    internal const ulong MOUNT_ATTR_IDMAP = 0x00100000;

    internal const int MNT_DETACH = 2;
    internal const int UMOUNT_NOFOLLOW = 8;

    internal const int LOCK_SH = 1;
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;

    // Both architectures took these from the shared part of the table.
    internal const int SYS_pidfd_send_signal = 424;
    internal const int SYS_pidfd_open = 434;
    internal const int SYS_open_tree = 428;
    internal const int SYS_move_mount = 429;
    internal const int SYS_openat2 = 437;
    internal const int SYS_mount_setattr = 442;

    internal static readonly int SYS_pivot_root = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 41 : 155;

    internal const ulong RESOLVE_BENEATH = 0x08;
    internal const ulong RESOLVE_IN_ROOT = 0x10;
    internal const ulong RESOLVE_NO_MAGICLINKS = 0x02;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct iovec
    {
        internal void* iov_base;
        internal nuint iov_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct msghdr
    {
        internal void* msg_name;
        internal uint msg_namelen;
        internal iovec* msg_iov;
        internal nuint msg_iovlen;
        internal void* msg_control;
        internal nuint msg_controllen;
        internal int msg_flags;
    }

    // One descriptor in a control message: the header, the number, and padding to the next 8 bytes.
    [StructLayout(LayoutKind.Sequential)]
    internal struct DescriptorMessage
    {
        internal nuint cmsg_len;
        internal int cmsg_level;
        internal int cmsg_type;
        internal int fd;
        private readonly int _padding;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ucred
    {
        internal int pid;
        internal uint uid;
        internal uint gid;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct winsize
    {
        internal ushort ws_row;
        internal ushort ws_col;
        internal ushort ws_xpixel;
        internal ushort ws_ypixel;
    }

    // With the struct loop_info64 that is its third member; what is not named here stays zero.
    [StructLayout(LayoutKind.Explicit, Size = 304)]
    internal struct loop_config
    {
        [FieldOffset(0)] internal uint fd;
        [FieldOffset(60)] internal uint lo_flags;
        [FieldOffset(64)] internal fixed byte lo_file_name[LO_NAME_SIZE];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct open_how
    {
        internal ulong flags;
        internal ulong mode;
        internal ulong resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct mount_attr
    {
        internal ulong attr_set;
        internal ulong attr_clr;
        internal ulong propagation;
        internal ulong userns_fd;
    }

    // struct statx, the same everywhere, up to the device numbers; the kernel fills 256 bytes.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatX
    {
        [FieldOffset(16)] internal uint stx_nlink;
        [FieldOffset(20)] internal uint stx_uid;
        [FieldOffset(24)] internal uint stx_gid;
        [FieldOffset(28)] internal ushort stx_mode;
        [FieldOffset(32)] internal ulong stx_ino;
        [FieldOffset(40)] internal long stx_size;
        [FieldOffset(128)] internal uint stx_rdev_major;
        [FieldOffset(132)] internal uint stx_rdev_minor;
        [FieldOffset(136)] internal uint stx_dev_major;
        [FieldOffset(140)] internal uint stx_dev_minor;
    }

    // struct statfs of both architectures: eleven words and spare ones.
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    internal struct StatFs
    {
        [FieldOffset(0)] internal long f_type;
        [FieldOffset(16)] internal ulong f_blocks;
        [FieldOffset(32)] internal ulong f_bavail;
        [FieldOffset(40)] internal ulong f_files;
        [FieldOffset(48)] internal ulong f_ffree;
        [FieldOffset(72)] internal long f_frsize;
    }

    // siginfo_t as waitid fills it: number, errno, code, (gap), pid, uid, status.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    internal struct siginfo_t
    {
        [FieldOffset(16)] internal int si_pid;
    }

    // struct timex of 64-bit Linux; of its fields those that are read.
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    internal struct TimeX
    {
        [FieldOffset(0)] internal uint modes;
        [FieldOffset(24)] internal long maxerror;
    }
}
