import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { rateText } from '../words/quantities.ts'
import { type Curve, dataOf } from './traffic-data.ts'

interface TrafficChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  readonly curves: readonly Curve[]
  readonly resolutionSeconds: number
  /** Where the time axis begins and ends, seconds since 1970. */
  readonly from: number
  readonly until: number
}

const height = 240

/** Rates over time. */
export function TrafficChart({ label, curves, resolutionSeconds, from, until }: TrafficChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const names = curves.map(curve => curve.name).join()
  const data = dataOf(curves, resolutionSeconds, until)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const create = (): void => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(element, curves), data, element)
      plot.current.setScale('x', { min: from, max: until })
    }
    create()
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }))
    sizes.observe(element)
    // A canvas does not follow the page's colours by itself.
    const scheme = window.matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', create)
    return () => {
      sizes.disconnect()
      scheme.removeEventListener('change', create)
      plot.current?.destroy()
      plot.current = null
    }
  }, [names, resolutionSeconds])
  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData(data, false)
      plot.current?.setScale('x', { min: from, max: until })
    })
  })
  return <div class="chart" role="img" aria-label={label} ref={place} />
}

function optionsOf(element: HTMLElement, curves: readonly Curve[]): uPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const probe = document.createElement('span')
  element.append(probe)
  // light-dark() is settled only where a colour is used.
  const settled = (name: string): string => {
    probe.style.color = color(name)
    return getComputedStyle(probe).color
  }
  const axis: uPlot.Axis = {
    stroke: settled('--soft'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: settled('--line'), width: 1 },
    ticks: { stroke: settled('--line'), width: 1, size: 4 },
  }
  const options: uPlot.Options = {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: { x: { time: true, auto: false }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1024)] } },
    axes: [
      { ...axis, size: 32, values: timeLabels },
      {
        ...axis,
        size: 84,
        incrs: powersOfTwo,
        values: (_, values) => values.map(value => (value === 0 ? '0' : rateText(value))),
      },
    ],
    series: [
      {},
      ...curves.map(({ name, color: variable }) => ({
        label: name,
        stroke: settled(variable),
        width: 1.5,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  }
  probe.remove()
  return options
}

/** Steps between lines that make round numbers of KiB, MiB and GiB. */
const powersOfTwo = Array.from({ length: 50 }, (_, k) => 2 ** k)

const [hours, days] = [{ hour: '2-digit', minute: '2-digit' } as const, { day: 'numeric', month: 'short' } as const]

/** Hours of a day, or days. */
function timeLabels(_: uPlot, times: number[]): string[] {
  const step = (times[1] ?? 0) - (times[0] ?? 0)
  return times.map(time => new Date(time * 1000).toLocaleString('en-GB', step >= 86_400 ? days : hours))
}
