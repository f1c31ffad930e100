import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assertSameTree, freePort, type Lab, openLab, repocast, startRepocast, tryRepocast } from '../lab/index.ts'
import { publishedTree } from '../lab/mirrored-tree.ts'

interface Diagnosis {
  readonly what: string
  readonly state: 'fine' | 'worse' | 'broken'
  readonly mend?: string
}

async function doctor(data: string): Promise<{ readonly exitCode: number; readonly broken: readonly Diagnosis[] }> {
  const { exitCode, stdout } = await tryRepocast(['agent', 'doctor', '--data', data, '--json'])
  const found = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Diagnosis)
  for (const { state, mend } of found) if (state !== 'fine') expect(mend).toBeTruthy()
  return { exitCode, broken: found.filter(({ state }) => state === 'broken') }
}

/** Passes requests on to an origin that seems to live at another time. */
async function wrongClock(lab: Lab, origin: string, seconds: number): Promise<string> {
  const server = createHttpServer(async (request, response) => {
    const answer = await fetch(`${origin}${request.url}`, { method: request.method ?? 'GET' })
    response.setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString())
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  lab.onClose(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('`agent init` writes a configuration that works, and the doctor names what breaks afterwards', async () => {
  await using lab = openLab('doctor')
  const { source, origin, link } = await publishedTree(lab, { seed: 3, files: 10, directories: 2 })
  const mirror = lab.newDirectory('mirror')
  const [served, data] = [join(mirror, 'www/tree'), join(mirror, 'data')]
  const [port, peerPort] = [await freePort(), await freePort()]
  const ports = ['--listen', `127.0.0.1:${port}`, '--peer-port', String(peerPort)]
  const refused = await tryRepocast(['agent', 'init', link, served, '--data', data, '--peer-port', '70000'])
  expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('`peer-port` must be <= 65535') })
  const nothing = await tryRepocast(['agent', 'verify', '--data', data])
  expect(nothing).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('REPOCAST_AGENT_NO_DATA') })
  const made = await repocast(['agent', 'init', link, served, '--data', data, ...ports])
  expect(made.stdout).toMatch(/next: repocast agent run/)
  expect(readFileSync(join(data, 'agent.yaml'), 'utf8')).toContain('# upload-limit: 50Mbit/s')
  expect(await tryRepocast(['agent', 'init', link, served, '--data', data])).toMatchObject({ exitCode: 8 })
  expect(await doctor(data)).toEqual({ exitCode: 0, broken: [] })

  const agent = await startRepocast(lab, ['agent', 'run', '--data', data], { ready: /serving a new snapshot/ })
  await assertSameTree(source, served)
  expect(await doctor(data)).toEqual({ exitCode: 0, broken: [] })
  process.kill(agent.pid, 'SIGTERM')
  await agent.ended

  const squatter = createServer()
  await once(squatter.listen(peerPort), 'listening')
  lab.onClose(() => squatter.close())
  expect(await doctor(data)).toMatchObject({ exitCode: 3, broken: [{ what: 'port for peers' }] })
  squatter.close()

  const configuration = readFileSync(join(data, 'agent.yaml'), 'utf8')
  const change = (from: string, to: string) => {
    expect(configuration).toContain(from)
    writeFileSync(join(data, 'agent.yaml'), configuration.replaceAll(from, to))
  }
  const taken = join(mirror, 'taken')
  mkdirSync(taken)
  change(served, taken)
  expect(await doctor(data)).toMatchObject({ exitCode: 3, broken: [{ what: 'tree: served path' }] })
  change(origin.url, await wrongClock(lab, origin.url, -3600))
  expect(await doctor(data)).toMatchObject({ exitCode: 3, broken: [{ what: 'tree: clock' }] })
  const fingerprint = link.slice(-64)
  change(fingerprint, 'f'.repeat(64))
  expect(await doctor(data)).toMatchObject({ exitCode: 3, broken: [{ what: 'tree: feed' }] })
  change('poll-interval:', 'pol-interval:')
  expect(await doctor(data)).toMatchObject({ exitCode: 3, broken: [{ what: 'configuration' }] })

  writeFileSync(join(data, 'agent.yaml'), configuration)
  await origin.process.kill()
  expect(await doctor(data)).toMatchObject({ exitCode: 3, broken: [{ what: 'tree: feed' }] })
})
