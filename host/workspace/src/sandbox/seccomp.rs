//! System calls that a confined program has no use for.
//!
//! A list of what is denied, not of what is allowed: gates run every language's tool chain, and the walls are the namespaces
//! and Landlock. This takes away what would undo those walls, and the kernel's less trodden corners.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as Condition,
    SeccompFilter, SeccompRule as Rule, TargetArch, sock_filter,
};

/// Namespaces that a program could hide in, or get capabilities in.
const NEW_NAMESPACES: u64 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32 as u64
    | CLONE_NEWTIME;
const CLONE_NEWTIME: u64 = 0x80;

/// `open_tree_attr` of Linux 6.15, which `libc` does not name on every target.
const OPEN_TREE_ATTR: libc::c_long = 467;

/// Refused with EPERM.
const DENIED: &[libc::c_long] = &[
    // Mounts and roots.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // Files by handle go round every path.
    libc::SYS_open_by_handle_at,
    // Keys are shared by all processes of a user.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // The kernel itself.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_vhangup,
    // Known for exploits rather than for use.
    libc::SYS_userfaultfd,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Refused where no namespace of its own holds them: what all processes of a user share, and no path leads to.
const SHARED: &[libc::c_long] = &[
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// Answered as by a kernel that does not have them, so that programs fall back: `clone3` hides its flags behind a pointer,
/// and what is queued in an `io_uring` passes no filter.
const ABSENT: &[libc::c_long] =
    &[libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Families of sockets that a network namespace really holds. Others reach further: `AF_VSOCK` talks to the hypervisor from
/// any of them.
const NAMESPACED: &[libc::c_int] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// Which sockets a program may make. Connected pairs are always allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sockets {
    /// What the network namespace decides about.
    Namespaced,
    /// Not those of the machine's services: through them a program can have work done outside of its walls.
    NotUnix,
    /// None.
    None,
}

impl Sockets {
    fn families(self) -> &'static [libc::c_int] {
        match self {
            Self::Namespaced => NAMESPACED,
            Self::NotUnix => &NAMESPACED[1..],
            Self::None => &[],
        }
    }
}

/// The filters, in the order in which they are to be installed.
pub(super) fn filters(sockets: Sockets) -> Result<Vec<BpfProgram>, String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|e| e.to_string())?;
    let compile = |rules, errno: i32| {
        let errno = SeccompAction::Errno(errno.unsigned_abs());
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, errno, arch).map_err(|e| e.to_string())?;
        BpfProgram::try_from(filter).map_err(|e| e.to_string())
    };
    let mut absent = compile(ABSENT.iter().map(|n| (*n, Vec::new())).collect(), libc::ENOSYS)?;
    absent.splice(0..0, refuse_x32());
    Ok(vec![absent, compile(denied(sockets).map_err(|e| e.to_string())?, libc::EPERM)?])
}

fn denied(sockets: Sockets) -> Result<BTreeMap<i64, Vec<Rule>>, seccompiler::BackendError> {
    let argument = |index, op, value| Rule::new(vec![Condition::new(index, Len::Dword, op, value)?]);
    let shared = if sockets == Sockets::Namespaced { &[] } else { SHARED };
    let mut rules: BTreeMap<i64, Vec<Rule>> = DENIED.iter().chain(shared).map(|n| (*n, Vec::new())).collect();

    // One rule a flag: a rule matches when the masked value is equal, and any one of them is too much.
    let namespaces = || -> Result<Vec<Rule>, _> {
        (0..32)
            .map(|b| 1u64 << b)
            .filter(|f| NEW_NAMESPACES & f != 0)
            .map(|f| argument(0, Op::MaskedEq(f), f))
            .collect()
    };
    rules.insert(libc::SYS_unshare, namespaces()?);
    // The low byte of the flags of `clone` is the signal for the parent, where CLONE_NEWTIME can't stand.
    rules.insert(
        libc::SYS_clone,
        (8..32)
            .map(|b| 1u64 << b)
            .filter(|f| NEW_NAMESPACES & f != 0)
            .map(|f| argument(0, Op::MaskedEq(f), f))
            .collect::<Result<_, _>>()?,
    );
    // Typing into a terminal that somebody else reads. The kernel looks at the low 32 bits only, and so does the rule.
    rules.insert(libc::SYS_ioctl, vec![argument(1, Op::Eq, libc::TIOCSTI)?, argument(1, Op::Eq, libc::TIOCLINUX)?]);
    // Limits of other processes: those of the sandbox's first process, or without namespaces the host's.
    rules.insert(libc::SYS_prlimit64, vec![argument(0, Op::Ne, 0)?]);
    let families = sockets.families();
    let other = |f: &libc::c_int| Condition::new(0, Len::Dword, Op::Ne, u64::from(f.unsigned_abs()));
    let none_of_them = match families {
        // No condition: every call.
        [] => Vec::new(),
        _ => vec![Rule::new(families.iter().map(other).collect::<Result<_, _>>()?)?],
    };
    rules.insert(libc::SYS_socket, none_of_them);
    Ok(rules)
}

/// On x86-64 a kernel may have a second table of the same calls under numbers from 0x4000_0000 on, which a filter by
/// number would let through.
fn refuse_x32() -> Vec<sock_filter> {
    if std::env::consts::ARCH != "x86_64" {
        return Vec::new();
    }
    // BPF_LD|BPF_W|BPF_ABS of `seccomp_data.nr`; BPF_JMP|BPF_JGE|BPF_K; BPF_RET|BPF_K of SECCOMP_RET_ERRNO.
    vec![
        sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 },
        sock_filter { code: 0x35, jt: 0, jf: 1, k: 0x4000_0000 },
        sock_filter { code: 0x06, jt: 0, jf: 0, k: 0x0005_0000 | libc::ENOSYS.unsigned_abs() },
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_for_every_choice_of_sockets() {
        for sockets in [Sockets::Namespaced, Sockets::NotUnix, Sockets::None] {
            let filters = filters(sockets).unwrap();
            assert_eq!(filters.len(), 2);
            assert!(filters.iter().all(|f| f.len() < 4096), "the kernel takes no more instructions");
        }
    }
}
