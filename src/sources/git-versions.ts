// Which of a repository's tags is the newest version within a range. Pure; semver loads only here.

/**
 * The full ref of the highest version that satisfies the range. Tags count as `v1.2.3`, `1.2.3`, and, for the folder
 * that is wanted, `folder-v1.2.3`, `folder@1.2.3`, `folder/v1.2.3`; those of the folder come before the repository's.
 * @param refs full refs; others than tags are passed over
 */
export async function newestTag(
  refs: readonly string[],
  range: string,
  folder?: string,
): Promise<string | undefined> {
  const { default: maxSatisfying } = await import('semver/ranges/max-satisfying.js')
  const plain = new Map<string, string>()
  const named = new Map<string, string>()
  for (const ref of refs) {
    const found = versionOfTag(ref)
    if (!found || (found.name !== '' && found.name !== folder)) continue
    ;(found.name === '' ? plain : named).set(found.version, found.tag)
  }
  const pick = (tags: Map<string, string>) => tags.get(maxSatisfying([...tags.keys()], range) ?? '')
  return pick(named) ?? pick(plain)
}

/** The version that a tag names, with the folder before it; undefined for other refs. */
export function versionOfTag(
  ref: string,
): { readonly tag: string; readonly name: string; readonly version: string } | undefined {
  const tag = /^refs\/tags\/(.+?)(?:\^\{\})?$/.exec(ref)?.[1] ?? ''
  const [, name = '', version] = /^(?:(.+?)[-@/])?v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/.exec(tag) ?? []
  return version === undefined ? undefined : { tag: `refs/tags/${tag}`, name, version }
}
