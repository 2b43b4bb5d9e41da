// The shapes between text and content: Spec (what was asked), Resolution (an immutable address), SourceTree (its files).
import type { SkillFile } from '../integrity/tree.ts'
import type { Settings } from '../platform/env.ts'

/** A folder on this machine. `path` is as written: absolute, or relative to the project (`./x`, `../x`). */
export interface PathSpec {
  readonly kind: 'path'
  readonly path: string
  readonly subdir?: string
}

/** A git repository. At most one of `ref` and `range`; neither means the default branch. */
export interface GitSpec {
  readonly kind: 'git'
  /** https:, ssh:, file:, or http: to a loopback host; never with a user or password except an ssh user. */
  readonly url: string
  /** Branch, tag or full commit id. */
  readonly ref?: string
  /** Semver range over the repository's tags. */
  readonly range?: string
  readonly subdir?: string
}

/** An archive: .tar.gz, .tgz, .tar, .zip. `url` is https:, http: to a loopback host, or a path as in `PathSpec`. */
export interface ArchiveSpec {
  readonly kind: 'archive'
  readonly url: string
  /** `sha256:<hex>` that the downloaded bytes must have. */
  readonly digest?: string
  readonly subdir?: string
}

export type Spec = PathSpec | GitSpec | ArchiveSpec
export type Kind = Spec['kind']
export type SpecOf<K extends Kind> = Extract<Spec, { kind: K }>

/** The lock's `resolution`: serialisable, and enough to get the same bytes again. */
export interface PathResolution {
  readonly kind: 'path'
  readonly path: string
  readonly subdir?: string
}
export interface GitResolution {
  readonly kind: 'git'
  readonly url: string
  /** 40 (or 64) hexadecimal digits. */
  readonly commit: string
  /** The full ref that led to the commit (`refs/heads/main`, `refs/tags/v1.2.0`, `HEAD`); absent for a commit spec. */
  readonly ref?: string
  readonly subdir?: string
}
export interface ArchiveResolution {
  readonly kind: 'archive'
  readonly url: string
  /** `sha256:<hex>` of the archive as downloaded. */
  readonly digest: string
  readonly subdir?: string
}
export type Resolution = PathResolution | GitResolution | ArchiveResolution
export type ResolutionOf<K extends Kind> = Extract<Resolution, { kind: K }>

/** One entry of a source: never a folder. `path` is relative to the source's root, with `/`. */
export interface TreeEntry {
  readonly path: string
  readonly kind: 'file' | 'link' | 'submodule'
  /** Bytes; for a link, of its target text. */
  readonly size: number
}

/** A read-only file tree at an immutable address. Nothing of it is on disk outside a cache. */
export interface SourceTree {
  readonly entries: readonly TreeEntry[]
  /** Raw bytes of the entries named (a link gives its target text), in the order asked. */
  read(paths: readonly string[]): Promise<Uint8Array[]>
  /** Ends child processes and forgets buffers; safe to call twice. */
  close(): void
}

/** What a source may use. `offline` forbids every request and every child process that makes one. */
export interface SourceIo {
  readonly settings: Settings
  readonly signal: AbortSignal
  readonly offline: boolean
  /** The directory that relative paths of a spec start from: the project's root. */
  readonly root: string
  /**
   * Names of skills that will probably be read: a source that must ask again may bring their folders along. `all` when
   * nearly everything will be: then one request for the whole is cheaper than several for parts.
   */
  readonly likely?: readonly string[] | 'all'
  /** Called when a request is out, and there is time for other work. */
  readonly onAsked?: () => void
  /** One line of progress for a person, already safe to show. */
  report(message: string): void
}

/** Resolve and fetch of one kind of source. */
export interface Source<K extends Kind = Kind> {
  /** A mutable name to an immutable address. May use the network; writes only to the cache. `subdir` is carried over. */
  resolve(spec: SpecOf<K>, io: SourceIo): Promise<ResolutionOf<K>>
  /** Exactly the tree that the resolution names (the whole source; `subdir` is applied by `readSkill`). */
  open(resolution: ResolutionOf<K>, io: SourceIo): Promise<SourceTree>
  /**
   * The address that the spec names now, for `update`: cheap, writes nothing, fetches no content where that can be
   * avoided. `pinned` when the spec can never name anything else.
   */
  newest(spec: SpecOf<K>, current: ResolutionOf<K>, io: SourceIo): Promise<ResolutionOf<K> | 'pinned'>
}

/** The files of one skill as its source has them: read, but not judged. */
export interface Fetched {
  readonly resolution: Resolution
  readonly files: readonly SkillFile[]
}
