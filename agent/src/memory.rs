//! Keeps an idle agent small.
//!
//! Starting and collecting grains run through much of the program once, and the kernel maps what they touch in pieces of
//! 64 KiB. An idle agent needs little of it, so the mappings are given back. The pages stay in the system's cache, and what
//! is needed again is mapped again; the host gets its memory back at once, and not only when it runs short.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use nix::sys::mman::{MmapAdvise, madvise};

/// Gives back the mapped pages of the program's code. Where that does not work, nothing has changed.
pub fn give_back_code() {
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else { return };
    for (start, length) in maps.lines().filter_map(code_range) {
        let Some(start) = NonZeroUsize::new(start) else { continue };
        advise(NonNull::without_provenance(start), length);
    }
}

/// The address and length of a line of `/proc/self/maps`, when it is code of a file: readable, executable, not writable,
/// private. `55d0c8a00000-55d0c95f4000 r-xp 00220000 fe:00 131 /usr/bin/agent`
fn code_range(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_code = words.next()? == "r-xp";
    let is_of_file = words.nth(3).is_some_and(|path| path.starts_with('/'));
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    (is_code && is_of_file).then_some((start, end.checked_sub(start)?))
}

#[allow(unsafe_code)]
fn advise(start: NonNull<c_void>, length: usize) {
    // SAFETY: the range is a whole private mapping of a file that is not writable, so it holds nothing but the file's
    // content, which the kernel maps again at the next access. Should the mapping be gone by now, the call is an error.
    let _ = unsafe { madvise(start, length, MmapAdvise::MADV_DONTNEED) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_given_back() {
        let line =
            |permissions: &str, path: &str| format!("1000-3000 {permissions} 00220000 fe:00 131 {path}");
        assert_eq!(code_range(&line("r-xp", "/usr/bin/agent")), Some((0x1000, 0x2000)));
        for other in [
            line("rw-p", "/usr/bin/agent"),
            line("r--p", "/lib/x.so"),
            line("rwxp", "/lib/x.so"),
            line("r-xp", "[vdso]"),
        ] {
            assert_eq!(code_range(&other), None, "{other}");
        }
        assert_eq!(code_range("1000-3000 r-xp 00000000 00:00 0"), None);
        assert_eq!(code_range(""), None);
    }

    #[test]
    fn the_program_finds_its_own_code_and_goes_on_without_it() {
        let ranges =
            || std::fs::read_to_string("/proc/self/maps").unwrap().lines().filter_map(code_range).count();
        let before = ranges();
        give_back_code();
        assert!(before > 0 && ranges() == before);
    }
}
