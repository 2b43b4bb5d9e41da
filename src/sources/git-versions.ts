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
    const tag = /^refs\/tags\/(.+?)(?:\^\{\})?$/.exec(ref)?.[1] ?? ''
    const [, name = '', version = ''] =
      /^(?:(.+?)[-@/])?v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/.exec(tag) ?? []
    if (version === '' || (name !== '' && name !== folder)) continue
    ;(name === '' ? plain : named).set(version, `refs/tags/${tag}`)
  }
  const pick = (tags: Map<string, string>) => tags.get(maxSatisfying([...tags.keys()], range) ?? '')
  return pick(named) ?? pick(plain)
}
