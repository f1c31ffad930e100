/** Ranges of history by their names in addresses. */
export const ranges = { hours: '6 hours', days: '7 days', year: '1 year' } as const
export type Range = keyof typeof ranges
export const rangeSeconds: Readonly<Record<Range, number>> = { hours: 6 * 3600, days: 7 * 86_400, year: 366 * 86_400 }

interface RangeChoiceProps {
  readonly range: Range
  readonly setRange: (range: Range) => void
}

export function RangeChoice({ range, setRange }: RangeChoiceProps) {
  return (
    <label class="range">
      <span class="unseen">Time that is shown</span>
      <select value={range} onChange={event => setRange(event.currentTarget.value as Range)}>
        {Object.entries(ranges).map(([value, text]) => (
          <option key={value} value={value}>
            last {text}
          </option>
        ))}
      </select>
    </label>
  )
}
