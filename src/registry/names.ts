// Names of the registry as text: scopes, skills, versions, and how they stand in an OCI reference. Pure.

/** `@scope`: lower-case words with single hyphens, at most 64 characters after the `@`. */
export const SCOPE = /^@(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*$/
/** `@scope/name`; the name is the skill's own, as the Agent Skills format has it. */
export const SCOPED_NAME = /^@(?=[^/]{1,64}\/)[a-z0-9]+(?:-[a-z0-9]+)*\/(?=.{1,64}$)[a-z0-9]+(?:-[a-z0-9]+)*$/
/**
 * A whole semantic version, as semver.org writes it; at most 128 characters, as an OCI tag, and numbers that are told apart
 * in every language (below 10^15).
 */
export const VERSION =
  /^(?=.{5,128}$)(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/

/**
 * The version that a skill gives itself; undefined where it gives none. What stands in `metadata.version` of a SKILL.md is any
 * text: a `1.0` or `v2` says nothing about the version that it is published as.
 */
export function ownVersion({ version }: { readonly version?: string }): string | undefined {
  return version !== undefined && VERSION.test(version) ? version : undefined
}

/** The scope and the skill's name of `@scope/name`; undefined for any other text. */
export function splitScopedName(name: string): { scope: string; skill: string } | undefined {
  if (!SCOPED_NAME.test(name)) return undefined
  const slash = name.indexOf('/')
  return { scope: name.slice(0, slash), skill: name.slice(slash + 1) }
}

/** `@scope/name` that a dependency of a skill of a registry means: a bare name is one of the same scope. */
export function dependencyName(key: string, dependent: string): string {
  return key.startsWith('@') ? key : `${dependent.slice(0, dependent.indexOf('/'))}/${key}`
}

/** `scope/name`, the OCI repository of `@scope/name`. */
export function repositoryOfName(name: string): string {
  return name.slice(1)
}

/** `@scope/name` of the OCI repository `scope/name`; undefined when the repository is no skill's. */
export function nameOfRepository(repository: string): string | undefined {
  const name = `@${repository}`
  return SCOPED_NAME.test(name) ? name : undefined
}

/** The OCI tag of a version: a tag cannot hold `+`, `_` takes its place. */
export function tagOfVersion(version: string): string {
  return version.replace('+', '_')
}

/** The version that a tag names; undefined when the tag is no semantic version (`latest`, `1.2`). */
export function versionOfTag(tag: string): string | undefined {
  const version = tag.replace('_', '+')
  return VERSION.test(version) ? version : undefined
}
