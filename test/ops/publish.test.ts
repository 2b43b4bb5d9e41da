import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { pack, packFolder } from '../../src/ops/pack.ts'
import { publish } from '../../src/ops/publish.ts'
import { yank, deprecate } from '../../src/ops/yank.ts'
import { saveCredential } from '../../src/registry/credentials.ts'
import { startRegistry, type FakeRegistry } from '../support/fake-registry.ts'
import { testIo, type TestIo } from '../support/test-io.ts'

// In two parts, so that this file itself is none that holds a secret.
const TOKEN = ['ghp', 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('_')

function skill(io: TestIo, files: Readonly<Record<string, string>> = {}, version = '1.0.0'): string {
  const folder = join(io.project, 'pdf')
  const all = {
    'SKILL.md': '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# Pdf\n',
    'skill.toml': `[skill]\nversion = "${version}"\n\n[capabilities]\n`,
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

async function loggedIn(io: TestIo): Promise<FakeRegistry> {
  const registry = await startRegistry()
  registry.token = 'secret-token'
  saveCredential(registry.url, { token: 'secret-token', user: 'ada' }, io.settings)
  return registry
}

describe('pack', () => {
  test('writes the same bytes every time, and says their digest', async () => {
    const io = testIo()
    const folder = skill(io)
    const first = await pack({ folder, output: 'a.tar' }, io)
    const second = await pack({ folder, output: 'b.tar' }, io)
    expect(readFileSync(first.output).equals(readFileSync(second.output))).toBe(true)
    expect(first).toMatchObject({ name: 'pdf', version: '1.0.0', digest: second.digest })
    const layout = await pack({ folder, output: 'layout' }, io)
    const index = JSON.parse(readFileSync(join(layout.output, 'index.json'), 'utf8')) as {
      manifests: { digest: string; annotations: object }[]
    }
    expect(index.manifests).toMatchObject([{ digest: first.digest }])
    const manifest = readFileSync(join(layout.output, 'blobs', first.digest.replace(':', '/')))
    expect(sha256Digest(manifest)).toBe(first.digest)
  })

  test('refuses secrets, files for credentials, and links, also inside the folder', async () => {
    const attempt = async (change: (folder: string) => void): Promise<unknown> => {
      const io = testIo()
      const folder = skill(io)
      change(folder)
      return packFolder({ folder }, io)
    }
    await expect(attempt((folder) => writeFileSync(join(folder, 'x.sh'), `export T=${TOKEN}\n`))).toThrowCode(
      'secret_found',
    )
    await expect(attempt((folder) => writeFileSync(join(folder, '.env'), 'A=1\n'))).toThrowCode(
      'secret_found',
    )
    await expect(attempt((folder) => symlinkSync('/etc/passwd', join(folder, 'x')))).toThrowCode(
      'publish_refused',
    )
    await expect(attempt((folder) => symlinkSync('SKILL.md', join(folder, 'x')))).toThrowCode(
      'publish_refused',
    )
    await expect(
      attempt((folder) => writeFileSync(join(folder, '.env.example'), 'A=\n')),
    ).resolves.toBeDefined()
  })

  test('wants a version, and only one', async () => {
    const io = testIo()
    const folder = skill(io, { 'skill.toml': '[skill]\n\n[capabilities]\n' })
    await expect(packFolder({ folder }, io)).toThrowCode('publish_refused')
    await expect(packFolder({ folder, release: 'one' }, io)).toThrowCode('publish_refused')
    expect(await packFolder({ folder, release: '0.1.0' }, io)).toMatchObject({ version: '0.1.0' })
    const other = testIo()
    await expect(packFolder({ folder: skill(other), release: '2.0.0' }, other)).toThrowCode('publish_refused')
  })

  test('lets --release decide where metadata.version is no semantic version', async () => {
    const io = testIo()
    const text = (version: string): string =>
      `---\nname: pdf\ndescription: Reads PDF files.\nmetadata:\n  version: "${version}"\n---\n`
    const folder = skill(io, { 'SKILL.md': text('1.0'), 'skill.toml': '[skill]\n\n[capabilities]\n' })
    await expect(packFolder({ folder }, io)).toThrowCode('publish_refused')
    expect(await packFolder({ folder, release: '1.0.0' }, io)).toMatchObject({ version: '1.0.0' })
    const other = testIo()
    const own = skill(other, { 'SKILL.md': text('1.1.0'), 'skill.toml': '[skill]\n\n[capabilities]\n' })
    await expect(packFolder({ folder: own, release: '2.0.0' }, other)).rejects.toMatchObject({
      code: 'publish_refused',
      hint: 'change metadata.version in SKILL.md, or leave --release out',
    })
  })

  test('refuses what is not valid, naming file and rule', async () => {
    const io = testIo()
    const folder = skill(io, { 'SKILL.md': '---\nname: PDF\n---\n' })
    await expect(packFolder({ folder }, io)).toThrowCode('manifest_invalid')
  })
})

describe('publish', () => {
  test('needs a login, unless it only checks', async () => {
    const io = testIo()
    const registry = await startRegistry()
    const folder = skill(io)
    const request = { folder, registry: registry.url, scope: '@acme' }
    await expect(publish(request, io)).toThrowCode('unauthorized')
    expect(await publish({ ...request, dryRun: true }, io)).toMatchObject({
      status: 'checked',
      name: '@acme/pdf',
    })
    expect(registry.log.every(({ line }) => line.startsWith('GET /api/'))).toBe(true)
  })

  test('takes the only scope that the user may publish to', async () => {
    const io = testIo()
    const registry = await loggedIn(io)
    expect(await publish({ folder: skill(io), registry: registry.url }, io)).toMatchObject({
      status: 'published',
      name: '@acme/pdf',
    })
  })

  test('is done when the same content is there, and refuses another under the same version', async () => {
    const io = testIo()
    const registry = await loggedIn(io)
    const folder = skill(io)
    const { files } = await packFolder({ folder }, io)
    const request = { folder, registry: registry.url, scope: 'acme' }
    // The same files in another artifact, as another machine would compress or describe them.
    const there = registry.add({ name: '@acme/pdf', version: '1.0.0', files })
    expect(await publish(request, io)).toMatchObject({ status: 'unchanged', digest: there.manifestDigest })
    writeFileSync(join(folder, 'more.md'), 'more')
    await expect(publish(request, io)).toThrowCode('version_exists')
    expect(registry.log.filter(({ line }) => !/^(?:GET|HEAD) /.test(line))).toEqual([])
  })

  test('refuses more capabilities in a patch, and tells of them in a minor release', async () => {
    const wider = {
      'skill.toml': '[skill]\nversion = "VERSION"\n\n[capabilities.network]\nhosts = ["a.example"]\n',
    }
    const release = async (version: string): Promise<unknown> => {
      const io = testIo()
      const registry = await loggedIn(io)
      registry.add({ name: '@acme/pdf', version: '1.0.0' })
      const toml = wider['skill.toml'].replace('VERSION', version)
      return publish(
        { folder: skill(io, { 'skill.toml': toml }), registry: registry.url, scope: '@acme', dryRun: true },
        io,
      )
    }
    await expect(release('1.0.1')).toThrowCode('capability_widened')
    expect(await release('1.1.0')).toMatchObject({
      status: 'checked',
      widened: [{ capability: 'network' }],
      diagnostics: [{ severity: 'warning', code: 'capability_widened', file: 'skill.toml' }],
    })
    expect(await release('2.0.0')).toMatchObject({ status: 'checked', widened: [], diagnostics: [] })
  })

  test('pushes to any OCI repository, once', async () => {
    const io = testIo()
    const registry = await startRegistry()
    const to = `oci://${new URL(registry.url).host}/team/pdf`
    const folder = skill(io)
    expect(await publish({ folder, to }, io)).toMatchObject({ status: 'published', version: '1.0.0' })
    expect(await publish({ folder, to }, io)).toMatchObject({ status: 'unchanged' })
    writeFileSync(join(folder, 'more.md'), 'more')
    await expect(publish({ folder, to }, io)).toThrowCode('version_exists')
    await expect(publish({ folder, to, registry: registry.url }, io)).toThrowCode('usage')
  })
})

test('what agents added to the format is told, and published all the same', async () => {
  const io = testIo()
  const registry = await loggedIn(io)
  const extended =
    '---\nname: pdf\ndescription: Reads PDF files.\nmodel: opus\nallowed-tools: [Read]\nmetadata:\n  tags: [a]\n---\n\n# Pdf\n'
  const request = { folder: skill(io, { 'SKILL.md': extended }), registry: registry.url, scope: 'acme' }
  const { status, diagnostics } = await publish(request, io)
  expect(status).toBe('published')
  expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`).sort()).toEqual([
    'warning allowed_tools_type',
    'warning frontmatter_unknown_key',
    'warning metadata_type',
  ])
  const broken = skill(io, { 'SKILL.md': extended.replace('name: pdf', 'name: PDF') })
  await expect(publish({ ...request, folder: broken }, io)).toThrowCode('manifest_invalid')
})

describe('yank and deprecate', () => {
  test('mark one version, or the skill as a whole', async () => {
    const io = testIo()
    const registry = await loggedIn(io)
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    const at = { registry: registry.url }
    expect(await yank({ ...at, target: '@acme/pdf@1.0.0', reason: 'broken' }, io)).toMatchObject({
      marked: true,
    })
    expect(await yank({ ...at, target: '@acme/pdf@1.0.0' }, io)).toMatchObject({ marked: false })
    expect(await deprecate({ ...at, target: '@acme/pdf', message: 'old' }, io)).toMatchObject({
      marked: true,
    })
    expect(registry.log.filter(({ line }) => !line.startsWith('GET')).map(({ line }) => line)).toEqual([
      'POST /api/v1/skills/@acme/pdf/versions/1.0.0/yank',
      'DELETE /api/v1/skills/@acme/pdf/versions/1.0.0/yank',
      'POST /api/v1/skills/@acme/pdf/deprecation',
    ])
    await expect(yank({ ...at, target: '@acme/pdf@^1', reason: 'x' }, io)).toThrowCode('usage')
    await expect(deprecate({ ...at, target: '@acme/pdf@1.0.0', message: 'x' }, io)).toThrowCode('usage')
  })
})
