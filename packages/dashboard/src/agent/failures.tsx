import type { AgentActivity } from '@repocast/api'
import { timeText } from '../words/times.ts'

/** The last failures of updates; nothing at all when there were none. */
export function Failures({ failures }: { readonly failures: AgentActivity['failures'] | undefined }) {
  if (failures === undefined || failures.length === 0) return null
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">Last errors</h2>
      <ul class="paths failures">
        {failures.map(({ time, repository, code, message }) => (
          <li key={`${time} ${repository}`} class="error">
            <span class="what">{repository}</span>
            <span>
              {message} <code>{code}</code>
            </span>
            <span class="size">{timeText(time)} UTC</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
