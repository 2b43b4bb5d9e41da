// Loaded before the program under test: notes its peak memory in kilobytes when it ends.
const { readFileSync, writeFileSync } = require('node:fs')
const { BENCH_PEAK_FILE } = process.env

process.on('exit', () => {
  writeFileSync(BENCH_PEAK_FILE, String(peak()))
})

function peak() {
  try {
    return /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  } catch {
    return process.resourceUsage().maxRSS
  }
}
