// A requirement of Python as skill.toml may have it: a name, extras, versions and a marker, and nothing that fetches from
// an address or steers the installer. The form is that of PEP 508 without direct references.

const NAME = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?'
const EXTRAS = String.raw`(?: ?\[ ?${NAME}(?: ?, ?${NAME})* ?\])?`
const VERSION = String.raw`(?:===|==|~=|!=|<=|>=|<|>) ?[A-Za-z0-9._*+!-]{1,64}`
const VERSIONS = `(?: ?${VERSION}(?: ?, ?${VERSION})*| ?\\( ?${VERSION}(?: ?, ?${VERSION})* ?\\))?`
const TERM = String.raw`(?:[a-z_]{2,40}|'[\w.+ -]{0,60}'|"[\w.+ -]{0,60}")`
const COMPARISON = String.raw`${TERM} ?(?:===|==|~=|!=|<=|>=|<|>|in|not in) ?${TERM}`
const MARKER = `(?: ?; ?${COMPARISON}(?: (?:and|or) ${COMPARISON})*)?`
const REQUIREMENT = new RegExp(`^${NAME}${EXTRAS}${VERSIONS}${MARKER}$`)

/** What keeps a text from being a plain requirement, or undefined. */
export function requirementProblem(text: string): string | undefined {
  const row = text.trim().replace(/[ \t]+/g, ' ')
  if (row.startsWith('-')) return 'is an option of the installer, and only packages can be named'
  if (/@|:\/\/|[/\\]/.test(row))
    return 'names an address or a file, and only packages of an index can be named'
  if (row.length > 300 || !REQUIREMENT.test(row))
    return 'is not a package with versions such as `requests>=2.31,<3`'
  return undefined
}
