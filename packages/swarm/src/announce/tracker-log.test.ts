import { silentLogger } from '@repocast/errors'
import { expect, test } from 'vitest'
import { TrackerLog } from './tracker-log.ts'

test('a tracker that is silent about many packs is told once, and once that it answers again', () => {
  const lines: string[] = []
  const told = (level: string) => (_: object, message: string) => void lines.push(`${level}: ${message}`)
  const log = new TrackerLog('http://tracker.example.org/announce', {
    ...silentLogger,
    info: told('info'),
    warn: told('warn'),
  })
  log.answered()
  for (let pack = 0; pack < 3; pack += 1) log.failed(new Error('no route'))
  for (let pack = 0; pack < 3; pack += 1) log.answered()
  log.failed(new Error('no route'))
  expect(lines).toEqual([
    'warn: a tracker could not be asked',
    'info: a tracker answers again',
    'warn: a tracker could not be asked',
  ])
})
