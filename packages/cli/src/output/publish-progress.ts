import type { PublishProgress } from '@repocast/origin'
import type { Progress } from './progress.ts'

/** What publishing, or rolling back, the repository `name` is at, for the progress view. */
export function publishProgressOf(name: string, progress: PublishProgress): Progress {
  switch (progress.step) {
    case 'wait':
      return { name, step: 'waiting for another publish', done: 0, total: 0 }
    case 'scan':
      return { name, step: 'scanning', done: progress.bytes, total: 0 }
    case 'check':
      return { name, step: 'checking', done: progress.files, total: progress.totalFiles, unit: 'files' }
    case 'pack':
      return {
        name,
        step: `packing ${progress.pack}/${progress.packs}`,
        done: progress.bytes,
        total: progress.totalBytes,
      }
    case 'sign':
      return { name, step: 'signing', done: 0, total: 0 }
  }
}
