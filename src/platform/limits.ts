// Every size that untrusted content is held to, in one place. Bytes unless the name says otherwise.

const MiB = 1024 * 1024

export const LIMITS = {
  /** A downloaded archive, compressed. */
  archiveBytes: 128 * MiB,
  /** All files of an archive, unpacked. */
  unpackedBytes: 512 * MiB,
  /** Unpacked bytes for one compressed byte, once past `ratioFloor`. */
  unpackRatio: 200,
  ratioFloor: 16 * MiB,
  /** Entries of an archive or a git tree. */
  entries: 100_000,
  /** Folders in a path. */
  depth: 64,
  /** One path, and one part of it. */
  pathBytes: 1024,
  nameBytes: 255,
  /** Files and bytes of one skill. */
  skillFiles: 5_000,
  skillBytes: 128 * MiB,
  /** SKILL.md and skill.toml; a larger one is refused, not read. */
  manifestBytes: 1 * MiB,
  /** skills.json and skills.lock. */
  lockBytes: 64 * MiB,
} as const
