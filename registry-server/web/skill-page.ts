// The page of a skill, at one of its versions.
import { html } from 'hono/html'
import type {
  CapabilityDiff,
  Dependents,
  Downloads,
  SkillDocument,
  VersionDocument,
} from '../../src/registry/protocol.ts'
import { dependencyName } from '../../src/registry/names.ts'
import { capabilityTable, changeTable } from './capability-table.ts'
import { amount, bytes, command, date, type Html, page, plural, safe, shown } from './layout.ts'

/** More are in the documents of the API. */
const FILES = 500
const VERSIONS = 200
const REMOVED = 50

export interface SkillPage {
  readonly skill: SkillDocument
  readonly version: VersionDocument
  /** Safe already. */
  readonly readme: string
  readonly dependents: Dependents
  readonly downloads: Downloads
  readonly source?: string
  /** `https://host` of this registry. */
  readonly origin: string
  /** The version before the one that is shown, for the comparison. */
  readonly previous?: string
}

export async function skillPage(about: SkillPage): Promise<string> {
  const { skill, version, readme } = about
  return page({
    title: `${skill.name} ${version.version}`,
    description: version.description,
    body: html`<h1>${skill.name}</h1>
      <p class="lead">${shown(version.description)}</p>
      ${summary(about)} ${notices(about)}
      <div class="columns">
        <div>
          <h2>Install</h2>
          ${installCommands(about)}
          <h2>What it may do</h2>
          ${capabilityTable(version.capabilities, 'What it may do')}
          ${
            version.optionalCapabilities === undefined
              ? ''
              : html`<h3>Extras that it can do without</h3>
                  ${capabilityTable(version.optionalCapabilities, 'Extras')}`
          }
          <section class="readme" aria-label="Text of the skill">${safe(readme)}</section>
          ${fileTable(version)} ${versionTable(about)}
        </div>
        <aside aria-label="Facts">${facts(about)}</aside>
      </div>`,
  })
}

/** The facts that one looks for first, and ways past a long text. */
function summary({ skill, version }: SkillPage): Html {
  return html`<ul class="facts summary">
    <li><strong>${version.version}</strong></li>
    <li>published ${date(version.publishedAt)} by ${shown(version.publisher)}</li>
    <li>${version.signer === 'unsigned' ? 'not signed' : html`<span class="good">signed</span>`}</li>
    <li><a href="#versions">${plural(skill.versions.length, 'version')}</a></li>
    <li><a href="#files">${plural(version.files.length, 'file')}</a></li>
    <li><a href="#facts">Facts</a></li>
  </ul>`
}

function notices({ skill, version }: SkillPage): Html {
  const other = version.version !== skill.version
  return html`${
    skill.deprecated === undefined
      ? ''
      : html`<div class="note">
          <p><strong>Deprecated:</strong> ${shown(skill.deprecated)}</p>
        </div>`
  }
  ${
    version.yanked === undefined
      ? ''
      : html`<div class="note">
          <p><strong>Yanked:</strong> ${shown(version.yanked)}</p>
          <p>Nobody chooses it any more; from a lock it stays installable.</p>
        </div>`
  }
  ${
    other
      ? html`<div class="note">
          <p>
            This is version ${version.version}. The current one is
            <a href="/skills/${skill.name}">${skill.version}</a>.
          </p>
        </div>`
      : ''
  }`
}

function installCommands({ skill, version, origin }: SkillPage): Html {
  const [scope = '', slug = ''] = skill.name.split('/')
  const at = version.version === skill.version ? '' : `@${version.version}`
  const host = new URL(origin).host
  return html`${command(`skills add ${skill.name}${at} --registry ${origin}`)}
    <details>
      <summary>With other tools</summary>
      <h3>Any OCI client</h3>
      ${command(`oras pull ${host}/${version.repository}:${version.tag}`)}
      <h3>The skills CLI of Vercel</h3>
      ${command(`npx skills add ${origin}/${scope} --skill ${slug}`)}
      <h3>ClawHub</h3>
      ${command(`clawhub --registry ${origin}/clawhub install ${slug}`)}
      <h3>Claude Code</h3>
      ${command(`/plugin marketplace add ${origin}/${scope}/marketplace.json`)}
      <h3>npm</h3>
      ${command(`npm install ${skill.name}@${version.version} --registry ${origin}/npm/`)}
    </details>`
}

function facts({ skill, version, downloads, dependents, source }: SkillPage): Html {
  const dependencies = Object.entries(version.dependencies)
  const whole = (key: string): string => dependencyName(key, skill.name)
  const scope = skill.name.slice(0, skill.name.indexOf('/'))
  return html`<h2 id="facts">Facts</h2>
    <dl>
      <dt>Version</dt>
      <dd>${version.version}, ${date(version.publishedAt)}</dd>
      <dt>Published by</dt>
      <dd>${shown(version.publisher)}</dd>
      <dt>Signer</dt>
      <dd>
        ${version.signer === 'unsigned' ? 'not signed' : html`<span class="good">${shown(version.signer)}</span>`}
      </dd>
      <dt>Scope</dt>
      <dd>
        <a href="/${scope}">${scope}</a
        >${skill.owners.length === 0 ? '' : ` of ${shown(skill.owners.join(', '))}`}
      </dd>
      <dt>License</dt>
      <dd>${shown(version.license ?? 'not given')}</dd>
      ${
        source === undefined
          ? ''
          : html`<dt>Source</dt>
              <dd>
                <a href="${source}" rel="nofollow noopener noreferrer ugc"
                  >${shown(source.replace(/^https:\/\//, ''))}</a
                >
              </dd>`
      }
      <dt>Downloads</dt>
      <dd>${amount(downloads.total)} ${bars(downloads)}</dd>
      <dt>Depends on</dt>
      <dd>
        ${
          dependencies.length === 0
            ? 'nothing'
            : dependencies.map(
                ([key, range], index) =>
                  html`${index === 0 ? '' : ', '}<a href="/skills/${whole(key)}">${shown(key)}</a>
                    ${shown(range)}`,
              )
        }
      </dd>
      <dt>Used by</dt>
      <dd>
        ${
          dependents.total === 0
            ? 'no other skill here'
            : html`${plural(dependents.total, 'skill')}:
              ${dependents.dependents
                .slice(0, 10)
                .map(
                  ({ name }, index) => html`${index === 0 ? '' : ', '}<a href="/skills/${name}">${name}</a>`,
                )}`
        }
      </dd>
      <dt>Content</dt>
      <dd><code class="small">${version.integrity}</code></dd>
      <dt>Manifest</dt>
      <dd><code class="small">${version.digest}</code></dd>
    </dl>`
}

/** A bar a day of the last thirty. */
function bars({ days }: Downloads): Html | string {
  const last = days.slice(-30)
  const top = Math.max(...last.map(({ count }) => count))
  if (last.length < 2) return ''
  const total = last.reduce((sum, { count }) => sum + count, 0)
  return html`<svg
    class="bars"
    viewBox="0 0 ${last.length * 4} 24"
    preserveAspectRatio="none"
    role="img"
    aria-label="${total} downloads on the last ${last.length} days with any"
  >
    ${last.map(({ count }, index) => {
      const height = Math.max(1, Math.round((24 * count) / top))
      return html`<rect x="${index * 4}" y="${24 - height}" width="3" height="${height}" />`
    })}
  </svg>`
}

function fileTable({ name, version, files, size }: VersionDocument): Html {
  const base = `/api/v1/skills/${name}/versions/${encodeURIComponent(version)}/files/`
  return html`<h2 id="files">Files</h2>
    <details>
      <summary>${plural(files.length, 'file')}, ${bytes(size)}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Files">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            ${files.slice(0, FILES).map(
              (file) =>
                html`<tr>
                  <td>
                    <a href="${base}${file.path.split('/').map(encodeURIComponent).join('/')}"
                      >${shown(file.path)}</a
                    >
                  </td>
                  <td class="nowrap">${bytes(file.size)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${files.length > FILES ? html`<p>${plural(files.length - FILES, 'more file')} not shown.</p>` : ''}
    </details>`
}

function versionTable({ skill, version, previous }: SkillPage): Html {
  return html`<h2 id="versions">Versions</h2>
    ${
      skill.versions.length < 2
        ? ''
        : html`<form class="filters" action="/skills/${skill.name}/diff">
            ${versionSelect('from', 'Compare', skill, previous ?? skill.versions.find((one) => one.version !== version.version)?.version)}
            ${versionSelect('to', 'with', skill, version.version)}
            <button>Compare</button>
          </form>`
    }
    <div class="scroll" tabindex="0" role="region" aria-label="Versions">
      <table>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Published</th>
            <th scope="col">By</th>
            <th scope="col">Size</th>
          </tr>
        </thead>
        <tbody>
          ${skill.versions.slice(0, VERSIONS).map(
            (row) =>
              html`<tr>
                <td class="nowrap">
                  <a href="/skills/${skill.name}/v/${encodeURIComponent(row.version)}">${row.version}</a>
                  ${row.yanked === undefined ? '' : html`<span class="tag">yanked</span>`}
                  ${row.signer === 'unsigned' ? '' : html`<span class="good">signed</span>`}
                </td>
                <td class="nowrap">${date(row.publishedAt)}</td>
                <td>${shown(row.publisher)}</td>
                <td class="nowrap">${bytes(row.size)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${removedList(skill)}`
}

/** Versions that an operator took out, with the reason. */
function removedList({ removed = [] }: SkillDocument): Html | string {
  if (removed.length === 0) return ''
  return html`<h3 id="removed">Taken out of the registry</h3>
    <ul>
      ${removed
        .slice(0, REMOVED)
        .map(
          ({ version, reason, removedAt }) =>
            html`<li><strong>${shown(version)}</strong>, ${date(removedAt)}: ${shown(reason)}</li>`,
        )}
    </ul>`
}

function versionSelect(name: string, label: string, skill: SkillDocument, chosen: string | undefined): Html {
  return html`<label
    >${label}
    <select name="${name}">
      ${skill.versions
        .slice(0, VERSIONS)
        .map(({ version }) =>
          version === chosen ? html`<option selected>${version}</option>` : html`<option>${version}</option>`,
        )}
    </select></label
  >`
}

/** The page that compares two versions. */
export async function diffPage(skill: SkillDocument, diff: CapabilityDiff): Promise<string> {
  return page({
    title: `${skill.name}: ${diff.from} and ${diff.to}`,
    description: `What version ${diff.to} of ${skill.name} may do, compared with ${diff.from}.`,
    body: html`<h1>${skill.name}</h1>
      <p class="lead">What version ${diff.to} may do, compared with ${diff.from}</p>
      <form class="filters" action="/skills/${skill.name}/diff">
        ${versionSelect('from', 'Compare', skill, diff.from)} ${versionSelect('to', 'with', skill, diff.to)}
        <button>Compare</button>
      </form>
      <p class="${diff.widens ? 'high' : 'low'}">
        ${diff.widens ? 'It asks for more than before.' : 'It asks for no more than before.'}
      </p>
      ${changeTable(diff)}
      <p>
        <a href="/skills/${skill.name}/v/${encodeURIComponent(diff.to)}">Back to ${skill.name} ${diff.to}</a>
      </p>`,
  })
}
