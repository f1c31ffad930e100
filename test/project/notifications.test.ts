import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notificationTypes } from '@repocast/api'
import { expect, test } from 'vitest'

test('the table of events for webhooks has every type, and no other', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/formats-and-protocol.md'), 'utf8')
  const section = /\n## Events for webhooks\n(.*?)\n## /s.exec(page)?.[1] ?? ''
  expect([...section.matchAll(/^\| `([a-z.]+)`/gm)].map(([, type]) => type)).toEqual(notificationTypes)
})
