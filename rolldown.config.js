// The program and the library, each one file with lazy chunks beside it: start-up pays only for what a command uses.
// The program is CommonJS because Node starts a script 5 ms sooner than a module (docs/performance.md).
import { defineConfig } from 'rolldown'

const shared = {
  platform: 'node',
  external: ['better-sqlite3', 'tar', 'undici', 'yauzl'],
}

const output = { dir: 'dist', minify: true, sourcemap: false }

export default defineConfig([
  {
    ...shared,
    input: { main: 'src/main.ts' },
    output: {
      ...output,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'main/[name]-[hash].cjs',
      cleanDir: true,
    },
  },
  {
    ...shared,
    input: { index: 'src/index.ts' },
    output: {
      ...output,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'index/[name]-[hash].js',
    },
  },
])
