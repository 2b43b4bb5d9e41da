// One file per entry and lazy chunks beside it: start-up pays only for what a command uses (docs/performance.md).
import { defineConfig } from 'rolldown'

export default defineConfig({
  input: { main: 'src/main.ts', index: 'src/index.ts' },
  platform: 'node',
  external: ['better-sqlite3', 'tar', 'undici', 'yauzl'],
  output: {
    dir: 'dist',
    format: 'esm',
    minify: true,
    sourcemap: false,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
  },
})
