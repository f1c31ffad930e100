import { daysPattern, hoursPattern, ratePattern } from '@repocast/daemon'
import Type, { type Static } from 'typebox'

/** Rates in an entry of a schedule, or of one repository. */
const RateOrNone = Type.String({ pattern: `${ratePattern}|^unlimited$` })

/** The keys that limit something: all, a repository, or either in some hours. */
export const limitKeys = { 'upload-limit': RateOrNone, 'download-limit': RateOrNone }

/** `limit-schedule`. */
export const LimitSchedule = Type.Array(
  Type.Object(
    {
      days: Type.Optional(Type.String({ pattern: daysPattern })),
      hours: Type.Optional(Type.String({ pattern: hoursPattern })),
      'upload-limit': Type.Optional(RateOrNone),
      'download-limit': Type.Optional(RateOrNone),
    },
    { additionalProperties: false },
  ),
  { maxItems: 100 },
)
export type LimitSchedule = Static<typeof LimitSchedule>
