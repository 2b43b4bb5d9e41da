// Problems for people: the same status and headers as the problem document, as a page.
import { PAGE_HEADERS } from './layout.ts'
import { problemPage } from './other-pages.ts'

const PROBLEM = 'application/problem+json'

/** The page for what a browser asked for in vain; every other answer as it is. */
export async function failurePage(response: Response, accept: string | undefined): Promise<Response> {
  const asked = /\btext\/html\b/.test(accept ?? '')
  if (!asked || response.headers.get('Content-Type') !== PROBLEM) return response
  const { title, detail, hint } = (await response.json()) as { title: string; detail: string; hint?: string }
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(PAGE_HEADERS)) headers.set(name, value)
  headers.set('Content-Type', 'text/html; charset=utf-8')
  headers.set('Cache-Control', 'no-store')
  return new Response(await problemPage(title, detail, hint), { status: response.status, headers })
}
