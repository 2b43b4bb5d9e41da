// The program and the library, each one file with lazy chunks beside it: start-up pays only for what a command uses.
// The program is CommonJS because Node starts a script 5 ms sooner than a module (docs/performance.md).
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'

const shared = {
  platform: 'node',
  external: ['better-sqlite3', 'better-sqlite3-13', 'tar', 'yauzl'],
}

/** The command parser can start other programs as subcommands. Ours never does, and loading that costs a start 3 ms. */
const noSubcommandPrograms = {
  name: 'no-subcommand-programs',
  resolveId(id, from) {
    return id === 'node:child_process' && from?.includes('/commander/') ? '\0no-child-process' : undefined
  },
  load(id) {
    return id === '\0no-child-process' ? 'export {}' : undefined
  },
}

/** What was found true of a lock is remembered for the code that found it: other code judges anew. */
const judgement = {
  name: 'judgement',
  transform(code, id) {
    if (!/\/platform\/version\.ts$/.test(id)) return undefined
    const hash = createHash('sha256')
    for (const folder of ['capabilities', 'manifest', 'trust']) {
      const at = new URL(`src/${folder}/`, import.meta.url)
      for (const name of readdirSync(at).sort())
        hash.update(`${name}\0`).update(readFileSync(new URL(name, at)))
    }
    return code.replace(`'source'`, `'${hash.digest('hex').slice(0, 16)}'`)
  },
}

/** The program loads the server as the bundle that stands beside it: nothing of it is in the program's own files. */
const serverBeside = {
  name: 'server-beside',
  resolveId(id) {
    const server = /\/registry-server\/(main|admin)\.ts$/.exec(id)
    if (!server) return undefined
    const name = server[1] === 'main' ? 'registry-server' : 'registry-admin'
    return { id: fileURLToPath(new URL(`dist/${name}.js`, import.meta.url)), external: 'relative' }
  },
}

/** Some of Node's own modules take milliseconds to load, and most commands import them without a use: first use loads. */
const lazyBuiltins = {
  name: 'lazy-builtins',
  renderChunk(code) {
    return code.replace(
      /^let (\w+) = (require\("node:(?:crypto|timers\/promises)"\));$/gm,
      (line, name, load) =>
        code.includes(`__toESM(${name}`)
          ? line
          : `let ${name} = new Proxy({}, { get: (it => (_, key) => (it ??= ${load})[key])() });`,
    )
  },
}

/** Each file costs a start half a millisecond: what every start needs is one, what nearly every command needs another. */
const groups = [
  {
    name: 'start',
    priority: 2,
    test: /src\/(?:errors\/|platform\/(?:text|env|version)\.|cli\/(?:run|program|table|output|style|progress|failure|world)\.)|node_modules\/commander/,
  },
  {
    name: 'base',
    priority: 1,
    test: /src\/(?:integrity|lock|capabilities\/(?:capabilities|grammar)|platform\/(?:fs|limits|path-name|file-lock|process-identity)|cli\/(?:flags|views\/(?:layout|phrases))|ops\/(?:scope|workspace|change|list)\.)/,
  },
]

const output = { dir: 'dist', minify: true, sourcemap: false }

export default defineConfig([
  {
    ...shared,
    input: { main: 'src/main.ts', 'copy-thread': 'src/ops/copy-thread.ts' },
    plugins: [judgement, noSubcommandPrograms, serverBeside, lazyBuiltins],
    output: {
      ...output,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'main/[name]-[hash].cjs',
      codeSplitting: { groups },
      cleanDir: true,
    },
  },
  {
    ...shared,
    input: { index: 'src/index.ts' },
    plugins: [judgement],
    output: {
      ...output,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'index/[name]-[hash].js',
    },
  },
  {
    ...shared,
    external: [...shared.external, 'pg', 'jose', 'marked', 'sanitize-html'],
    input: {
      'registry-server': 'registry-server/main.ts',
      'registry-admin': 'registry-server/admin.ts',
      'registry-thread': 'registry-server/threads/work-thread.ts',
    },
    output: {
      ...output,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'registry-server/[name]-[hash].js',
    },
  },
])
