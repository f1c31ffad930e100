import { collectedMetrics, type Registry } from '@repocast/daemon'
import { trackerMetrics } from '../metrics.ts'
import type { Tracker } from '../tracker.ts'

/** Every metric of a tracker that runs alone. */
export function createTrackerMetrics(tracker: Tracker): Registry {
  return collectedMetrics(() => tracker, trackerMetrics)
}
