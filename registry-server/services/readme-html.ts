// The Markdown of a skill as HTML that can stand in a page: nothing in it runs, loads from elsewhere, or looks like the
// page's own controls. There are short texts that keep both libraries busy for minutes: it runs in a thread.
import { pathProblem } from '../../src/platform/path-name.ts'

type Sanitize = typeof import('sanitize-html')

const TAGS = (
  'h1 h2 h3 h4 h5 h6 p br hr ul ol li blockquote pre code strong em del s b i sub sup kbd table thead tbody tr th td ' +
  'a img input details summary dl dt dd'
).split(' ')

/** The files of the version that the text belongs to. */
export interface ReadmeFiles {
  /** Ends in a slash; relative links and pictures lead below it. */
  readonly url: string
  readonly has: (path: string) => boolean
}

/** Links to what is not there are text. */
export async function markdownToHtml(text: string, files: ReadmeFiles): Promise<string> {
  const [{ marked }, { default: sanitize }] = await Promise.all([import('marked'), import('sanitize-html')])
  return sanitised(sanitize, marked.parse(text, { async: false, gfm: true }), files)
}

function sanitised(sanitize: Sanitize, html: string, files: ReadmeFiles): string {
  return sanitize(html, {
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
      table: ['tabindex'],
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
          ...linkTo(href, files),
          ...(title === undefined ? {} : { title }),
        },
      }),
      img: (_, { src = '', alt = '' }) => {
        const url = fileUrl(src, files)
        // A picture from elsewhere would tell its host who reads.
        return url === undefined
          ? { tagName: 'em', attribs: {}, text: alt === '' ? 'picture' : alt }
          : { tagName: 'img', attribs: { src: url, alt, loading: 'lazy' } }
      },
      th: (_, { align }) => ({
        tagName: 'th',
        attribs: { scope: 'col', ...(align === undefined ? {} : { align }) },
      }),
      // They scroll sideways, so the keyboard must reach it.
      pre: () => ({ tagName: 'pre', attribs: { tabindex: '0' } }),
      table: () => ({ tagName: 'table', attribs: { tabindex: '0' } }),
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
}

function linkTo(href: string, files: ReadmeFiles): Record<string, string> {
  if (/^(?:https?:\/\/|mailto:)/i.test(href)) return { href, rel: 'nofollow noopener noreferrer ugc' }
  const url = fileUrl(href, files)
  return url === undefined ? {} : { href: url }
}

/** Where a file of the skill is; undefined for everything that is no path of one. */
function fileUrl(reference: string, files: ReadmeFiles): string | undefined {
  let path = reference.replace(/[?#].*$/s, '').replace(/^(?:\.\/)+/, '')
  try {
    path = decodeURIComponent(path)
  } catch {
    return undefined
  }
  if (pathProblem(path) !== undefined || !files.has(path)) return undefined
  return files.url + path.split('/').map(encodeURIComponent).join('/')
}
