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
  /**
   * Of the address of a page: its path from the ref on. `ref` and `subdir` are then the shortest reading of it, and
   * `settlePage` asks the repository. Never a part of the canonical text.
   */
  readonly page?: string
}

/** An archive: .tar.gz, .tgz, .tar, .zip, .skill; or a lone SKILL.md. `url` is https:, http: to a loopback host, or a path as in `PathSpec`. */
export interface ArchiveSpec {
  readonly kind: 'archive'
  readonly url: string
  /** `sha256:<hex>` that the downloaded bytes must have. */
  readonly digest?: string
  readonly subdir?: string
}

/** An artifact in an OCI registry. Neither `tag` nor `digest` means the tag `latest`. */
export interface OciSpec {
  readonly kind: 'oci'
  /** `host[:port]` */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  /** `sha256:<hex>` of the manifest. */
  readonly digest?: string
  readonly subdir?: string
}

/** A skill of a registry with a catalogue. */
export interface RegistrySpec {
  readonly kind: 'registry'
  /** `@scope/name` */
  readonly name: string
  /** Semver range, or a tag of the skill such as `latest`; absent means `latest`. */
  readonly range?: string
  /** Base address without slash at the end; absent means what the settings say for the scope. */
  readonly registry?: string
  readonly subdir?: string
}

/** A package of an npm registry that holds skills. */
export interface NpmSpec {
  readonly kind: 'npm'
  readonly name: string
  /** Semver range, or a dist-tag; absent means `latest`. */
  readonly range?: string
  readonly subdir?: string
}

/** A site with an index of skills below `/.well-known/`. Without `skill` it is a catalogue and has no one content. */
export interface WellKnownSpec {
  readonly kind: 'well-known'
  /** `https://host[/path]`, without slash at the end. */
  readonly url: string
  readonly skill?: string
  readonly subdir?: string
}

export type Spec = PathSpec | GitSpec | ArchiveSpec | OciSpec | RegistrySpec | NpmSpec | WellKnownSpec
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
export interface OciResolution {
  readonly kind: 'oci'
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  /** `sha256:<hex>` of the manifest. */
  readonly digest: string
  readonly subdir?: string
}
export interface RegistryResolution {
  readonly kind: 'registry'
  /** The base address that answered. */
  readonly registry: string
  readonly name: string
  readonly version: string
  /** `sha256:<hex>` of the artifact's manifest. */
  readonly digest: string
  readonly subdir?: string
}
export interface NpmResolution {
  readonly kind: 'npm'
  readonly name: string
  readonly version: string
  /** `sha512-<base64>` of the tarball. */
  readonly integrity: string
  /** Address of the tarball. */
  readonly url: string
  readonly subdir?: string
}
export interface WellKnownResolution {
  readonly kind: 'well-known'
  /** Address of the index. */
  readonly url: string
  readonly skill: string
  /** `skill-md` and `archive` are one file; `files` (the legacy index) is a folder of them. */
  readonly type: 'skill-md' | 'archive' | 'files'
  /** Address of the file, or of the folder. */
  readonly artifact: string
  /** `sha256:<hex>` of the file; of `files`, of the text that lists each file's digest and name. */
  readonly digest: string
  readonly subdir?: string
}
export type Resolution =
  | PathResolution
  | GitResolution
  | ArchiveResolution
  | OciResolution
  | RegistryResolution
  | NpmResolution
  | WellKnownResolution
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
  /** The version that the source itself gives its content, for skills that name none: of a package, of an artifact. */
  readonly version?: string
  /** Raw bytes of the entries named (a link gives its target text), in the order asked. */
  read(paths: readonly string[]): Promise<Uint8Array[]>
  /** Ends child processes and forgets buffers; safe to call twice. */
  close(): void
}

/** What the project and the user say about sources. */
export interface SourcePolicy {
  /** Base address of the registry of scopes that are not in `registries`. */
  readonly registry?: string
  /** `@scope` to the base address of its one registry. */
  readonly registries: Readonly<Record<string, string>>
  /** Versions published after this time (milliseconds since the epoch) are not chosen. */
  readonly publishedBefore?: number
  /** True for what the rule above does not hold for: `@scope/name`, `npm:name`. */
  readonly ageExempt?: (name: string) => boolean
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
  /** Which registries serve which scopes, and what may be chosen of them; absent where nothing is set. */
  readonly policy?: () => SourcePolicy
  /** One line of progress for a person, already safe to show. */
  report(message: string): void
  /** A remark that stays visible, safe to show: a yanked or deprecated version. */
  notice?(notice: { readonly code: string; readonly message: string; readonly hint?: string }): void
}

/** A skill that a catalogue lists, and the spec that names it alone. */
export interface Listed {
  readonly name: string
  readonly description: string
  readonly version?: string
  readonly spec: Spec
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
  /** The skills of a spec that names a catalogue; undefined when the spec names one content itself. */
  list?(spec: SpecOf<K>, io: SourceIo): Promise<readonly Listed[] | undefined>
}

/** The files of one skill as its source has them: read, but not judged. */
export interface Fetched {
  readonly resolution: Resolution
  readonly files: readonly SkillFile[]
}
