// The frame of every page. Values in `html` are escaped; untrusted text passes `shown` as well, so that nothing in it
// hides or reorders what stands beside it.
import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { displayText } from '../../src/platform/text.ts'
import { SCRIPT } from './script.ts'
import { ICON, STYLE } from './style.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export interface Asset {
  readonly path: string
  readonly type: string
  readonly body: string
}

const named = (name: string, extension: string, type: string, body: string): Asset => {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { path: `/assets/${name}-${hash}.${extension}`, type, body }
}

const style = named('style', 'css', 'text/css; charset=utf-8', STYLE)
const script = named('script', 'js', 'text/javascript; charset=utf-8', SCRIPT)
const icon = named('icon', 'svg', 'image/svg+xml', ICON)
export const ASSETS: readonly Asset[] = [style, script, icon]

/** No inline script or style, nothing from elsewhere, no frame around it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
}

interface Page {
  readonly title: string
  readonly description?: string
  readonly body: Html
}

/** A whole page. */
export async function page({ title, description, body }: Page): Promise<string> {
  const markup = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${shown(title)}</title>
        ${description === undefined ? '' : html`<meta name="description" content="${shown(description)}" />`}
        <link rel="stylesheet" href="${style.path}" />
        <link rel="icon" href="${icon.path}" type="image/svg+xml" />
        <script src="${script.path}" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="site">
          <div class="wide">
            <a class="brand" href="/"><img src="${icon.path}" alt="" width="24" height="24" />Skillward</a>
            <nav aria-label="Site">
              <a href="/search">Browse</a>
              <a href="/publish">Publish</a>
              <a href="/status">Status</a>
            </nav>
          </div>
        </header>
        <main id="main" class="wide">${body}</main>
        <footer class="site">
          <div class="wide">
            <span>A registry of agent skills</span>
            <a href="/openapi.json">API</a>
            <a href="/.well-known/agent-skills/index.json">Index</a>
          </div>
        </footer>
      </body>
    </html>`
  return markup.toString()
}

/** Untrusted text, safe to show; still to be escaped by `html`. */
export function shown(text: string): string {
  return displayText(text.replace(/\s+/g, ' ').trim())
}

/** Untrusted text with a capital letter. */
export function sentence(text: string): string {
  return shown(text.charAt(0).toUpperCase() + text.slice(1))
}

/** `2026-11-21` of a moment. */
export function date(moment: string): Html {
  const day = moment.slice(0, 10)
  return html`<time datetime="${moment}">${day}</time>`
}

/** `1.2 k` for people. */
export function amount(count: number): string {
  if (count < 1000) return String(count)
  const [value, unit] = count < 1_000_000 ? [count / 1000, 'k'] : [count / 1_000_000, 'M']
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** `3.4 KB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  const [value, unit] = size < 1_000_000 ? [size / 1000, 'KB'] : [size / 1_000_000, 'MB']
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** A command in a box; the script adds a button that copies it. */
export function command(text: string): Html {
  return html`<div class="command">
    <pre tabindex="0"><code>${text}</code></pre>
  </div>`
}

/** HTML that is safe already. */
export function safe(markup: string): Html {
  return raw(markup)
}

/** `1 skill`, `2 skills`. */
export function plural(count: number, one: string): string {
  return `${amount(count)} ${one}${count === 1 ? '' : 's'}`
}
