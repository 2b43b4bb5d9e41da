// Untrusted text for a terminal: nothing in it can move the cursor, hide or reorder what stands beside it.

// C0 and C1 controls, soft hyphen, bidi marks and overrides, zero-width characters, separators, tags, noncharacters; then
// invisible combining characters, and halves of surrogate pairs.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0d]|\p{Cs}/gu
/** They only choose how an emoji is drawn. */
const EMOJI_STYLE = /\ufe0e|\ufe0f/g

/**
 * One line of safe text: unsafe characters become visible escapes such as `\u{202e}`, tabs and newlines too. Emoji style
 * selectors are dropped.
 */
export function displayText(text: string): string {
  // A long list has thousands of texts, and this look at one is twenty times as fast.
  if (!/[^\u0020-\u007e]/.test(text)) return text
  return text.replace(EMOJI_STYLE, '').replace(UNSAFE, escaped)
}

/** Blanks of every kind, also those that only look like one. */
const BLANKS = /[\s\p{Z}\u2800\u3164\u115f\u1160\uffa0\u00ad\u200b-\u200f\u2060-\u206f\ufeff]+/gu
/** Lines, boxes, bullets and arrows: what the frame of a prompt is drawn with. */
const DRAWING =
  /[\u2190-\u21ff\u2300-\u23ff\u2500-\u25ff\u2700-\u27bf\u2800-\u28ff\u2b00-\u2bff\u{1fb00}-\u{1fbff}\u2022\u2023\u2043\u00b7\u2219\u4e28\u01c0\u01c1\u2016]/gu
/** More marks on a letter than any language writes. */
const PILED_MARKS = /(?<=\p{M}{2})\p{M}/gu
const WORD = /[\p{L}\p{M}\p{N}]+/gu
/** Letters of other scripts, and those of our own that are drawn otherwise. */
const FOREIGN =
  /(?!\p{Script=Latin}|\p{Script=Common}|\p{Script=Inherited})[\p{L}\p{N}]|[\uff01-\uff5e\u{1d400}-\u{1d7ff}\u2100-\u214f\u2460-\u24ff]/gu

/**
 * An author's words beside our own: one row, blanks collapsed, nothing that draws a frame, and letters that pose as
 * others inside a word as escapes such as `g\u{456}t`. Words wholly in another script stay.
 */
export function inertText(text: string): string {
  if (!/[^\u0020-\u007e]| {2}/.test(text)) return text
  const row = text.replace(BLANKS, ' ').trim().replace(DRAWING, escaped).replace(PILED_MARKS, escaped)
  const plain = row.replace(WORD, (word) =>
    /[\p{Script=Latin}0-9]/u.test(word) ? word.replace(FOREIGN, escaped) : word,
  )
  return displayText(plain)
}

/** The same of what is a name to a machine, a program or a host: nothing but ASCII stays as it is. */
export function inertName(text: string): string {
  return inertText(text).replace(/[^\u0020-\u007e]/gu, escaped)
}

/** Like `inertText`, and cut to `max` characters with an ellipsis. */
export function inertShort(text: string, max: number): string {
  const safe = inertText(text)
  return safe.length <= max ? safe : `${safe.slice(0, max - 1)}…`
}

/** Words of an author in quotes, cut to `max` characters. */
export function quotedText(text: string, max: number): string {
  return `"${inertShort(text.replaceAll('"', "'"), max)}"`
}

function escaped(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}

/** The same JSON with unsafe characters inside its strings as `\u` escapes: any reader reads the same value. */
export function displayJson(json: string): string {
  if (!/[^\n\u0020-\u007e]/.test(json)) return json
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return json.replace(UNSAFE, (char) => (char === '\n' ? char : char.replace(/[^]/g, escape)))
}

/** Like `displayText`, and cut to `max` characters with an ellipsis. */
export function displayShort(text: string, max: number): string {
  const safe = displayText(text)
  return safe.length <= max ? safe : `${safe.slice(0, max - 1)}…`
}

/**
 * A URL without user, password, query values and fragment, for messages and records. Of what is no URL, such as one whose
 * password holds a slash, everything before the last `@` goes.
 */
export function redactUrl(url: string): string {
  const user = URL.canParse(url)
    ? /^([a-z][a-z0-9+.-]+:[/\\]*)[^/\\?#]*@/i
    : /^([a-z][a-z0-9+.-]+:[/\\]+).*@/i
  return url.replace(user, '$1').replace(/\?[^#]*/, (query) => query.replace(/=[^&]*/g, '=…'))
}
