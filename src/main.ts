#!/usr/bin/env node
// The bin entry. The version is answered before anything else is loaded; the rest is cli/run.ts.
import { VERSION } from './platform/version.ts'

const argv = process.argv.slice(2)
if (argv.length === 1 && /^(?:--version|-V|-v)$/.test(argv[0] ?? '')) {
  process.stdout.write(`${VERSION}\n`)
} else {
  // No await at the top level: the bundle is a script, which Node starts faster than a module.
  void import('./cli/run.ts').then(({ runProcess }) => runProcess(argv))
}
