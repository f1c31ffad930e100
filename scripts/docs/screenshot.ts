import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/* Runs the demo, takes the README's picture of its statistics page with Chromium, and ends the demo. */

const picture = fileURLToPath(new URL('../../docs/images/stats.png', import.meta.url))
const demo = spawn(process.execPath, [fileURLToPath(new URL('../demo/main.ts', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
let told = ''
demo.stdout.setEncoding('utf8')
for await (const text of demo.stdout) {
  told += text
  if (told.includes('Ctrl-C')) break
}
const url = /statistics\s+(\S+)/.exec(told)?.[1]
if (url === undefined) throw new Error(`the demo names no statistics page:\n${told}`)
await mkdir(dirname(picture), { recursive: true })
const options = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--window-size=1200,760']
await promisify(execFile)('chromium', [...options, `--screenshot=${picture}`, url])
demo.kill('SIGINT')
await once(demo, 'exit')
