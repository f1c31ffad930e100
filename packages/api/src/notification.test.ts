import { expect, test } from 'vitest'
import { Notification, notificationMeanings, notificationTypes } from './notification.ts'

test('every type has a schema and a meaning', () => {
  expect(Object.keys(Notification)).toEqual(notificationTypes)
  expect(Object.keys(notificationMeanings)).toEqual(notificationTypes)
})
