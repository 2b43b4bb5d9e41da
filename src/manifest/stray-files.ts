// Files that systems, editors and tools leave in folders, and that nobody means to publish. Only the author is told: what
// a published skill holds is the same on every road, so nothing is dropped in silence.
import type { Diagnostic } from '../errors/diagnostic.ts'

const STRAY =
  /(?:^|\/)(?:(?:\.DS_Store|Thumbs\.db|desktop\.ini|npm-debug\.log|[^/]+\.(?:swp|swo|pyc|orig|rej)|[^/]+~)$|(?:node_modules|__pycache__|\.venv|\.mypy_cache|\.pytest_cache|\.ruff_cache|\.idea|__MACOSX)\/)/

/** One finding for each file or topmost folder of that kind. */
export function strayFiles(paths: readonly string[]): Diagnostic[] {
  const found = new Map<string, number>()
  for (const path of paths) {
    const match = STRAY.exec(path)
    if (!match) continue
    const place = path.slice(0, match.index + match[0].length)
    found.set(place, (found.get(place) ?? 0) + 1)
  }
  return [...found].map(([place, count]) => ({
    severity: 'warning',
    code: 'stray_file',
    message: place.endsWith('/')
      ? `A tool's folder with ${count} ${count === 1 ? 'file' : 'files'} is a part of the skill`
      : 'A file that a tool or system leaves behind is a part of the skill',
    file: place,
    hint: 'take it out before the skill is published',
  }))
}
