// Lists of skills, and the form that searches them.
import { html } from 'hono/html'
import { CAPABILITY_KINDS } from '../../src/capabilities/capabilities.ts'
import type { CapabilityKind, SearchResult, SkillSummary } from '../../src/registry/protocol.ts'
import type { SearchRequest } from '../services/search.ts'
import { amount, date, type Html, page, plural, shown } from './layout.ts'

const KINDS: Readonly<Record<CapabilityKind, string>> = {
  terminal: 'runs commands',
  filesystem: 'uses files',
  network: 'uses the network',
  env: 'reads variables',
  secrets: 'uses secrets',
  tools: 'calls tools',
  opaque: 'does what was not understood',
  resources: 'has limits',
}

/** Skills as a list, the best first. */
export function hitList(hits: readonly Omit<SkillSummary, 'score'>[]): Html {
  return html`<ul class="hits">
    ${hits.map(
      (hit) =>
        html`<li>
          <a class="name" href="/skills/${hit.name}">${hit.name}</a>
          ${hit.deprecated === undefined ? '' : html`<span class="tag">deprecated</span>`}
          <p>${shown(hit.description)}</p>
          <ul class="facts">
            <li>${hit.version}</li>
            <li>${plural(hit.downloads, 'download')}</li>
            <li>updated ${date(hit.updatedAt)}</li>
            ${hit.certified ? html`<li class="good">certified</li>` : ''}
            ${hit.signed ? html`<li class="good">signed</li>` : ''} ${kindsText(hit.capabilities)}
          </ul>
        </li>`,
    )}
  </ul>`
}

function kindsText(kinds: readonly CapabilityKind[]): Html | string {
  const words = kinds.filter((kind) => kind !== 'resources').map((kind) => KINDS[kind])
  return html`<li>${words.length === 0 ? 'asks for nothing' : words.join(', ')}</li>`
}

/** The form, and what was found, where a screen reader hears it when the script changes it. */
function searchForm(request: Partial<SearchRequest>, found: Html | string = ''): Html {
  const option = (value: string, label: string): Html =>
    (request.capability ?? '') === value
      ? html`<option value="${value}" selected>${label}</option>`
      : html`<option value="${value}">${label}</option>`
  const box = (name: string, label: string, on: boolean | undefined): Html =>
    html`<label
      >${
        on
          ? html`<input type="checkbox" name="${name}" value="true" checked />`
          : html`<input type="checkbox" name="${name}" value="true" />`
      }${label}</label
    >`
  return html`<form class="search" action="/search" role="search" data-live>
      <div class="bar">
        <input
          type="search"
          name="q"
          value="${(request.q ?? '').replace(/\p{C}/gu, '')}"
          placeholder="What should it do?"
          aria-label="Search skills"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          maxlength="200"
        />
        <button>Search</button>
      </div>
      <div class="filters">
        <label
          >Asks for
          <select name="capability">
            ${option('', 'anything')}
            ${CAPABILITY_KINDS.filter((kind) => kind !== 'resources').map((kind) => option(kind, kind))}
          </select></label
        >
        ${box('signed', 'signed', request.signed)} ${box('certified', 'certified', request.certified)}
        ${
          request.scope === undefined
            ? ''
            : html`<label
                >in <input type="text" name="scope" value="${request.scope.replace(/\p{C}/gu, '')}" size="14"
              /></label>`
        }
      </div>
    </form>
    <p id="found" class="muted" role="status">${found}</p>`
}

/** The page of a search. */
export async function searchPage(request: SearchRequest, result: SearchResult): Promise<string> {
  const { q = '' } = request
  const { total, results, nextCursor } = result
  const more = new URLSearchParams(
    Object.entries({ ...request, cursor: nextCursor }).flatMap(([key, value]) =>
      value === undefined || value === '' || (key === 'limit' && value === 20)
        ? []
        : [[key, String(value)] as [string, string]],
    ),
  )
  const count = `${total >= 1000 ? 'More than ' : ''}${plural(total, 'skill')}`
  return page({
    title: q === '' ? 'Skills' : `${q} – skills`,
    description: 'Search skills for agents by what they do, and by what they ask for.',
    body: html`<h1>Find a skill</h1>
      ${searchForm(
        request,
        html`${total === 0 ? 'Nothing was found' : count}${q === '' ? '' : html` for “${shown(q)}”`}`,
      )}
      <section id="results" aria-label="Results">
        ${
          results.length === 0
            ? html`<p>
                Try fewer or other
                words${request.signed || request.certified || request.capability ? ', or drop a filter' : ''}.
              </p>`
            : hitList(results)
        }
        ${nextCursor === undefined ? '' : html`<p class="pager"><a href="/search?${more}" rel="next">More skills</a></p>`}
      </section>`,
  })
}

interface HomeFacts {
  readonly skills: number
  readonly versions: number
  readonly popular: readonly Omit<SkillSummary, 'score'>[]
  readonly recent: readonly Omit<SkillSummary, 'score'>[]
}

/** The first page. */
export async function homePage({ skills, versions, popular, recent }: HomeFacts): Promise<string> {
  return page({
    title: 'Skillward – a registry of agent skills',
    description: 'Skills for agents, each with what it may do, who made it, and every version it ever had.',
    body: html`<h1 class="big">Skills that say what they may do</h1>
      <p class="lead">
        ${amount(skills)} skills in ${plural(versions, 'version')}. Each shows the commands, files and hosts
        that it asks for, before your agent gets it.
      </p>
      ${searchForm({})}
      <section id="results" aria-label="Skills">
        ${
          skills === 0
            ? html`<p>There is no skill here yet. <a href="/publish">Publish the first one</a>.</p>`
            : html`<div class="two">
                <div>
                  <h2>Most downloaded</h2>
                  ${hitList(popular)}
                </div>
                <div>
                  <h2>Recently updated</h2>
                  ${hitList(recent)}
                </div>
              </div>`
        }
      </section>`,
  })
}
