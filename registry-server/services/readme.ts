// The Markdown of a skill as HTML that can stand in a page: nothing in it runs, loads from elsewhere, or looks like the
// page's own controls.
import { marked } from 'marked'
import sanitize from 'sanitize-html'
import { pathProblem } from '../../src/platform/path-name.ts'

/** Markdown beyond this is not rendered; a skill's text is a few thousand characters. */
const MAX_CHARACTERS = 200_000

const TAGS = (
  'h1 h2 h3 h4 h5 h6 p br hr ul ol li blockquote pre code strong em del s b i sub sup kbd table thead tbody tr th td ' +
  'a img input details summary dl dt dd'
).split(' ')

/** `filesUrl` ends in a slash; relative links and pictures lead below it. */
export function renderReadme(markdown: string, filesUrl: string): string {
  const cut = markdown.length > MAX_CHARACTERS
  const html = marked.parse(cut ? markdown.slice(0, MAX_CHARACTERS) : markdown, { async: false, gfm: true })
  const safe = sanitize(html, {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'title', 'rel'],
      img: ['src', 'alt', 'title', 'loading'],
      code: [{ name: 'class', multiple: false, values: [] }],
      ol: ['start'],
      th: ['align', 'scope'],
      td: ['align'],
      input: ['type', 'disabled', 'checked', 'aria-label'],
      pre: ['tabindex'],
    },
    allowedSchemes: ['https', 'http', 'mailto'],
    allowedSchemesByTag: { img: ['https'] },
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nestingLimit: 60,
    transformTags: {
      // The page has the one first heading.
      h1: 'h2',
      h2: 'h3',
      h3: 'h4',
      h4: 'h5',
      h5: 'h6',
      a: (_, { href = '', title }) => ({
        tagName: 'a',
        attribs: {
          ...linkTo(href, filesUrl),
          ...(title === undefined ? {} : { title }),
        },
      }),
      img: (_, { src = '', alt = '' }) => {
        const url = fileUrl(src, filesUrl)
        // A picture from elsewhere would tell its host who reads.
        return url === undefined
          ? { tagName: 'em', attribs: {}, text: alt === '' ? 'picture' : alt }
          : { tagName: 'img', attribs: { src: url, alt, loading: 'lazy' } }
      },
      th: (_, { align }) => ({
        tagName: 'th',
        attribs: { scope: 'col', ...(align === undefined ? {} : { align }) },
      }),
      // It scrolls sideways, so the keyboard must reach it.
      pre: () => ({ tagName: 'pre', attribs: { tabindex: '0' } }),
      // Only what a task list makes.
      input: (_, { checked }) => ({
        tagName: 'input',
        attribs: {
          type: 'checkbox',
          disabled: '',
          'aria-label': checked === undefined ? 'not done' : 'done',
          ...(checked === undefined ? {} : { checked: '' }),
        },
      }),
    },
  })
  return cut ? `${safe}<p><em>The rest is too long to be shown.</em></p>` : safe
}

function linkTo(href: string, filesUrl: string): Record<string, string> {
  if (/^(?:https?:\/\/|mailto:)/i.test(href)) return { href, rel: 'nofollow noopener noreferrer ugc' }
  const url = fileUrl(href, filesUrl)
  return url === undefined ? {} : { href: url }
}

/** Where a file of the skill is; undefined for everything that is no relative path inside it. */
function fileUrl(reference: string, filesUrl: string): string | undefined {
  let path = reference.replace(/[?#].*$/s, '').replace(/^(?:\.\/)+/, '')
  try {
    path = decodeURIComponent(path)
  } catch {
    return undefined
  }
  if (pathProblem(path) !== undefined) return undefined
  return filesUrl + path.split('/').map(encodeURIComponent).join('/')
}
