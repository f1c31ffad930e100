import { notificationTypes } from '@repocast/api'
import { parseConfiguration } from '@repocast/daemon'
import { expect, test } from 'vitest'
import { OriginConfiguration } from '../configuration.ts'
import { loadWebhooks, type NotificationsConfiguration, subscriptionsOf, thresholdsOf } from './configuration.ts'

const secret = `whsec_${Buffer.alloc(24).toString('base64')}`

/** `notifications` of a file that says so. */
function parse(notifications: object): NotificationsConfiguration {
  const text = JSON.stringify({ url: 'http://origin.example', notifications })
  return parseConfiguration(OriginConfiguration, text, 'origin.yaml').notifications
}

test('without a word nobody is told, and thresholds are those of the documentation', () => {
  expect(subscriptionsOf(parse({}))).toEqual([])
  expect(thresholdsOf(parse({}))).toEqual({ lagSeconds: 3600, goneSeconds: 600, diskShare: 0.05 })
  const set = parse({ 'lag-after': '2h', 'gone-after': '90s', 'disk-low': '12.5%' })
  expect(thresholdsOf(set)).toEqual({ lagSeconds: 7200, goneSeconds: 90, diskShare: 0.125 })
})

test('a webhook is told of all, or of what it names', () => {
  const [all, some] = subscriptionsOf(
    parse({
      webhooks: [
        { url: 'https://hooks.example/a' },
        { url: 'https://hooks.example/b', events: ['mirror.gone'], repositories: ['debian'] },
      ],
    }),
  )
  expect(all).toMatchObject({ events: new Set(notificationTypes), repositories: undefined })
  expect(some).toMatchObject({ events: new Set(['mirror.gone']), repositories: new Set(['debian']) })
  expect(all?.key).not.toBe(some?.key)
})

test('secrets come from where the configuration says', async () => {
  const webhooks = [{ url: 'https://hooks.example/a', secret: 'env:HOOK' }, { url: 'https://hooks.example/b' }]
  const loaded = [...(await loadWebhooks(parse({ webhooks }), { HOOK: secret })).values()]
  expect(loaded.map(({ url, secrets }) => [url, secrets.length])).toEqual([
    ['https://hooks.example/a', 1],
    ['https://hooks.example/b', 0],
  ])
  await expect(loadWebhooks(parse({ webhooks }), {})).rejects.toThrow(/env:HOOK, is not set/)
})

test.each([
  [{ webhooks: [{ url: 'https://user:word@hooks.example/' }] }, /notifications.webhooks.0.url/],
  [
    { webhooks: [{ url: 'https://hooks.example/', secret: 'whsec_inTheFileItself' }] },
    /notifications.webhooks.0.secret/,
  ],
  [{ webhooks: [{ url: 'https://hooks.example/', events: ['mirror.gon'] }] }, /notifications.webhooks.0.events.0/],
  [{ 'lag-after': 'an hour' }, /notifications.lag-after/],
  [{ 'disk-low': '5' }, /notifications.disk-low/],
])('%j is refused', (notifications, why) => expect(() => parse(notifications)).toThrow(why))

test('one address stands there once', () => {
  const webhooks = [{ url: 'https://hooks.example/T0KEN' }, { url: 'https://hooks.example/T0KEN', events: ['test'] }]
  expect(() => subscriptionsOf(parse({ webhooks }))).toThrow(/one address at hooks.example twice/)
})
