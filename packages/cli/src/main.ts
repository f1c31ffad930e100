import { readFileSync } from 'node:fs'
import { exitCodeOf } from './output/exit-codes.ts'
import { createTerminal } from './output/terminal.ts'
import { runProgram } from './program.ts'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 22) {
  process.stderr.write(
    `error: repocast needs Node 22 or newer, this is ${process.versions.node} (${process.execPath})\n`,
  )
  process.exit(3)
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // Who asks twice does not want to wait.
    if (interrupted.signal.aborted) process.exit(130)
    interrupted.abort()
  })
}
// Who reads our output may stop reading, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}
// What a timer or a listener has thrown and nobody has caught ends the program, as told as what a command throws.
process.on('uncaughtException', error => {
  createTerminal(process.argv.includes('--json'), process.stdout, process.stderr).error(error, true)
  process.exit(exitCodeOf(error))
})
process.exitCode = await runProgram({
  args: process.argv.slice(2),
  environment: process.env,
  version,
  signal: interrupted.signal,
})
