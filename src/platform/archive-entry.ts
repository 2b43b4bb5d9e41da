// The shapes that the readers of archives share, and how they refuse.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from './text.ts'

/** One file or link of an archive; folders exist only through what they hold. `bytes` of a link is empty. */
export interface ArchiveEntry {
  readonly path: string
  readonly kind: 'file' | 'link'
  readonly bytes: Buffer
  /** The target text of a link. */
  readonly target?: string
}

/** What a reader lists before anything is judged; the path is as the archive has it. */
export interface ListedEntry {
  readonly path: string
  readonly kind: 'file' | 'link' | 'folder'
  readonly bytes: Buffer
  readonly target?: string
}

/** The part of LIMITS that an archive is held to. */
export type ArchiveLimits = {
  readonly [K in 'archiveBytes' | 'unpackedBytes' | 'unpackRatio' | 'ratioFloor' | 'entries']: number
}

/** The archive cannot be read, or two readers would read it differently. */
export function invalid(problem: string, options: { hint?: string; cause?: unknown } = {}): SkillsError {
  return new SkillsError('archive_invalid', `The archive ${problem}`, {
    hint: options.hint ?? 'download it again, or ask its author for a .tar.gz or .zip that tar or zip wrote',
    cause: options.cause,
  })
}

/** The archive holds something that no archive of a skill needs. */
export function unsafe(path: string, problem: string): SkillsError {
  return new SkillsError(
    'archive_unsafe',
    `The archive has an entry that ${problem}: "${displayShort(path, 200)}"`,
    {
      hint: 'nothing was unpacked; do not use this archive before its author has explained the entry',
      details: { path: displayShort(path, 1024), problem },
    },
  )
}

/** `what` ends the sentence "The archive …": `unpacks to more than 512 MiB`. */
export function tooLarge(what: string, limit: number): SkillsError {
  return new SkillsError('limit_exceeded', `The archive ${what}`, { details: { limit } })
}

/** `512 MiB` for a number of bytes. */
export function mebibytes(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`
}

/** Unpacked bytes that an archive of this size may come to. */
export function unpackedCap(archiveSize: number, limits: ArchiveLimits): number {
  return Math.min(limits.unpackedBytes, Math.max(limits.ratioFloor, archiveSize * limits.unpackRatio))
}
