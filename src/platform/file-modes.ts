// Permission bits where they mean something: what is wrong with those of a file, and which bits are right. Never compares
// what the umask decides.
import { closeSync, constants, fchmodSync, fstatSync, openSync, statfsSync } from 'node:fs'
import { toFsError } from './fs.ts'

const SPECIAL = 0o7000
const WORLD_WRITABLE = 0o002
const EXECUTABLE = 0o111
const OWNER_EXECUTABLE = 0o100

/** True for a file that may be run and should not, or the other way round, that changes who runs it, or that anybody may write. */
export function isWrongMode(mode: number, executable: boolean): boolean {
  if ((mode & (SPECIAL | WORLD_WRITABLE)) !== 0) return true
  return executable ? (mode & OWNER_EXECUTABLE) === 0 : (mode & EXECUTABLE) !== 0
}

/** The same bits, mended: whoever may read may also run, or nobody; what anybody may write, its owner alone may. */
export function mendedMode(mode: number, executable: boolean): number {
  const writable = (mode & WORLD_WRITABLE) === 0 ? 0 : 0o022
  const plain = mode & 0o777 & ~(writable | EXECUTABLE)
  return executable ? plain | ((plain & 0o444) >> 2) | OWNER_EXECUTABLE : plain
}

/** Linux names its file systems by number (statfs(2)): FAT, exFAT, NTFS, FUSE, 9p, SMB and VirtualBox make modes up. */
const WITHOUT_MODES = new Set([
  0x4d44, 0x2011bab0, 0x5346544e, 0x7366746e, 0x65735546, 0x01021997, 0x517b, 0xff534d42, 0xfe534d42,
  0x786f4256,
])

/** False where the file system has no permission bits or may invent them. */
export function holdsModes(path: string): boolean {
  if (process.platform === 'win32') return false
  if (process.platform !== 'linux') return true
  try {
    // Some kernels give the number with its sign.
    return !WITHOUT_MODES.has(statfsSync(path).type >>> 0)
  } catch {
    return false
  }
}

/**
 * Mends the mode of one plain file; follows no link.
 * @throws permission_denied, fs_failed
 */
export function mendMode(path: string, executable: boolean): void {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(fd)
      if (stat.isFile()) fchmodSync(fd, mendedMode(stat.mode, executable))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw toFsError(error, path)
  }
}
