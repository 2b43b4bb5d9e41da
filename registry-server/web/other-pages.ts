// Scopes, the guide for publishers, the status of the server, and what is shown when something is not there.
import { html } from 'hono/html'
import type { SkillSummary } from '../../src/registry/protocol.ts'
import { VERSION } from '../../src/platform/version.ts'
import { hitList } from './hits.ts'
import { amount, command, type Html, page, plural, sentence, shown } from './layout.ts'

interface ScopePage {
  /** With the `@`. */
  readonly scope: string
  readonly owners: readonly string[]
  readonly skills: readonly Omit<SkillSummary, 'score'>[]
  readonly origin: string
}

export async function scopePage({ scope, owners, skills, origin }: ScopePage): Promise<string> {
  return page({
    title: `${scope} – skills`,
    description: `The skills that ${scope} publishes, with what each may do.`,
    body: html`<h1>${scope}</h1>
      <p class="lead">
        ${plural(skills.length, 'skill')}${owners.length === 0 ? '' : html`, owned by ${shown(owners.join(', '))}`}
      </p>
      ${skills.length === 0 ? html`<p>Nothing is published here yet.</p>` : hitList(skills)}
      <h2>All of them in other tools</h2>
      <p>The skills CLI of Vercel:</p>
      ${command(`npx skills add ${origin}/${scope}`)}
      <p>Claude Code:</p>
      ${command(`/plugin marketplace add ${origin}/${scope}/marketplace.json`)}`,
  })
}

export async function publishPage(origin: string): Promise<string> {
  const { host } = new URL(origin)
  return page({
    title: 'Publish a skill',
    description:
      'How a skill is published in this registry, what is refused, and what to do when something went wrong.',
    body: html`<h1>Publish a skill</h1>
      <p class="lead">
        A skill is a folder with a <code>SKILL.md</code>. What you publish is an OCI artifact, and it never
        changes.
      </p>
      <h2>1. Say what it may do</h2>
      ${command('skills init release-notes')}
      <p>
        Beside <code>SKILL.md</code>, a <code>skill.toml</code> names the version and the capabilities.
        Without it they are inferred from the scripts, and every guess is shown to whoever installs the skill.
      </p>
      <pre tabindex="0"><code>[skill]
name = "release-notes"
version = "1.0.0"

[capabilities.terminal]
allow = ["git log **"]</code></pre>
      <h2>2. Log in</h2>
      ${command(`skills login --registry ${origin}`)}
      <p>
        It asks for the token that whoever runs this registry gives you. A CI needs none: an owner of the
        scope names the job once (<code>PUT /api/v1/scopes/@your-scope/publishers</code>), and
        <code>skills publish</code> in it exchanges the job's identity for a token that lives for minutes.
      </p>
      <h2>3. Look, then publish</h2>
      ${command(`skills publish ./release-notes --scope @your-scope --dry-run --registry ${origin}`)}
      ${command(`skills publish ./release-notes --scope @your-scope --registry ${origin}`)}
      <p>
        Any OCI client can push the artifact that <code>skills pack</code> makes, to
        <code>${host}/your-scope/release-notes:1.0.0</code>.
      </p>
      <h2>What is refused</h2>
      <ul>
        <li>Another content under a version that exists. The same content again is fine.</li>
        <li>
          A patch release that asks for more than the version before. In a minor release it is a warning.
        </li>
        <li>Secrets: private keys and live tokens, wherever they stand.</li>
        <li>Links, and files outside the folder of the skill.</li>
        <li>A name or version that is not the one in the manifest.</li>
      </ul>
      <h2>When something went wrong</h2>
      <p>
        A version is never deleted, because others have locked it. Yank it, and nobody chooses it any more.
      </p>
      ${command(`skills yank @your-scope/release-notes@1.0.0 --reason "loses the last line" --registry ${origin}`)}`,
  })
}

interface Status {
  readonly skills: number
  readonly versions: number
  readonly database: boolean
  readonly blobs: boolean
  readonly kind: string
}

export async function statusPage({ skills, versions, database, blobs, kind }: Status): Promise<string> {
  const row = (label: string, value: Html | string): Html =>
    html`<tr>
      <th scope="row">${label}</th>
      <td>${value}</td>
    </tr>`
  const state = (works: boolean): Html =>
    works ? html`<span class="good">works</span>` : html`<span class="high">does not answer</span>`
  return page({
    title: 'Status',
    description: 'Whether this registry works, and how much it holds.',
    body: html`<h1>Status</h1>
      <table>
        <tbody>
          ${row('Database', state(database))} ${row('Artifacts', state(blobs))}
          ${row('Skills', amount(skills))} ${row('Versions', amount(versions))}
          ${row('Software', `Skillward ${VERSION}, ${kind}`)}
        </tbody>
      </table>
      <p class="small muted">
        For machines: <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>,
        <a href="/openapi.json">/openapi.json</a>.
      </p>`,
  })
}

/** What went wrong, for people. */
export async function problemPage(title: string, detail: string, hint: string | undefined): Promise<string> {
  return page({
    title,
    body: html`<h1>${title}</h1>
      <p class="lead">${shown(detail)}</p>
      ${hint === undefined ? '' : html`<p>${sentence(hint)}</p>`}
      <p><a href="/search">Look through all skills</a></p>`,
  })
}
