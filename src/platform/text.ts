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
  return text
    .replace(EMOJI_STYLE, '')
    .replace(UNSAFE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
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
