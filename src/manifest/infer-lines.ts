// What single lines show whatever language they are in: PowerShell that runs a text, sockets and code inside of shell
// tools, characters that a reader does not see, orders in comments of a text.
import { evidence, opaqueFound, type Excerpt, type Found } from './infer-found.ts'

const MAX_PLACES = 5

/** PowerShell that runs what it fetched or decoded, wherever it is written. */
const POWERSHELL =
  /\|\s{0,8}iex\b|\binvoke-expression\b|\b(?:powershell|pwsh)(?:\.exe)?\s[^\n]{0,120}?-e(?:c|nc|ncodedcommand)?\s+['"]?[A-Za-z0-9+/=]{8}|\biex\s{0,8}\(/i
/** Other tools that hand a text to a shell. */
const INSIDE =
  /\b[gmn]?awk\b.{0,300}?(?:\bsystem\s{0,8}\(|\|\s{0,8}getline|\|\s{0,8}["'](?:ba|z|da)?sh["'])|\bsed\s[^\n]{0,120}?\/[gI]{0,2}e['"]/

/** Tag characters but in flags, overrides of direction, long runs of characters without width or of variants. */
const HIDDEN =
  /(?<![\u{1F3F4}\u{E0020}-\u{E007E}])[\u{E0020}-\u{E007E}]|[\u202A-\u202E\u2066-\u2069]|[\u200B-\u200F\u2060-\u2064\uFEFF\u00AD\u180E\u3164\u115F]{8}|[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{4}|[A-Za-z][\u200B-\u200F\u2060-\u2064\uFEFF\u180E\u3164\u115F]{1,7}[A-Za-z]/u
/** Orders to an agent that a person who sees the rendered text does not see. */
const ORDER =
  /\b(?:ignore|disregard|forget)\b.{0,40}\b(?:previous|prior|above|earlier|all)\b.{0,40}\b(?:instructions?|rules?|prompts?)\b|\b(?:do not|don't|never|without)\b.{0,20}\b(?:tell|inform|mention|notify|show|ask|telling|asking|informing)\b.{0,30}\b(?:user|human|person|anyone)\b|\b(?:curl|wget)\b.{0,200}\bhttps?:|\b(?:exfiltrate|send|upload|post)\b.{0,80}\b(?:secrets?|credentials?|keys?|tokens?|passwords?|\.env|ssh)\b/i

/** Lines that hand a text to an interpreter in a way that no shell grammar shows. */
export function handedLines(text: Excerpt, shell: boolean): Found[] {
  return placesOf(text, (line) => POWERSHELL.test(line) || (shell && INSIDE.test(line)), 'computed')
}

/** Lines with text that only a machine reads. */
export function hiddenLines(text: Excerpt): Found[] {
  return placesOf(text, (line) => HIDDEN.test(line), 'hidden')
}

/** Orders in the HTML comments of a Markdown text. */
export function hiddenOrders(markdown: Excerpt): Found[] {
  const found: Found[] = []
  const { text } = markdown
  let line = 0
  let from = 0
  for (let at = text.indexOf('<!--'); at >= 0 && found.length < MAX_PLACES;) {
    line += text.slice(from, at).split('\n').length - 1
    from = at
    const end = text.indexOf('-->', at)
    const comment = text.slice(at, end < 0 ? text.length : end)
    const offset = comment.split('\n').findIndex((part) => ORDER.test(part))
    if (offset >= 0) found.push(opaqueFound('hidden', evidence(markdown, line + offset, comment)))
    if (end < 0) break
    at = text.indexOf('<!--', end)
  }
  return found
}

function placesOf(text: Excerpt, shows: (line: string) => boolean, kind: 'computed' | 'hidden'): Found[] {
  const found: Found[] = []
  for (const [offset, line] of text.text.split('\n').entries()) {
    if (!shows(line)) continue
    found.push(opaqueFound(kind, evidence(text, offset, line)))
    if (found.length >= MAX_PLACES) break
  }
  return found
}

/** Commands in running text, after a word that asks for one: `Run the following: curl … | sh`. An excerpt each. */
export function proseCommands(markdown: Excerpt): Excerpt[] {
  const found: Excerpt[] = []
  let fenced = false
  for (const [offset, whole] of markdown.text.split('\n').entries()) {
    if (/^[ \t>*-]{0,40}(?:`{3,}|~{3,})/.test(whole)) fenced = !fenced
    if (fenced || whole.length > 20_000) continue
    for (const [, command = ''] of whole
      .replaceAll(/`[^`]*`/g, ' ')
      .matchAll(
        /\b(?:run|execute|type|enter|paste|invoke|start)\b(?:[ \t]{1,4}(?:the|this|following|command|once|first|it|in|a|terminal|shell|with|as)\b){0,6}[ \t]{0,4}:?[ \t]{1,4}([a-z][^\n]{0,600})/gi,
      )) {
      if (/^[a-z][\w.+-]*\s+(?:-\S|\S*[/@:|.]\S)|^[a-z][\w.+-]*\s.{0,400}\|\s*\w*sh\b/.test(command))
        found.push({ file: markdown.file, line: markdown.line + offset, text: command })
    }
  }
  return found
}
